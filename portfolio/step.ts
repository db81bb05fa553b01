import { type Book, checkBook } from './book.js'
import { addCounters, type Budget, COUNTERS, type Counters, carryBudget, checkBudget } from './budget.js'
import { type Check, identity, measure } from './check.js'
import { type Exposure, exposureOf } from './exposure.js'
import type { Mandate } from './mandate.js'
import { type Market, turnoverWeight } from './market.js'
import { riskLimits } from './risk-limits.js'
import { checkLength, type Shape } from './shape.js'
import { abs, BPS, checkAmount, checkPrice, checkValue, sum } from './units.js'

/**
 * One rebalance as the fund knows it. The trade of slot i is `newBook.quantities[i] − oldBook.quantities[i]`, done at
 * `fills[i]` (1e-8 quote per unit; 0 where nothing is traded). `fee`, `carryGain`, `carryLoss` ≥ 0 and `netFlow` are in
 * 1e-16 quote; `flowSplit` says which account each part of the net flow went through. `changed[i]` marks a slot whose
 * instrument differs between the old book's universe and the mandate's.
 */
export type Step = {
  readonly market: Market
  readonly mandate: Mandate
  readonly oldUniverse: bigint
  readonly oldBook: Book
  readonly newBook: Book
  readonly oldBudget: Budget
  readonly fills: readonly bigint[]
  readonly fee: bigint
  readonly carryGain: bigint
  readonly carryLoss: bigint
  readonly netFlow: bigint
  readonly flowSplit: readonly bigint[]
  readonly window: bigint
  readonly changed: readonly boolean[]
  readonly open: boolean
}

/** What the statement says of a step. `refused` lists the checks that cannot be proven; for the fund's own eyes. */
export type Verdict = {
  readonly outcome: 'compliant' | 'reducing' | 'refused'
  readonly checks: readonly Check[]
  readonly refused: readonly Check[]
  readonly trades: readonly bigint[]
  readonly used: Counters
  readonly newBudget: Budget
  readonly before: Exposure
  readonly after: Exposure
}

/**
 * The reference model of the rebalance statement (docs/protocol.md, section 6, rules 1 to 8).
 *
 * @throws {@link ShapeError} or {@link OutOfRangeError} when a number is outside the width it is committed with.
 */
export function evaluateStep(step: Step, shape: Shape): Verdict {
  checkWidths(step, shape)
  const { market, mandate, oldBook, newBook } = step
  const trades = newBook.quantities.map((q, i) => q - oldBook.quantities[i]!)
  const before = exposureOf(oldBook, market, mandate, shape, step.flowSplit)
  const after = exposureOf(newBook, market, mandate, shape)
  const flow = flowOf(step, trades)
  const carried = carryBudget(step.oldBudget, step.window)
  const newBudget = { ...carried, current: addCounters(carried.current, flow.used) }
  checkBudget(newBudget, 'newBudget')

  const checks = [
    ...identities(step, trades, after.nav),
    ...riskLimits(
      { quantities: newBook.quantities, exposure: after },
      { quantities: oldBook.quantities, exposure: before },
      market,
      mandate,
    ),
    ...flowLimits(step, flow, after.nav),
    ...budgetLimits(mandate, carried, newBudget, after.nav),
  ]
  const refused = checks.filter((check) => check.status === 'refused')
  const outright = checks.every((check) => check.kind !== 'risk' || check.status === 'holds')
  const outcome = refused.length > 0 ? 'refused' : outright && after.nav > 0n ? 'compliant' : 'reducing'
  return { outcome, checks, refused, trades, used: flow.used, newBudget, before, after }
}

/** Rule 2: every private number in the width it is committed with. */
function checkWidths(step: Step, shape: Shape): void {
  checkBook(step.oldBook, shape, 'oldBook')
  checkBook(step.newBook, shape, 'newBook')
  checkBudget(step.oldBudget, 'oldBudget')
  checkLength(step.fills, shape.slots, 'fills')
  checkLength(step.flowSplit, shape.accounts, 'flowSplit')
  checkLength(step.changed, shape.slots, 'changed')
  step.fills.forEach((fill, i) => {
    checkPrice(fill, `fills[${i}]`)
  })
  for (const name of ['fee', 'carryGain', 'carryLoss'] as const) checkAmount(step[name], name)
  step.flowSplit.forEach((flow, a) => {
    checkAmount(abs(flow), `flowSplit[${a}]`)
  })
  checkValue(step.netFlow, 'netFlow')
}

/** Rules 1 to 4: what must be so, whatever the limits. */
function identities(step: Step, trades: readonly bigint[], nav: bigint): Check[] {
  const { market, mandate, oldBook, newBook } = step
  const conserved =
    sum(newBook.cash) -
    (sum(oldBook.cash) + step.netFlow - sum(trades.map((t, i) => t * step.fills[i]!)) - step.fee) -
    (step.carryGain - step.carryLoss)
  const against = step.flowSplit.filter((flow) => flow !== 0n && flow > 0n !== step.netFlow > 0n)
  return [
    identity('universe.newBook', 1, newBook.universeId - mandate.universeId),
    identity('universe.market', 1, market.universeId - mandate.universeId),
    identity('universe.oldBook', 1, oldBook.universeId - step.oldUniverse),
    ...oldBook.quantities.map((q, i) => identity(`changed[${i}]`, 1, step.changed[i] ? q : 0n)),
    identity('open.fee', 1, step.open ? step.fee : 0n),
    identity('flowSplit.sum', 1, sum(step.flowSplit) - step.netFlow),
    identity('flowSplit.sign', 1, BigInt(against.length)),
    ...trades.map((t, i) => identity(`suspended[${i}]`, 2, market.slots[i]!.suspended ? t : 0n)),
    identity('conservation', 3, conserved),
    measure({ id: 'nav', rule: 4, kind: 'identity', value: -nav, bound: 0n }),
    identity('window', 8, step.window < step.oldBudget.window ? 1n : 0n),
  ]
}

type Flow = { readonly used: Counters; readonly cost: bigint; readonly gain: bigint; readonly traded: bigint }

/** Rule 7: cost and gain against the mark, leg by leg; what a fill loses is never paid for by what another gains. */
function flowOf(step: Step, trades: readonly bigint[]): Flow {
  const { slots } = step.market
  const shortfalls = trades.map((t, i) => t * (step.fills[i]! - slots[i]!.price))
  const cost = sum(shortfalls.filter((d) => d > 0n)) + step.fee
  const gain = -sum(shortfalls.filter((d) => d < 0n))
  const turnover = sum(trades.map((t, i) => abs(t) * turnoverWeight(slots[i]!)))
  const traded = sum(trades.map((t, i) => abs(t) * slots[i]!.price))
  const used = { cost: cost + step.carryLoss, gain: gain + step.carryGain, turnover }
  return { used, cost, gain, traded }
}

function flowLimits(step: Step, flow: Flow, nav: bigint): Check[] {
  const { mandate } = step
  const limit = (id: string, rule: number, value: bigint, bps: bigint, of: bigint) =>
    measure({ id, rule, kind: 'flow', value: BPS * value, bound: bps * of, scale: BPS })
  return [
    limit('carry.gain', 3, step.carryGain, mandate.carryBps, nav),
    limit('carry.loss', 3, step.carryLoss, mandate.carryBps, nav),
    limit('turnover', 7, flow.used.turnover - abs(step.netFlow), mandate.turnoverBps, nav),
    limit('cost', 7, flow.cost, mandate.costBps, flow.traded),
    limit('gain', 7, flow.gain, mandate.gainBps, flow.traded),
  ]
}

/** Rule 8: current and previous window together within the budget, or not above what was carried. */
function budgetLimits(mandate: Mandate, carried: Budget, now: Budget, nav: bigint): Check[] {
  const bps = {
    cost: mandate.rollingCostBps,
    gain: mandate.rollingGainBps,
    turnover: mandate.rollingTurnoverBps,
  }
  return COUNTERS.map((name) => {
    const total = (budget: Budget) => BPS * (budget.current[name] + budget.previous[name])
    return measure({
      id: `rolling.${name}`,
      rule: 8,
      kind: 'budget',
      value: total(now),
      bound: bps[name] * nav,
      before: total(carried),
      scale: BPS,
    })
  })
}
