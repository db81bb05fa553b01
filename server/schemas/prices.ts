import { z } from 'zod'
import type { AssetPrices } from '#strategy/sanity/asset-prices.js'
import type { UnderlyingState } from '#strategy/triggers/trigger-context.js'
import { Decimal, parseNumber, Underlying, WireError } from './wire.js'

/** Prices of one underlying by source; `time` in seconds since 1970, `hourlyVolatility` a fraction. */
const AssetPricesWire = z.strictObject({
  asset: Underlying,
  kind: z.enum(['major', 'alt']),
  hourlyVolatility: Decimal,
  readings: z
    .array(
      z.strictObject({
        source: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/),
        price: Decimal,
        time: Decimal,
        halfWidth: Decimal.optional(),
        depth: Decimal.optional(),
      }),
    )
    .max(32),
  twap: z.strictObject({ price: Decimal, from: Decimal, to: Decimal }).optional(),
  attack: z.strictObject({ move: Decimal, gain: Decimal }).optional(),
})

/** What sources say of the underlyings; judged before anything is planned. */
export const PricesWire = z.array(AssetPricesWire).max(32).meta({ id: 'Prices' })
export type PricesWire = z.infer<typeof PricesWire>

/** What is known of the markets of the underlyings; what triggers may ask for. */
export const UnderlyingsWire = z
  .array(
    z.strictObject({
      underlying: Underlying,
      confirmed: z.boolean().optional(),
      volatility: z.strictObject({ short: Decimal, long: Decimal }).optional(),
      spreadRatio: Decimal.optional(),
      depthRatio: Decimal.optional(),
    }),
  )
  .max(32)
  .meta({ id: 'Underlyings' })
export type UnderlyingsWire = z.infer<typeof UnderlyingsWire>

/** @throws `DecimalError` or `WireError` naming the field; the price check judges the content. */
export function parsePrices(wire: PricesWire, known: readonly string[]): AssetPrices[] {
  checkNames(
    wire.map(({ asset }) => asset),
    known,
    (i) => `prices[${i}].asset`,
  )
  return wire.map(({ asset, kind, hourlyVolatility, readings, twap, attack }, i) => {
    const at = `prices[${i}]`
    return {
      asset,
      kind,
      hourlyVolatility: parseNumber(hourlyVolatility, `${at}.hourlyVolatility`),
      readings: readings.map(({ source, ...numbers }, k) => ({
        source,
        ...parseNumbers(numbers, `${at}.readings[${k}]`),
      })),
      ...(twap && { twap: parseNumbers(twap, `${at}.twap`) }),
      ...(attack && { attack: parseNumbers(attack, `${at}.attack`) }),
    }
  })
}

/** @throws `DecimalError` or `WireError` naming the field. */
export function parseUnderlyings(
  wire: UnderlyingsWire,
  known: readonly string[],
): Record<string, UnderlyingState> {
  checkNames(
    wire.map(({ underlying }) => underlying),
    known,
    (i) => `underlyings[${i}].underlying`,
  )
  const entries = wire.map(({ underlying, confirmed, volatility, ...ratios }, i) => {
    const at = `underlyings[${i}]`
    const state: UnderlyingState = {
      ...(confirmed !== undefined && { confirmed }),
      ...(volatility && { volatility: parseNumbers(volatility, `${at}.volatility`) }),
      ...parseNumbers(ratios, at),
    }
    return [underlying, state]
  })
  return Object.fromEntries(entries)
}

type Numbers<W> = {
  [F in keyof W]: Exclude<W[F], string | undefined> | number
}

/** The same fields as numbers. */
function parseNumbers<W extends { readonly [field: string]: string | undefined }>(
  wire: W,
  at: string,
): Numbers<W> {
  const fields = Object.entries(wire).map(([field, text]) => [field, parseNumber(text, `${at}.${field}`)])
  return Object.fromEntries(fields) as Numbers<W> // Field by field what the type says.
}

function checkNames(names: readonly string[], known: readonly string[], at: (i: number) => string): void {
  names.forEach((name, i) => {
    if (!known.includes(name) || names.indexOf(name) !== i) {
      throw new WireError(at(i), 'an underlying of the universe, given once')
    }
  })
}
