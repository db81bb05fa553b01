import { z } from 'zod'
import { Decimal, Index, parseNumber, Ticker, Underlying } from './wire.js'

/** What a target is called by triggers: `book`, `group[0]` or `slot[3]`. */
const Label = z.string().regex(/^(book|(group|slot)\[\d{1,3}\])$/)
const Kind = <K extends string>(kind: K) => z.literal(kind)

/** One trigger as it crosses the wire: the kinds and fields of docs/strategy.md, every number a decimal string. */
export const TriggerWire = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: Kind('time'), everySeconds: Decimal, anchorAt: Decimal.optional() }),
    z.strictObject({
      kind: Kind('threshold'),
      target: Label.optional(),
      of: z.enum(['nav', 'target']).optional(),
      bandBps: Decimal.optional(),
      destinationBps: Decimal.optional(),
    }),
    z.strictObject({
      kind: Kind('deltaBand'),
      target: Label,
      rule: z.enum(['whalleyWilmott', 'zakamouline']),
      riskAversion: Decimal,
      floorBps: Decimal.optional(),
    }),
    z.strictObject({
      kind: z.enum(['gammaBudget', 'vegaBudget']),
      underlying: Underlying.optional(),
      loBps: Decimal,
      hiBps: Decimal,
    }),
    z.strictObject({
      kind: Kind('trackingError'),
      limitBps: Decimal,
      targets: z.array(Label).max(64).readonly().optional(),
    }),
    z.strictObject({ kind: Kind('marginBuffer'), account: Index.optional(), bufferBps: Decimal }),
    z.strictObject({
      kind: Kind('headroom'),
      limits: z.array(z.string().max(64)).max(512).readonly().optional(),
      usedBps: Decimal,
    }),
    z.strictObject({ kind: Kind('redemption'), reserveBps: Decimal.optional() }),
    z.strictObject({ kind: Kind('delisting'), symbol: Ticker, closeBy: Decimal, noticeSeconds: Decimal }),
    z.strictObject({ kind: Kind('expiry'), horizonSeconds: Decimal }),
    z.strictObject({ kind: Kind('limitBreached') }),
    z.strictObject({
      kind: Kind('volatilityRegime'),
      underlying: Underlying.optional(),
      ratio: Decimal,
      everySeconds: Decimal,
    }),
    z.strictObject({
      kind: Kind('liquidity'),
      maxSpreadRatio: Decimal.optional(),
      minDepthRatio: Decimal.optional(),
    }),
    z.strictObject({ kind: Kind('cooling'), seconds: Decimal }),
  ])
  .meta({ id: 'Trigger' })
export type TriggerWire = z.infer<typeof TriggerWire>

/** Fields that are words; every other string is a number. */
const WORDS = ['kind', 'target', 'of', 'rule', 'underlying', 'symbol'] as const
type Word = (typeof WORDS)[number]

/** A trigger with its numbers read: `TriggerConfig`, which a test holds it to. */
export type ParsedTrigger<W = TriggerWire> = W extends unknown
  ? {
      readonly [F in keyof W]: F extends Word
        ? Exclude<W[F], undefined>
        : Exclude<W[F], undefined> extends string
          ? number
          : Exclude<W[F], undefined>
    }
  : never

/** @throws `DecimalError` naming the field below `at`. */
export function parseTrigger(wire: TriggerWire, at: string): ParsedTrigger {
  const isWord = (field: string) => WORDS.some((word) => word === field)
  const fields = Object.entries(wire).map(([field, x]) => [
    field,
    typeof x === 'string' && !isWord(field) ? parseNumber(x, `${at}.${field}`) : x,
  ])
  return Object.fromEntries(fields) as ParsedTrigger // Field by field what the type says.
}
