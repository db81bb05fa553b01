import { z } from 'zod'
import type { Instrument } from '#portfolio/instrument.js'
import type { Universe } from '#portfolio/universe.js'
import {
  Decimal,
  Index,
  parsePrice,
  parseQuantity,
  parseTime,
  parseWhole,
  parseWire,
  Ticker,
  Underlying,
} from './wire.js'

const OptionTerms = z.strictObject({
  type: z.enum(['call', 'put']),
  strike: Decimal,
  expiry: z.string().max(32),
})

const InstrumentWire = z.strictObject({
  symbol: Ticker,
  kind: z.enum(['spot', 'perp', 'option']),
  underlying: Underlying,
  feed: z.string().regex(/^[A-Z0-9][A-Z0-9._-]{0,31}$/),
  contractSize: Decimal,
  account: Index,
  marginBps: Decimal,
  shocksBps: z.array(Decimal).max(32),
  option: OptionTerms.optional(),
})

/** A universe as it crosses the wire: examples/desk/universe.json. */
export const UniverseWire = z
  .strictObject({ instruments: z.array(InstrumentWire).min(1).max(64) })
  .meta({ id: 'Universe' })
export type UniverseWire = z.infer<typeof UniverseWire>

/** @throws `WireError`, `DecimalError` or `TimeError` naming the field; `checkUniverse` judges the content. */
export function parseUniverse(input: unknown): Universe {
  const wire = parseWire(UniverseWire, input, 'universe')
  const instruments = wire.instruments.map((row, i): Instrument => {
    const at = `universe.instruments[${i}]`
    return {
      symbol: row.symbol,
      kind: row.kind,
      underlying: row.underlying,
      feed: row.feed,
      account: row.account,
      contractSizeE8: parseQuantity(row.contractSize, `${at}.contractSize`),
      marginBps: parseWhole(row.marginBps, `${at}.marginBps`),
      shocksBps: row.shocksBps.map((shock, s) => parseWhole(shock, `${at}.shocksBps[${s}]`)),
      ...(row.option && {
        option: {
          type: row.option.type,
          strikeE8: parsePrice(row.option.strike, `${at}.option.strike`),
          expiry: parseTime(row.option.expiry, `${at}.option.expiry`),
        },
      }),
    }
  })
  return { instruments }
}
