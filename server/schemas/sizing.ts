import { z } from 'zod'
import { slotOf, type Universe } from '#portfolio/universe.js'
import type {
  IntentLimits,
  IntentRule,
  SizedAsset,
  Sizing,
  SizingRule,
} from '#strategy/sizing/sizing-rule.js'
import { Decimal, Index, parseNumber, parseValue, parseWhole, Ticker, WireError } from './wire.js'

/** One number for each asset, in their order. */
const Each = z.array(Decimal).max(64)
const Kind = <K extends string>(kind: K) => z.literal(kind)

/** A rule of sizing as it crosses the wire: the kinds and fields of docs/strategy.md. */
const SizingRuleWire = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: Kind('dollars'), amounts: Each }),
    z.strictObject({
      kind: Kind('equalRisk'),
      totalBps: Decimal,
      lowerBps: Each.optional(),
      upperBps: Each.optional(),
    }),
    z.strictObject({
      kind: Kind('volatility'),
      weightsBps: Each,
      targetVolBps: Decimal,
      leverageMaxBps: Decimal,
    }),
    z.strictObject({ kind: Kind('kelly'), driftsBps: Each, rateBps: Decimal, fractionBps: Decimal }),
    z.strictObject({
      kind: Kind('intent'),
      parts: z.array(z.strictObject({ exposuresBps: Each, decayBps: Decimal })).max(16),
      riskAversion: Decimal,
      costAversion: Decimal,
      discountBps: Decimal.optional(),
      limits: z
        .strictObject({
          lowerBps: Each.optional(),
          upperBps: Each.optional(),
          netMinBps: Decimal.optional(),
          netMaxBps: Decimal.optional(),
          grossMaxBps: Decimal.optional(),
        })
        .optional(),
      costMax: Decimal,
      deadline: Decimal,
      stepSeconds: Decimal,
    }),
  ])
  .meta({ id: 'SizingRule' })
type SizingRuleWire = z.infer<typeof SizingRuleWire>
type IntentWire = Extract<SizingRuleWire, { kind: 'intent' }>

export const SizingWire = z
  .strictObject({
    assets: z.array(z.strictObject({ group: Index.optional(), instrument: Ticker.optional() })).max(64),
    bandBps: Decimal,
    destinationBps: Decimal.optional(),
    stressLossBps: Decimal.optional(),
    rule: SizingRuleWire,
  })
  .meta({ id: 'Sizing' })
export type SizingWire = z.infer<typeof SizingWire>

/**
 * @throws `WireError`, `DecimalError` or `UnknownInstrumentError` naming the field below `at`; `sizeTargets` judges the content.
 */
export function parseSizing(wire: SizingWire, universe: Universe, at: string): Sizing {
  const share = (field: 'destinationBps' | 'stressLossBps') =>
    wire[field] !== undefined && { [field]: parseWhole(wire[field], `${at}.${field}`) }
  return {
    assets: wire.assets.map((row, i) => parseAsset(row, universe, `${at}.assets[${i}]`)),
    bandBps: parseWhole(wire.bandBps, `${at}.bandBps`),
    ...share('destinationBps'),
    ...share('stressLossBps'),
    rule: parseRule(wire.rule, `${at}.rule`),
  }
}

function parseAsset(
  { group, instrument }: SizingWire['assets'][number],
  universe: Universe,
  at: string,
): SizedAsset {
  if (instrument !== undefined && group === undefined) {
    return { slot: slotOf(universe, instrument, `${at}.instrument`) }
  }
  if (group === undefined || instrument !== undefined) throw new WireError(at, 'a group or an instrument')
  return { group }
}

function parseRule(rule: SizingRuleWire, at: string): SizingRule {
  const number = (text: string, field: string) => parseNumber(text, `${at}.${field}`)
  const numbers = (list: readonly string[], field: string) =>
    list.map((text, i) => number(text, `${field}[${i}]`))
  switch (rule.kind) {
    case 'dollars':
      return {
        kind: rule.kind,
        amounts: rule.amounts.map((text, i) => parseValue(text, `${at}.amounts[${i}]`)),
      }
    case 'equalRisk':
      return {
        kind: rule.kind,
        totalBps: parseWhole(rule.totalBps, `${at}.totalBps`),
        ...parseBounds(rule, at),
      }
    case 'volatility':
      return {
        kind: rule.kind,
        weightsBps: numbers(rule.weightsBps, 'weightsBps'),
        targetVolBps: number(rule.targetVolBps, 'targetVolBps'),
        leverageMaxBps: parseWhole(rule.leverageMaxBps, `${at}.leverageMaxBps`),
      }
    case 'kelly':
      return {
        kind: rule.kind,
        driftsBps: numbers(rule.driftsBps, 'driftsBps'),
        rateBps: number(rule.rateBps, 'rateBps'),
        fractionBps: number(rule.fractionBps, 'fractionBps'),
      }
    case 'intent':
      return parseIntent(rule, at)
  }
}

function parseIntent(rule: IntentWire, at: string): IntentRule {
  const number = (field: 'riskAversion' | 'costAversion' | 'deadline' | 'stepSeconds') =>
    parseNumber(rule[field], `${at}.${field}`)
  const { parts, limits = {}, discountBps } = rule
  return {
    kind: 'intent',
    parts: parts.map(({ exposuresBps, decayBps }, k) => ({
      exposuresBps: exposuresBps.map((text, i) => parseNumber(text, `${at}.parts[${k}].exposuresBps[${i}]`)),
      decayBps: parseNumber(decayBps, `${at}.parts[${k}].decayBps`),
    })),
    riskAversion: number('riskAversion'),
    costAversion: number('costAversion'),
    ...(discountBps !== undefined && { discountBps: parseNumber(discountBps, `${at}.discountBps`) }),
    limits: parseLimits(limits, `${at}.limits`),
    costMax: parseValue(rule.costMax, `${at}.costMax`),
    deadline: number('deadline'),
    stepSeconds: number('stepSeconds'),
  }
}

function parseLimits(limits: NonNullable<IntentWire['limits']>, at: string): IntentLimits {
  const whole = (field: 'netMinBps' | 'netMaxBps' | 'grossMaxBps') =>
    limits[field] !== undefined && { [field]: parseWhole(limits[field], `${at}.${field}`) }
  return { ...parseBounds(limits, at), ...whole('netMinBps'), ...whole('netMaxBps'), ...whole('grossMaxBps') }
}

/** Bounds of each asset, where there are any. */
function parseBounds({ lowerBps, upperBps }: NonNullable<IntentWire['limits']>, at: string) {
  const whole = (list: readonly string[], field: string) =>
    list.map((text, i) => parseWhole(text, `${at}.${field}[${i}]`))
  return {
    ...(lowerBps && { lowerBps: whole(lowerBps, 'lowerBps') }),
    ...(upperBps && { upperBps: whole(upperBps, 'upperBps') }),
  }
}
