import { checkLength, type Shape } from '#portfolio/shape.js'
import type { Step } from '#portfolio/step.js'
import { BPS, checkBps, ShapeError } from '#portfolio/units.js'
import { checkCount } from './execution-input.js'
import { orderTrades, type TradeOrder } from './order-trades.js'
import { type Leg, type StepLegs, stepLegs, type TradeLeg } from './step-legs.js'
import { StressedAccount } from './stressed-account.js'

/**
 * `stressBps` is the adverse move per slot while the legs are done, for example m·σ·√(execution time). Slots with the same
 * number in `factors` move together; unless given, each moves on its own, which is the most cautious. `slicesMax` bounds
 * the parts a trade may be cut into (8 unless given), of whole `lots` (1e-8 unit unless given).
 */
export type LegOrderInput = {
  readonly step: Step
  readonly shape: Shape
  readonly stressBps: readonly bigint[]
  readonly factors?: readonly number[]
  readonly slicesMax?: number
  readonly lots?: readonly bigint[]
}

/** The account that stands in the way and the equity it lacks, in 1e-16 quote. */
export type Refusal = { readonly account: number; readonly shortfall: bigint }

/** The legs in order and the most parts any account's trades were cut into; or why there is no such order. */
export type LegOrder =
  | { readonly legs: readonly Leg[]; readonly slices: number }
  | { readonly refused: Refusal }

/**
 * An order of a step's legs such that after each of them every account meets its margin under stress. An account that is
 * below before the first leg is never worse after any leg than it was then (limit or reduce, as the statement has it).
 *
 * A transfer only shifts an account's equity. So an account that sends is never worse off when it trades first, and one that
 * receives when it trades after; an order of all legs exists exactly where each account has one of its own trades, with its
 * cash not yet sent or already received. That splits the search by account: trades that release margin first, backtracking
 * where slots that move together hedge each other, and where no order holds, the account's trades in 2, 3, … slices.
 * In the whole, what releases margin comes first, then transfers, then what uses margin.
 *
 * Deterministic. Small accounts are searched in full, larger ones up to a fixed effort.
 *
 * @returns `refused` names the account: short in the step's own end, where no order can help, or stuck on the way there.
 * @throws `ShapeError`, `OutOfRangeError` or `ExecutionInputError` naming the field.
 */
export function orderLegs(input: LegOrderInput): LegOrder {
  const { step, shape, slicesMax = 8 } = input
  const stress = checkStress(input)
  const lots = input.lots ?? stress.stressBps.map(() => 1n)
  const legs = stepLegs(step, shape)
  const accounts = legs.cash.map((cash, account) => {
    const state = new StressedAccount(step, stress, account, cash)
    const allowed = state.shortfall > 0n ? state.shortfall : 0n
    return { account, state, allowed, received: receivedBy(legs, account) }
  })
  for (const { account, state, allowed, received } of accounts) {
    const ended = endOf(state, legs.trades[account]!, received)
    if (ended > allowed) return { refused: { account, shortfall: StressedAccount.missing(ended - allowed) } }
  }
  const orders: TradeOrder[] = []
  for (const { account, state, allowed, received } of accounts) {
    if (received > 0n) state.receive(received)
    const found = orderTrades(state, legs.trades[account]!, allowed, slicesMax, lots)
    if ('blocked' in found) return { refused: { account, shortfall: StressedAccount.missing(found.blocked) } }
    orders.push(found)
  }
  return { legs: merge(legs, orders), slices: Math.max(1, ...orders.map(({ slices }) => slices)) }
}

/** The shortfall after the whole step; the state is left as it was. */
function endOf(state: StressedAccount, trades: readonly TradeLeg[], received: bigint): bigint {
  for (const leg of trades) state.trade(leg, leg.quantity)
  state.receive(received)
  const { shortfall } = state
  state.receive(-received)
  for (const leg of trades) state.trade(leg, -leg.quantity)
  return shortfall
}

/** Net cash that transfers bring; an account only sends or only receives. */
const receivedBy = ({ transfers }: StepLegs, account: number): bigint =>
  transfers.reduce(
    (sum, { from, to, amount }) => sum + (to === account ? amount : from === account ? -amount : 0n),
    0n,
  )

/**
 * Puts the accounts' orders together: the trades that release margin at the head of each, then the rest of the senders',
 * the transfers, the rest of the receivers', and the trades that use margin at the end of each.
 */
function merge({ transfers, trades }: StepLegs, orders: readonly TradeOrder[]): Leg[] {
  const sends = trades.map((_, a) => transfers.some(({ from }) => from === a))
  const heads = orders.flatMap(({ legs, releasing }) => legs.slice(0, releasing))
  const middle = ({ legs, releasing, using }: TradeOrder) => legs.slice(releasing, legs.length - using)
  return [
    ...heads,
    ...orders.flatMap((order, a) => (sends[a] ? middle(order) : [])),
    ...transfers,
    ...orders.flatMap((order, a) => (sends[a] ? [] : middle(order))),
    ...orders.flatMap(({ legs, using }) => legs.slice(legs.length - using)),
  ]
}

function checkStress({ step, shape, stressBps, factors, slicesMax = 1, lots }: LegOrderInput) {
  checkLength(stressBps, shape.slots, 'stressBps')
  stressBps.forEach((move, i) => {
    checkBps(move, `stressBps[${i}]`, 0n, BPS)
  })
  if (factors) checkLength(factors, shape.slots, 'factors')
  checkCount({ slicesMax })
  if (lots) checkLength(lots, shape.slots, 'lots')
  lots?.forEach((lot, i) => {
    if (lot <= 0n) throw new ShapeError(`lots[${i}]`, 'above 0')
  })
  checkLength(step.market.slots, shape.slots, 'step.market.slots')
  checkLength(step.mandate.accounts, shape.accounts, 'step.mandate.accounts')
  return { stressBps, factors: factors ?? stressBps.map((_, i) => i) }
}
