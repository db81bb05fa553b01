import { z } from 'zod'
import type { DefinitionRisk } from '#strategy/definition-risk.js'
import { Decimal, parseNumber, Underlying } from './wire.js'

/** What risk is, in a fund's own words: volatilities per year and correlations, or daily closes to estimate it from. */
export const RiskWire = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('given'),
      underlyings: z.array(z.strictObject({ name: Underlying, annualVolBps: Decimal })).max(32),
      correlations: z
        .array(z.strictObject({ between: z.tuple([Underlying, Underlying]), bps: Decimal }))
        .max(496),
    }),
    z.strictObject({
      kind: z.literal('closes'),
      underlyings: z.array(z.strictObject({ name: Underlying, closes: z.array(Decimal).max(2_000) })).max(32),
    }),
  ])
  .meta({ id: 'Risk' })
export type RiskWire = z.infer<typeof RiskWire>

/** @throws `DecimalError` naming the field below `at`; `riskModelOf` judges the content. */
export function parseRisk(wire: RiskWire, at: string): DefinitionRisk {
  const { kind } = wire
  if (kind === 'closes') {
    const underlyings = wire.underlyings.map(({ name, closes }, i) => ({
      name,
      closes: closes.map((close, t) => parseNumber(close, `${at}.underlyings[${i}].closes[${t}]`)),
    }))
    return { kind, underlyings }
  }
  return {
    kind,
    underlyings: wire.underlyings.map(({ name, annualVolBps }, i) => ({
      name,
      annualVolBps: parseNumber(annualVolBps, `${at}.underlyings[${i}].annualVolBps`),
    })),
    correlations: wire.correlations.map(({ between, bps }, k) => ({
      between,
      bps: parseNumber(bps, `${at}.correlations[${k}].bps`),
    })),
  }
}
