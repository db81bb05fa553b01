import { checkFinite, checkNotNegative, checkPositive } from './band-input.js'

/**
 * `halfWidth` of the band that the proportional cost alone asks for; `gamma` per unit of the underlying; `fixedCost` per
 * trade in money; `riskAversion` per money.
 */
export type FixedCostBandInput = {
  readonly halfWidth: number
  readonly gamma: number
  readonly fixedCost: number
  readonly riskAversion: number
}

/** Trade when the hedge is more than `trigger` from the centre, to `destination` from it, on the same side. */
export type FixedCostBand = { readonly trigger: number; readonly destination: number }

const STEPS_MAX = 100

/**
 * Widens the trigger of a band and moves its destination inside, so that a trade is large enough to pay its fixed cost.
 *
 * Near the delta the problem has one dimension (Whalley & Wilmott 1999, for any structure of costs): with x the distance
 * from the centre, which moves by Γ·dS, waiting satisfies ½Γ²σ²S²·W″ + ½aσ²S²·x² = const. So W′(x) = αx − βx³ with β =
 * a/(3Γ²). At both the trigger u and the destination d the slope is that of the proportional cost, W′ = λS, and between
 * them the excess is the fixed cost: ∫(W′ − λS) = f. Since W′ − λS has no quadratic term, its third root is −(u + d), and
 *
 *     u·d·(u + d) = λS/β = 2h³,   (u − d)³·(u + d) = 4f/β,
 *
 * with h the half-width at f = 0, where u = d = h. At h = 0 the trigger is (12·f·Γ²/a)^(1/4) and the destination is 0.
 *
 * @throws {@link BandInputError}
 */
export function fixedCostBand({
  halfWidth,
  gamma,
  fixedCost,
  riskAversion,
}: FixedCostBandInput): FixedCostBand {
  checkPositive({ riskAversion })
  checkNotNegative({ halfWidth, fixedCost })
  checkFinite({ gamma })
  const quarter = (12 * fixedCost * gamma * gamma) / riskAversion
  if (quarter === 0) return { trigger: halfWidth, destination: halfWidth }
  // With s = u + d and g = u − d: s·(s² − g²) = 8h³ and g³·s = 12fΓ²/a. Newton from above on the convex difference.
  const cubic = 8 * halfWidth ** 3
  const twoThirds = quarter ** (2 / 3)
  let sum = 2 * halfWidth + quarter ** 0.25
  for (let step = 0; step < STEPS_MAX; step++) {
    const root = Math.cbrt(sum)
    const next = sum - (sum ** 3 - twoThirds * root - cubic) / (3 * sum * sum - twoThirds / (3 * root * root))
    if (!(next < sum)) break
    sum = next
  }
  const gap = Math.cbrt(quarter / sum)
  return { trigger: (sum + gap) / 2, destination: Math.max(0, (sum - gap) / 2) }
}
