import { black76 } from './black-scholes.js'
import type { Smile } from './smile.js'
import { logMoneyness } from './time-value.js'

/**
 * Where a set of smiles lets somebody earn without risk, and by how much, as a fraction of the forward.
 *
 * - `spread`: the call at `strike` costs less than one at the next strike, or more than it by over the gap of the strikes.
 * - `butterfly`: the call at `strike` costs more than its neighbours' mix with that mean strike.
 * - `calendar`: at the moneyness of `strike` the total variance is below that of the expiry before; the value is that of the call.
 */
export type ArbitrageViolation = {
  readonly kind: 'spread' | 'butterfly' | 'calendar'
  readonly years: number
  readonly strike: number
  readonly amount: number
}

/**
 * Checks smiles of one underlying against static arbitrage (Carr & Madan 2005): on the strikes of each smile by default, or
 * on those that `strikesOf` gives, rising. Amounts up to `tolerance` are not reported: a mark volatility rounded to 1e-4
 * moves a price by up to 1e-4 · vega.
 */
export function arbitrageViolations(
  smiles: readonly Smile[],
  {
    tolerance = 0,
    strikesOf = ({ strikes }: Smile): readonly number[] => strikes,
  }: { readonly tolerance?: number; readonly strikesOf?: (smile: Smile) => readonly number[] } = {},
): ArbitrageViolation[] {
  const sorted = smiles.toSorted((a, b) => a.years - b.years)
  return sorted
    .flatMap((smile, i) => [
      ...withinExpiry(smile, strikesOf(smile)),
      ...(i === 0 ? [] : betweenExpiries(sorted[i - 1]!, smile, strikesOf(smile))),
    ])
    .filter(({ amount }) => amount > tolerance)
}

function withinExpiry(smile: Smile, strikes: readonly number[]): ArbitrageViolation[] {
  const { forward, years } = smile
  const calls = strikes.map(
    (strike) => black76({ type: 'call', forward, strike, vol: smile.vol(strike), years }).price,
  )
  const found: ArbitrageViolation[] = []
  for (let i = 0; i + 1 < strikes.length; i++) {
    const strike = strikes[i]!
    const gap = strikes[i + 1]! - strike
    const fall = calls[i]! - calls[i + 1]!
    found.push({ kind: 'spread', years, strike, amount: Math.max(-fall, fall - gap) / forward })
    if (i === 0) continue
    const before = strike - strikes[i - 1]!
    const mix = (gap * calls[i - 1]! + before * calls[i + 1]!) / (gap + before)
    found.push({ kind: 'butterfly', years, strike, amount: (calls[i]! - mix) / forward })
  }
  return found
}

function betweenExpiries(near: Smile, far: Smile, strikes: readonly number[]): ArbitrageViolation[] {
  const { forward, years } = far
  return strikes.map((strike) => {
    const k = -logMoneyness(forward, strike)
    const call = (totalVariance: number) =>
      black76({ type: 'call', forward, strike, vol: Math.sqrt(totalVariance), years: 1 }).price
    const amount = (call(near.totalVariance(k)) - call(far.totalVariance(k))) / forward
    return { kind: 'calendar', years, strike, amount } as const
  })
}
