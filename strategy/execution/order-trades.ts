import { sliceTrade, type TradeLeg } from './step-legs.js'
import type { StressedAccount } from './stressed-account.js'

/**
 * One account's trades in order. The first `releasing` of them, one after the other, do not raise its shortfall, and
 * neither do the last `using` of them lower it.
 */
export type TradeOrder = {
  readonly legs: readonly TradeLeg[]
  readonly slices: number
  readonly releasing: number
  readonly using: number
}

/** Trades tried before a search is given up: every order of about eight trades, by sets. */
const TRIES_MAX = 1_500

/**
 * Orders one account's trades so that its shortfall is never above `allowed` after any of them, in as few slices as do.
 *
 * @returns `blocked` is how much the shortfall would exceed `allowed` at the nearest miss of the search that came furthest.
 */
export function orderTrades(
  state: StressedAccount,
  trades: readonly TradeLeg[],
  allowed: bigint,
  slicesMax: number,
  lots: readonly bigint[],
): TradeOrder | { readonly blocked: bigint } {
  let blocked = 0n
  for (let slices = 1; slices <= slicesMax; slices++) {
    const parts = trades.map((leg) => sliceTrade(leg, slices, lots[leg.slot]!))
    const legs: TradeLeg[] = []
    for (let k = 0; k < slices; k++) {
      const round = trades.flatMap((leg, t) =>
        parts[t]![k] === 0n ? [] : [{ ...leg, quantity: parts[t]![k]! }],
      )
      const found = searchOrder(state, round, allowed)
      if ('blocked' in found) {
        blocked = found.blocked
        for (const leg of [...legs].reverse()) state.trade(leg, -leg.quantity)
        legs.length = 0
        break
      }
      legs.push(...found.legs)
    }
    if (legs.length > 0 || trades.length === 0) return { legs, slices, ...ends(state, legs) }
  }
  return { blocked }
}

/** Depth first over sets of trades, the one that leaves the least shortfall first; the state is left after the order found, or as it was. */
function searchOrder(
  state: StressedAccount,
  trades: readonly TradeLeg[],
  allowed: bigint,
): { readonly legs: readonly TradeLeg[] } | { readonly blocked: bigint } {
  const dead = new Set<bigint>()
  const order: TradeLeg[] = []
  let tries = 0
  let furthest = -1
  let blocked = 0n
  const after = (leg: TradeLeg): bigint => {
    tries++
    state.trade(leg, leg.quantity)
    const { shortfall } = state
    state.trade(leg, -leg.quantity)
    return shortfall
  }
  const extend = (done: bigint): boolean => {
    if (order.length === trades.length) return true
    const left = trades.flatMap((leg, t) => {
      const bit = 1n << BigInt(t)
      return done & bit ? [] : [{ leg, bit, shortfall: after(leg) }]
    })
    left.sort((a, b) => (a.shortfall < b.shortfall ? -1 : a.shortfall > b.shortfall ? 1 : 0))
    if (order.length > furthest && left[0]!.shortfall > allowed) {
      furthest = order.length
      blocked = left[0]!.shortfall - allowed
    }
    for (const { leg, bit, shortfall } of left) {
      if (shortfall > allowed || tries > TRIES_MAX) break
      if (dead.has(done | bit)) continue
      order.push(leg)
      state.trade(leg, leg.quantity)
      if (extend(done | bit)) return true
      state.trade(leg, -leg.quantity)
      order.pop()
    }
    dead.add(done)
    return false
  }
  return extend(0n) ? { legs: order } : { blocked }
}

/** Counts the trades at both ends that change the shortfall one way, by undoing and doing them again. */
function ends(state: StressedAccount, legs: readonly TradeLeg[]) {
  const shortfalls = [state.shortfall]
  for (const leg of [...legs].reverse()) {
    state.trade(leg, -leg.quantity)
    shortfalls.unshift(state.shortfall)
  }
  for (const leg of legs) state.trade(leg, leg.quantity)
  const raises = legs.map((_, k) => shortfalls[k + 1]! > shortfalls[k]!)
  const first = raises.indexOf(true)
  const releasing = first < 0 ? legs.length : first
  const lowers = legs.map((_, k) => shortfalls[k + 1]! < shortfalls[k]!)
  return { releasing, using: Math.min(legs.length - releasing, legs.length - 1 - lowers.lastIndexOf(true)) }
}
