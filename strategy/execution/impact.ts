import { checkNotNegative, checkPositive } from './execution-input.js'

/**
 * What the square-root law needs of an instrument: `dayVol` the standard deviation of a day's return as a fraction,
 * `dayVolume` a day's volume in quote, `factor` the law's constant Y (1 unless given).
 */
export type ImpactMarket = { readonly dayVol: number; readonly dayVolume: number; readonly factor?: number }

/**
 * Cost of working an order of `notional` quote, and what one quote more would cost: the square-root law
 * I = Y·σ·√(Q/V) as the mean cost, so that the cost is I·Q and its slope 3/2·I (Donier & Bonart 2015). What enters a step is
 * the same law at Y = 1 in exact integers: `expectedFill` of `trading-cost.ts`.
 *
 * @returns `costBps` the mean cost I and `marginalBps` its slope, in basis points; `cost` in quote.
 * @throws `ExecutionInputError`
 */
export function squareRootImpact(notional: number, { dayVol, dayVolume, factor = 1 }: ImpactMarket) {
  checkNotNegative({ notional, dayVol })
  checkPositive({ dayVolume, factor })
  const share = factor * dayVol * Math.sqrt(notional / dayVolume)
  return { costBps: share * 1e4, marginalBps: 1.5 * share * 1e4, cost: share * notional }
}

/**
 * An order in the model of Almgren, Thum, Hauptmann & Li (2005): `quantity` X and `dayVolume` V in units, `outstanding` Θ
 * the units in circulation, `dayVol` σ the standard deviation of a day's return, `days` T the time it is worked over.
 */
export type WorkedOrder = {
  readonly quantity: number
  readonly dayVolume: number
  readonly outstanding: number
  readonly dayVol: number
  readonly days: number
}

/** Their fit to US equities; a market of another kind needs its own. */
const GAMMA = 0.314
const ETA = 0.142
const SIZE_EXPONENT = 1 / 4
const RATE_EXPONENT = 3 / 5

/**
 * Permanent impact I = γ·σ·(X/V)·(Θ/V)^¼, temporary impact η·σ·(X/(V·T))^⅗, and the expected cost I/2 + temporary, in
 * basis points (Almgren, Thum, Hauptmann & Li 2005).
 *
 * @throws `ExecutionInputError`
 */
export function workedImpact({ quantity, dayVolume, outstanding, dayVol, days }: WorkedOrder) {
  checkNotNegative({ quantity, dayVol })
  checkPositive({ dayVolume, outstanding, days })
  const share = quantity / dayVolume
  const permanentBps = 1e4 * GAMMA * dayVol * share * (outstanding / dayVolume) ** SIZE_EXPONENT
  const temporaryBps = 1e4 * ETA * dayVol * (share / days) ** RATE_EXPONENT
  return { permanentBps, temporaryBps, costBps: permanentBps / 2 + temporaryBps }
}
