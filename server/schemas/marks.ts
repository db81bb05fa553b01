import { z } from 'zod'
import { OutOfRangeError } from '#portfolio/units.js'
import { Decimal, parsePrice, parseWhole, parseWire } from './wire.js'

/**
 * What a risk signer prices options from: forward and implied volatility by symbol, volatility shocks per scenario. Spot
 * prices come from the feeds, never from here. The form is that of `options` in examples/desk/marks-*.json together with
 * examples/desk/publisher.json.
 */
export const MarksWire = z
  .strictObject({
    options: z.record(
      z.string().max(64),
      z.strictObject({ forward: Decimal, iv: Decimal, mark: Decimal.optional() }),
    ),
    volShocksBps: z.array(Decimal).max(32),
    minMarginBps: Decimal,
  })
  .meta({ id: 'OptionMarks' })
export type MarksWire = z.infer<typeof MarksWire>

/** Coin prices in 1e-8 quote, implied volatility in 1e-8 per √year. */
export type OptionMarks = {
  readonly options: ReadonlyMap<string, { readonly forwardE8: bigint; readonly ivE8: bigint }>
  readonly volShocksBps: readonly bigint[]
  readonly minMarginBps: bigint
}

/** @throws `WireError`, `DecimalError` or `OutOfRangeError` naming the field. */
export function parseMarks(input: unknown): OptionMarks {
  const wire = parseWire(MarksWire, input, 'marks')
  const positive = (text: string, field: string) => {
    const value = parsePrice(text, field)
    if (value <= 0n) throw new OutOfRangeError(field, 'above 0')
    return value
  }
  const options = Object.entries(wire.options).map(([symbol, row]) => {
    const at = `marks.options.${symbol}`
    const ivE8 = positive(row.iv, `${at}.iv`)
    return [symbol, { forwardE8: positive(row.forward, `${at}.forward`), ivE8 }] as const
  })
  return {
    options: new Map(options),
    volShocksBps: wire.volShocksBps.map((text, s) => parseWhole(text, `marks.volShocksBps[${s}]`)),
    minMarginBps: parseWhole(wire.minMarginBps, 'marks.minMarginBps'),
  }
}
