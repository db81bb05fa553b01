import { z } from 'zod'
import { slotOf, type Universe } from '#portfolio/universe.js'
import type { StrategyDefinition } from '#strategy/definition.js'
import type { Target } from '#strategy/targets.js'
import type { TradingCost } from '#strategy/trading-cost.js'
import { quantityField } from './book.js'
import { parseRisk, RiskWire } from './risk.js'
import { parseSizing, SizingWire } from './sizing.js'
import { parseTrigger, TriggerWire } from './trigger.js'
import {
  Decimal,
  Index,
  parseNumber,
  parseQuantity,
  parseValue,
  parseWhole,
  parseWire,
  Ticker,
  WireError,
} from './wire.js'

/** A target of neither group nor instrument is the book's. */
const TargetWire = z.strictObject({
  group: Index.optional(),
  instrument: Ticker.optional(),
  targetBps: Decimal,
  bandBps: Decimal,
  destinationBps: Decimal.optional(),
})

const CostWire = z.strictObject({
  halfSpreadBps: Decimal,
  feeBps: Decimal,
  lot: Decimal,
  minimum: Decimal,
  fundingBps: Decimal.optional(),
  impact: z.strictObject({ dailyVolBps: Decimal, dailyVolume: Decimal }).optional(),
})

/** Trading costs by symbol, one for each instrument: examples/desk/costs.json. */
export const CostsWire = z.record(z.string().max(64), CostWire).meta({ id: 'Costs' })
export type CostsWire = z.infer<typeof CostsWire>

/** Targets of the first form of a strategy. */
export const TargetsWire = z
  .strictObject({ targets: z.array(TargetWire).max(64), safetyBps: Decimal, trackingWeightBps: Decimal })
  .meta({ id: 'Targets' })
export type TargetsWire = z.infer<typeof TargetsWire>

/**
 * A strategy as it crosses the wire: examples/desk/strategy.json with examples/desk/costs.json as its `costs`. `version` is
 * that of this form; the first one was `targets` and `costs` apart.
 */
export const StrategyWire = z
  .strictObject({
    version: z.literal(2),
    targets: z.array(TargetWire).max(64),
    sizing: SizingWire.optional(),
    triggers: z.array(TriggerWire).max(64).optional(),
    safetyBps: Decimal.optional(),
    stressBps: Decimal.optional(),
    trackingWeightBps: Decimal.optional(),
    weighing: z
      .strictObject({
        riskAversion: Decimal,
        horizonDays: Decimal,
        gapsBy: z.enum(['variance', 'drift']).optional(),
      })
      .optional(),
    risk: RiskWire.optional(),
    fixedCosts: z.strictObject({ leg: Decimal, batch: Decimal }).optional(),
    costs: CostsWire,
    requirePrices: z.boolean().optional(),
  })
  .meta({ id: 'Strategy' })
export type StrategyWire = z.infer<typeof StrategyWire>

/** The present form of a strategy that came in the first one. */
export const strategyOf = (first: TargetsWire, costs: CostsWire): StrategyWire => ({
  version: 2,
  ...first,
  costs,
})

/**
 * @param at what the field of an error starts with.
 * @throws `WireError`, `DecimalError` or `UnknownInstrumentError` naming the field; `checkDefinition` judges the content.
 */
export function parseStrategy(input: unknown, universe: Universe, at = 'strategy'): StrategyDefinition {
  const wire = parseWire(StrategyWire, input, at)
  const below = (field: string) => (at === '' ? field : `${at}.${field}`)
  const { weighing, fixedCosts, triggers, risk, sizing } = wire
  const share = (name: 'safetyBps' | 'stressBps' | 'trackingWeightBps') =>
    wire[name] !== undefined && { [name]: parseWhole(wire[name], below(name)) }
  return {
    targets: wire.targets.map((row, k) => parseTarget(row, universe, below(`targets[${k}]`))),
    costs: parseCosts(wire.costs, universe, below('costs')),
    ...(sizing && { sizing: parseSizing(sizing, universe, below('sizing')) }),
    ...share('safetyBps'),
    ...share('stressBps'),
    ...share('trackingWeightBps'),
    ...(triggers && { triggers: triggers.map((row, k) => parseTrigger(row, below(`triggers[${k}]`))) }),
    ...(risk && { risk: parseRisk(risk, below('risk')) }),
    ...(weighing && {
      weighing: {
        riskAversion: parseNumber(weighing.riskAversion, below('weighing.riskAversion')),
        horizonDays: parseNumber(weighing.horizonDays, below('weighing.horizonDays')),
        ...(weighing.gapsBy && { gapsBy: weighing.gapsBy }),
      },
    }),
    ...(fixedCosts && {
      fixedCosts: {
        leg: parseValue(fixedCosts.leg, below('fixedCosts.leg')),
        batch: parseValue(fixedCosts.batch, below('fixedCosts.batch')),
      },
    }),
    requirePrices: wire.requirePrices ?? false,
  }
}

function parseTarget(row: z.infer<typeof TargetWire>, universe: Universe, at: string): Target {
  const { group, instrument, destinationBps } = row
  if (group !== undefined && instrument !== undefined) throw new WireError(at, 'of a group or an instrument')
  const of =
    instrument !== undefined
      ? { slot: slotOf(universe, instrument, `${at}.instrument`) }
      : group !== undefined
        ? { group }
        : 'book'
  return {
    of,
    targetBps: parseWhole(row.targetBps, `${at}.targetBps`),
    bandBps: parseWhole(row.bandBps, `${at}.bandBps`),
    ...(destinationBps !== undefined && {
      destinationBps: parseWhole(destinationBps, `${at}.destinationBps`),
    }),
  }
}

function parseCosts(wire: CostsWire, universe: Universe, at: string): TradingCost[] {
  for (const symbol of Object.keys(wire)) slotOf(universe, symbol, quantityField(symbol, at))
  return universe.instruments.map(({ symbol }) => {
    const row = wire[symbol]
    const { impact, fundingBps } = row ?? {}
    return {
      halfSpreadBps: parseWhole(row?.halfSpreadBps, `${at}.${symbol}.halfSpreadBps`),
      feeBps: parseWhole(row?.feeBps, `${at}.${symbol}.feeBps`),
      lot: parseQuantity(row?.lot, `${at}.${symbol}.lot`),
      minimum: parseQuantity(row?.minimum, `${at}.${symbol}.minimum`),
      ...(fundingBps !== undefined && { fundingBps: parseWhole(fundingBps, `${at}.${symbol}.fundingBps`) }),
      ...(impact && {
        impact: {
          dailyVolBps: parseWhole(impact.dailyVolBps, `${at}.${symbol}.impact.dailyVolBps`),
          dailyVolume: parseQuantity(impact.dailyVolume, `${at}.${symbol}.impact.dailyVolume`),
        },
      }),
    }
  })
}
