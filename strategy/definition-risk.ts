import { covarianceOf } from './forecast/covariance.js'
import { type RiskModel, RiskModelError } from './risk-model.js'
import { DAYS_A_YEAR } from './time-units.js'

/**
 * A fund's own view of risk: volatility per year of every coin, in basis points, and the correlation of every pair of coins,
 * each pair once.
 */
export type GivenRisk = {
  readonly kind: 'given'
  readonly underlyings: readonly { readonly name: string; readonly annualVolBps: number }[]
  readonly correlations: readonly { readonly between: readonly [string, string]; readonly bps: number }[]
}

/** Daily closes in time order, the same days for every coin, from which the covariance is estimated. */
export type ClosesRisk = {
  readonly kind: 'closes'
  readonly underlyings: readonly { readonly name: string; readonly closes: readonly number[] }[]
}

/** How a strategy says what risk is. */
export type DefinitionRisk = GivenRisk | ClosesRisk

const VOL_MAX_BPS = 100_000
/** Fewer returns say too little of a covariance, more nothing of the one of now. */
const CLOSES_MIN = 31
const CLOSES_MAX = 2_000

/**
 * The covariance per day that a strategy's words about risk come to.
 *
 * @throws `RiskModelError` naming the field below `risk`.
 */
export function riskModelOf(risk: DefinitionRisk): RiskModel {
  const names = risk.underlyings.map(({ name }) => name)
  names.forEach((name, i) => {
    if (names.indexOf(name) !== i) throw new RiskModelError(`underlyings[${i}].name`, 'given once')
  })
  return { underlyings: names, covariance: risk.kind === 'given' ? stated(risk, names) : estimated(risk) }
}

function stated({ underlyings, correlations }: GivenRisk, names: readonly string[]): number[][] {
  underlyings.forEach(({ annualVolBps }, i) => {
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
  return table.map((row, a) =>
    row.map((correlation, b) => {
      if (correlation === undefined) throw new RiskModelError('correlations', 'given for every pair')
      const vols = underlyings[a]!.annualVolBps * underlyings[b]!.annualVolBps
      return (correlation * vols) / 1e8 / DAYS_A_YEAR
    }),
  )
}

function estimated({ underlyings }: ClosesRisk): number[][] {
  const days = underlyings[0]?.closes.length ?? 0
  underlyings.forEach(({ closes }, i) => {
    const at = `underlyings[${i}].closes`
    if (closes.length !== days || days < CLOSES_MIN || days > CLOSES_MAX) {
      throw new RiskModelError(at, `a list of ${CLOSES_MIN} to ${CLOSES_MAX}, as long as the first one`)
    }
    closes.forEach((close, t) => {
      if (!(close > 0)) throw new RiskModelError(`${at}[${t}]`, 'above 0')
    })
  })
  if (days === 0) return []
  const returns = Array.from({ length: days - 1 }, (_, t) =>
    underlyings.map(({ closes }) => Math.log(closes[t + 1]! / closes[t]!)),
  )
  const covariance = covarianceOf(returns)
  // Rounding alone tells the two halves apart.
  return underlyings.map((_, a) => underlyings.map((_, b) => (covariance[a]![b]! + covariance[b]![a]!) / 2))
}
