import type { Book } from './book.js'
import type { Mandate } from './mandate.js'
import type { Market, MarketSlot } from './market.js'
import type { Shape } from './shape.js'
import { abs, sum } from './units.js'

/**
 * What a book is worth and exposed to at one market, in 1e-16 quote.
 *
 * `delta` and `absDelta` per slot; `groupNet` and `groupGross` per group of the mandate; `losses` per scenario, positive
 * when value is lost; `accountEquity` and `accountMargin` per account. Margins are in 1e-16 quote × basis points, because
 * they are never divided.
 */
export type Exposure = {
  readonly nav: bigint
  readonly values: readonly bigint[]
  readonly delta: readonly bigint[]
  readonly absDelta: readonly bigint[]
  readonly groupNet: readonly bigint[]
  readonly groupGross: readonly bigint[]
  readonly net: bigint
  readonly gross: bigint
  readonly gamma: bigint
  readonly vega: bigint
  readonly losses: readonly bigint[]
  readonly accountEquity: readonly bigint[]
  readonly accountMargin: readonly bigint[]
  readonly margin: bigint
}

/** Value of a position: a suspended slot counts nothing when long and in full when short. */
export const prudentValue = (quantity: bigint, slot: MarketSlot): bigint =>
  slot.suspended && quantity >= 0n ? 0n : quantity * slot.price

/**
 * Measures `book` at `market`, grouped as `mandate` groups its slots.
 *
 * `flows` is added to the cash of each account first: the old book of a step is measured with the step's flows in it.
 */
export function exposureOf(
  book: Book,
  market: Market,
  mandate: Mandate,
  shape: Shape,
  flows: readonly bigint[] = [],
): Exposure {
  const { quantities } = book
  const dot = (slope: (slot: MarketSlot) => bigint) =>
    sum(quantities.map((q, i) => q * slope(market.slots[i]!)))
  const over = (xs: readonly bigint[], member: (slot: Mandate['slots'][number]) => boolean) =>
    sum(mandate.slots.map((slot, i) => (member(slot) ? xs[i]! : 0n)))
  const groups = Array.from({ length: shape.groups }, (_, g) => g)
  const accounts = Array.from({ length: shape.accounts }, (_, a) => a)

  const values = quantities.map((q, i) => prudentValue(q, market.slots[i]!))
  const delta = quantities.map((q, i) => q * market.slots[i]!.delta)
  const absDelta = delta.map(abs)
  const margins = absDelta.map((x, i) => x * market.slots[i]!.marginBps)
  const cash = book.cash.map((c, a) => c + (flows[a] ?? 0n))
  return {
    nav: sum(cash) + sum(values),
    values,
    delta,
    absDelta,
    groupNet: groups.map((g) => over(delta, (slot) => slot.groups.includes(g))),
    groupGross: groups.map((g) => over(absDelta, (slot) => slot.groups.includes(g))),
    net: sum(delta),
    gross: sum(absDelta),
    gamma: dot((slot) => slot.gamma),
    vega: dot((slot) => slot.vega),
    losses: Array.from({ length: shape.scenarios }, (_, s) => -dot((slot) => slot.changes[s]!)),
    accountEquity: accounts.map((a) => cash[a]! + over(values, (slot) => slot.account === a)),
    accountMargin: accounts.map((a) => over(margins, (slot) => slot.account === a)),
    margin: sum(margins),
  }
}
