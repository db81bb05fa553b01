/**
 * Half-width of the no-trade region around a target weight π* for small proportional costs: (3/(4γ)·π*²(1 − π*)²·ε)^(1/3), with
 * γ the relative risk aversion and ε the spread between ask and bid, twice the one-way cost (Gerhold, Guasoni, Muhle-Karbe &
 * Schachermayer 2014). It does not depend on volatility.
 */
export function ggmsBand(targetWeight: number, riskAversion: number, spread: number): number {
  return Math.cbrt((3 / (4 * riskAversion)) * (targetWeight * (1 - targetWeight)) ** 2 * spread)
}
