import { z } from 'zod'
import type { DefinitionRisk } from '#strategy/definition-risk.js'
import { Decimal, parseNumber, Underlying } from './wire.js'

/** What risk is, in a fund's own words: volatilities per year and correlations. */
export const RiskWire = z
  .strictObject({
    kind: z.literal('given'),
    underlyings: z.array(z.strictObject({ name: Underlying, annualVolBps: Decimal })).max(32),
    correlations: z
      .array(z.strictObject({ between: z.tuple([Underlying, Underlying]), bps: Decimal }))
      .max(496),
  })
  .meta({ id: 'Risk' })
export type RiskWire = z.infer<typeof RiskWire>

/** @throws `DecimalError` naming the field below `at`; `riskModelOf` judges the content. */
export function parseRisk({ kind, underlyings, correlations }: RiskWire, at: string): DefinitionRisk {
  return {
    kind,
    underlyings: underlyings.map(({ name, annualVolBps }, i) => ({
      name,
      annualVolBps: parseNumber(annualVolBps, `${at}.underlyings[${i}].annualVolBps`),
    })),
    correlations: correlations.map(({ between, bps }, k) => ({
      between,
      bps: parseNumber(bps, `${at}.correlations[${k}].bps`),
    })),
  }
}
