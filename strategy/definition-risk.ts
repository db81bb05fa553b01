import { type RiskModel, RiskModelError } from './risk-model.js'

/**
 * A fund's own view of risk: volatility per year of every coin, in basis points, and the correlation of every pair of coins,
 * each pair once.
 */
export type GivenRisk = {
  readonly kind: 'given'
  readonly underlyings: readonly { readonly name: string; readonly annualVolBps: number }[]
  readonly correlations: readonly { readonly between: readonly [string, string]; readonly bps: number }[]
}

/** How a strategy says what risk is. */
export type DefinitionRisk = GivenRisk

/** Markets of coins do not close. */
const DAYS_A_YEAR = 365
const VOL_MAX_BPS = 100_000

/**
 * The covariance per day that a strategy's words about risk come to.
 *
 * @throws `RiskModelError` naming the field below `risk`.
 */
export function riskModelOf({ underlyings, correlations }: DefinitionRisk): RiskModel {
  const names = underlyings.map(({ name }) => name)
  underlyings.forEach(({ name, annualVolBps }, i) => {
    if (names.indexOf(name) !== i) throw new RiskModelError(`underlyings[${i}].name`, 'given once')
    if (!(annualVolBps > 0 && annualVolBps <= VOL_MAX_BPS)) {
      throw new RiskModelError(`underlyings[${i}].annualVolBps`, `above 0 and at most ${VOL_MAX_BPS}`)
    }
  })
  const table = names.map((_, a) => names.map((_, b): number | undefined => (a === b ? 1 : undefined)))
  correlations.forEach(({ between, bps }, k) => {
    const [a, b] = between.map((name) => names.indexOf(name)) as [number, number] // As long as `between`.
    if (a < 0 || b < 0 || table[a]![b] !== undefined) {
      throw new RiskModelError(`correlations[${k}].between`, 'two of its underlyings, each pair once')
    }
    if (!(Math.abs(bps) <= 1e4)) throw new RiskModelError(`correlations[${k}].bps`, 'from -10000 to 10000')
    table[a]![b] = bps / 1e4
    table[b]![a] = bps / 1e4
  })
  const covariance = table.map((row, a) =>
    row.map((correlation, b) => {
      if (correlation === undefined) throw new RiskModelError('correlations', 'given for every pair')
      const vols = underlyings[a]!.annualVolBps * underlyings[b]!.annualVolBps
      return (correlation * vols) / 1e8 / DAYS_A_YEAR
    }),
  )
  return { underlyings: names, covariance }
}
