import { BaseError } from '#portfolio/base-error.js'
import { checkPositive } from './check-number.js'
import { lastNotAbove } from './monotone-cubic.js'
import type { Smile } from './smile.js'
import { logMoneyness } from './time-value.js'

/** The volatility per √year at a strike, for a forward to `years` from now. */
export type VolSurface = (option: {
  readonly strike: number
  readonly forward: number
  readonly years: number
}) => number

/**
 * Smiles of one underlying at different expiries, in any order: between two of them the total variance is linear in time at the
 * same log-moneyness, so that it falls nowhere if it does not from one to the next (no calendar arbitrage; Gatheral &
 * Jacquier 2014). Before the first and after the last, the volatility is theirs at that log-moneyness.
 *
 * @throws {@link VolSurfaceError}; the surface throws `OptionInputError` for a number not above 0.
 */
export function volSurface(smiles: readonly Smile[]): VolSurface {
  const sorted = smiles.toSorted((a, b) => a.years - b.years)
  const times = sorted.map(({ years }) => years)
  if (times.length === 0) throw new VolSurfaceError('at least one')
  if (new Set(times).size < times.length) throw new VolSurfaceError('of different expiries')
  return ({ strike, forward, years }) => {
    checkPositive({ strike, forward, years })
    const k = -logMoneyness(forward, strike)
    const i = lastNotAbove(times, years)
    const [near, far] = [sorted[i]!, sorted[i + 1]]
    if (!far || years <= near.years) return Math.sqrt(near.totalVariance(k) / near.years)
    const share = (years - near.years) / (far.years - near.years)
    return Math.sqrt(((1 - share) * near.totalVariance(k) + share * far.totalVariance(k)) / years)
  }
}

export class VolSurfaceError extends BaseError {
  constructor(expected: string) {
    super(`smiles of a volatility surface must be ${expected}.`, {
      code: 'STRATEGY_VOL_SURFACE',
      field: 'smiles',
    })
  }
}
