import { z } from 'zod'
import type { Mandate } from '#portfolio/mandate.js'
import { Decimal, Index, parseQuantity, parseWhole, parseWire } from './wire.js'

const SlotWire = z.strictObject({
  groups: z.array(Index).max(32),
  account: Index,
  maxLong: Decimal,
  maxShort: Decimal,
  concentrationBps: Decimal,
})

const WHOLE = {
  netLoBps: Decimal,
  netHiBps: Decimal,
  leverageBps: Decimal,
  gammaLoBps: Decimal,
  gammaHiBps: Decimal,
  vegaLoBps: Decimal,
  vegaHiBps: Decimal,
  freeCollateralFloorBps: Decimal,
  turnoverBps: Decimal,
  costBps: Decimal,
  gainBps: Decimal,
  carryBps: Decimal,
  rollingCostBps: Decimal,
  rollingGainBps: Decimal,
  rollingTurnoverBps: Decimal,
}

/** A mandate as it crosses the wire: examples/desk/mandate.json. */
export const MandateWire = z
  .strictObject({
    slots: z.array(SlotWire).min(1).max(64),
    groups: z.array(z.strictObject({ netLoBps: Decimal, netHiBps: Decimal, grossBps: Decimal })).max(32),
    maxLossBps: z.array(Decimal).max(32),
    accounts: z.array(z.strictObject({ marginMultipleBps: Decimal, venueCapBps: Decimal })).max(32),
    ...WHOLE,
  })
  .meta({ id: 'Mandate' })
export type MandateWire = z.infer<typeof MandateWire>

/** @throws `WireError` or `DecimalError` naming the field; `checkMandate` judges the content. */
export function parseMandate(input: unknown, universeId: bigint): Mandate {
  const wire = parseWire(MandateWire, input, 'mandate')
  const whole = (row: Record<string, unknown>, names: readonly string[], at: string) =>
    Object.fromEntries(names.map((name) => [name, parseWhole(row[name], `${at}.${name}`)]))
  const limits = whole(wire, Object.keys(WHOLE), 'mandate') as Record<keyof typeof WHOLE, bigint>
  return {
    universeId,
    ...limits,
    slots: wire.slots.map((row, i) => ({
      groups: row.groups,
      account: row.account,
      maxLong: parseQuantity(row.maxLong, `mandate.slots[${i}].maxLong`),
      maxShort: parseQuantity(row.maxShort, `mandate.slots[${i}].maxShort`),
      concentrationBps: parseWhole(row.concentrationBps, `mandate.slots[${i}].concentrationBps`),
    })),
    groups: wire.groups.map((row, g) => ({
      netLoBps: parseWhole(row.netLoBps, `mandate.groups[${g}].netLoBps`),
      netHiBps: parseWhole(row.netHiBps, `mandate.groups[${g}].netHiBps`),
      grossBps: parseWhole(row.grossBps, `mandate.groups[${g}].grossBps`),
    })),
    maxLossBps: wire.maxLossBps.map((text, s) => parseWhole(text, `mandate.maxLossBps[${s}]`)),
    accounts: wire.accounts.map((row, a) => ({
      marginMultipleBps: parseWhole(row.marginMultipleBps, `mandate.accounts[${a}].marginMultipleBps`),
      venueCapBps: parseWhole(row.venueCapBps, `mandate.accounts[${a}].venueCapBps`),
    })),
  }
}
