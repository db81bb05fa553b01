import type { PlanInput } from '../plan.js'
import { countsIn, type Target } from '../targets.js'
import { YEAR_SECONDS } from '../time-units.js'

/** A held option in units of net asset value: `greeks` are its slot's numbers, `held` how much of NAV one of them is. */
export type OptionLine = {
  readonly type: 'call' | 'put'
  readonly held: number
  readonly price: number
  readonly delta: number
  readonly strike: number
  readonly vol: number
  readonly years: number
}

/**
 * The live options that count in a target. `gamma` is their net dollar gamma Γ·S² as a fraction of net asset value; `vol`
 * and `years` are averages weighted by the size of each option's gamma.
 */
export type OptionBook = {
  readonly lines: readonly OptionLine[]
  readonly gamma: number
  readonly vol: number
  readonly years: number
}

/**
 * Everything is read off the market's slots: Γ·S² is 100 times the gamma for a 1 % move, and since V_σ = Γ·F²·σ·T in
 * Black's formula, the implied volatility is the ratio of a slot's vega to its gamma over the years left.
 */
export function optionBook(target: Target, input: PlanInput, nav: bigint): OptionBook {
  const { universe, market, mandate, book } = input
  const rows = universe.instruments.flatMap(({ option, contractSizeE8 }, i) => {
    const slot = market.slots[i]!
    const years = option ? Number(option.expiry - market.time) / YEAR_SECONDS : 0
    const live = option && years > 0 && slot.gamma > 0n && slot.vega > 0n
    if (!live || !countsIn(target, mandate, i) || book.quantities[i] === 0n) return []
    const line: OptionLine = {
      type: option.type,
      held: Number(book.quantities[i]!) / Number(nav),
      price: Number(slot.price),
      delta: Number(slot.delta),
      strike: (Number(option.strikeE8) * Number(contractSizeE8)) / 1e8,
      vol: Number(slot.vega) / Number(slot.gamma) / years,
      years,
    }
    return [{ line, gamma: 100 * line.held * Number(slot.gamma) }]
  })
  const size = rows.reduce((total, { gamma }) => total + Math.abs(gamma), 0)
  const average = (of: 'vol' | 'years') =>
    rows.reduce((total, { line, gamma }) => total + (Math.abs(gamma) / size) * line[of], 0)
  return {
    lines: rows.map(({ line }) => line),
    gamma: rows.reduce((total, { gamma }) => total + gamma, 0),
    vol: average('vol'),
    years: average('years'),
  }
}

/** Slots of a target that hedge a delta without a gamma of their own. */
export const hedgesOf = (target: Target, { universe, mandate }: PlanInput): number[] =>
  universe.instruments.flatMap(({ kind }, i) =>
    kind !== 'option' && countsIn(target, mandate, i) ? [i] : [],
  )

/** One-way cost of the cheapest of them, as a fraction. */
export const hedgeCost = (target: Target, input: PlanInput): number =>
  Math.min(
    ...hedgesOf(target, input).map((i) => {
      const { halfSpreadBps, feeBps } = input.costs[i]!
      return Number(halfSpreadBps + feeBps) / 1e4
    }),
  )
