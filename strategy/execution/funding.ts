import { checkFinite, checkNotNegative, checkPositive } from './execution-input.js'

/**
 * Funding of a perpetual: `rateBps` is what a long pays now for each interval of `intervalHours`, in basis points of its
 * notional, negative when it is paid. It returns to `meanBps` with half-life `halfLifeDays`; without the two it stays.
 */
export type FundingRate = {
  readonly rateBps: number
  readonly intervalHours: number
  readonly reversion?: { readonly meanBps: number; readonly halfLifeDays: number }
}

/**
 * Expected funding that a position of `notional` (quote, negative for a short) pays over `horizonDays`, in quote; negative
 * when it is paid. A rate that falls back exponentially pays mean·H + (now − mean)·τ·(1 − e^(−H/τ)) over H days.
 *
 * @throws `ExecutionInputError`
 */
export function expectedFunding(notional: number, rate: FundingRate, horizonDays: number): number {
  const { rateBps, intervalHours, reversion } = rate
  checkFinite({ notional, rateBps })
  checkPositive({ intervalHours })
  checkNotNegative({ horizonDays })
  const perDay = (notional * 24) / intervalHours / 1e4
  if (!reversion) return perDay * rateBps * horizonDays
  const { meanBps, halfLifeDays } = reversion
  checkFinite({ meanBps }, 'reversion')
  checkPositive({ halfLifeDays }, 'reversion')
  const tau = halfLifeDays / Math.LN2
  const away = -tau * Math.expm1(-horizonDays / tau)
  return perDay * (meanBps * horizonDays + (rateBps - meanBps) * away)
}
