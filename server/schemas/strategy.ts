import { z } from 'zod'
import { checkBps } from '#portfolio/units.js'
import { slotOf, type Universe } from '#portfolio/universe.js'
import type { Target } from '#strategy/targets.js'
import type { TradingCost } from '#strategy/trading-cost.js'
import { quantityField } from './book.js'
import { Decimal, Index, parseQuantity, parseWhole, parseWire, Ticker } from './wire.js'

const TargetWire = z.strictObject({
  group: Index.optional(),
  instrument: Ticker.optional(),
  targetBps: Decimal,
  bandBps: Decimal,
})

/** Targets as they cross the wire: examples/desk/targets.json. A target of neither group nor instrument is the book's. */
export const TargetsWire = z
  .strictObject({ targets: z.array(TargetWire).max(64), safetyBps: Decimal, trackingWeightBps: Decimal })
  .meta({ id: 'Targets' })
export type TargetsWire = z.infer<typeof TargetsWire>

/** Trading costs by symbol, one for each instrument: examples/desk/costs.json. */
export const CostsWire = z
  .record(
    z.string().max(64),
    z.strictObject({ halfSpreadBps: Decimal, feeBps: Decimal, lot: Decimal, minimum: Decimal }),
  )
  .meta({ id: 'Costs' })
export type CostsWire = z.infer<typeof CostsWire>

/** What a fund aims at and what trading costs it: private, and no part of any proof. */
export type Strategy = {
  readonly targets: readonly Target[]
  readonly safetyBps: bigint
  readonly trackingWeightBps: bigint
}

/** @throws `WireError`, `DecimalError`, `OutOfRangeError` or `UnknownInstrumentError` naming the field. */
export function parseTargets(input: unknown, universe: Universe): Strategy {
  const wire = parseWire(TargetsWire, input, 'targets')
  const targets = wire.targets.map((row, k): Target => {
    const at = `targets.targets[${k}]`
    const of =
      row.instrument !== undefined
        ? { slot: slotOf(universe, row.instrument, `${at}.instrument`) }
        : row.group !== undefined
          ? { group: row.group }
          : 'book'
    const targetBps = parseWhole(row.targetBps, `${at}.targetBps`)
    return { of, targetBps, bandBps: parseWhole(row.bandBps, `${at}.bandBps`) }
  })
  const share = (name: 'safetyBps' | 'trackingWeightBps') =>
    checkBps(parseWhole(wire[name], `targets.${name}`), `targets.${name}`, 0n, 10_000n)
  return { targets, safetyBps: share('safetyBps'), trackingWeightBps: share('trackingWeightBps') }
}

/** @throws `WireError`, `DecimalError` or `UnknownInstrumentError` naming the field. */
export function parseCosts(input: unknown, universe: Universe): TradingCost[] {
  const wire = parseWire(CostsWire, input, 'costs')
  for (const symbol of Object.keys(wire)) slotOf(universe, symbol, quantityField(symbol, 'costs'))
  return universe.instruments.map(({ symbol }) => {
    const row = wire[symbol]
    return {
      halfSpreadBps: parseWhole(row?.halfSpreadBps, `costs.${symbol}.halfSpreadBps`),
      feeBps: parseWhole(row?.feeBps, `costs.${symbol}.feeBps`),
      lot: parseQuantity(row?.lot, `costs.${symbol}.lot`),
      minimum: parseQuantity(row?.minimum, `costs.${symbol}.minimum`),
    }
  })
}
