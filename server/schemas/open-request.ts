import { z } from 'zod'
import { BPS } from '#portfolio/units.js'
import { slotOf, type Universe } from '#portfolio/universe.js'
import { SLIPPAGE_MAX_BPS } from '#strategy/execution/route-order.js'
import type { OpenRequest, SlotRoutes } from '../jobs/open-trade.js'
import { quantityField } from './book.js'
import { Address, addressOf, Decimal, parseWithin, WireError } from './wire.js'

const DEADLINE_MAX_SECONDS = 86_400n
const DEADLINE_SECONDS = 600n

/**
 * Members of a request for an open trade, which is executed on chain in the transaction of its proof. `routes` says by
 * symbol in which pools, and in what shares of the leg; only these instruments are traded. `slippageBps` is how much worse
 * than the strategy expects each leg may be filled (0 unless given): the proven fill is the bound. `deadlineSeconds` counts
 * from the planning (600 unless given).
 */
export const OPEN_MEMBERS = {
  open: z.literal(true).optional(),
  routes: z
    .record(
      z.string().max(64),
      z
        .array(z.strictObject({ pool: Address, shareBps: Decimal }))
        .min(1)
        .max(8),
    )
    .optional(),
  slippageBps: Decimal.optional(),
  deadlineSeconds: Decimal.optional(),
}

export type OpenWire = z.infer<z.ZodObject<typeof OPEN_MEMBERS>>

/** @throws `WireError`, `DecimalError`, `OutOfRangeError` or `UnknownInstrumentError` naming the field. */
export function parseOpen(wire: OpenWire, universe: Universe): OpenRequest | undefined {
  const { open, routes, slippageBps, deadlineSeconds } = wire
  if (!open) {
    for (const [field, value] of Object.entries({ routes, slippageBps, deadlineSeconds })) {
      if (value !== undefined) throw new WireError(field, 'given with "open": true, or not at all')
    }
    return undefined
  }
  if (!routes) throw new WireError('routes', 'given with "open": true')
  const slots = Object.entries(routes).map(([symbol, parts]): SlotRoutes => {
    const field = quantityField(symbol, 'routes')
    const slot = slotOf(universe, symbol, field)
    const shares = parts.map(({ pool, shareBps }, i) => ({
      pool: addressOf(pool),
      shareBps: parseWithin(shareBps, `${field}[${i}].shareBps`, 1n, BPS),
    }))
    const total = shares.reduce((sum, { shareBps: share }) => sum + share, 0n)
    if (total !== BPS) throw new WireError(field, 'of shares that add up to 10000')
    return { slot, symbol, parts: shares }
  })
  return {
    routes: slots,
    slippageBps: parseWithin(slippageBps ?? '0', 'slippageBps', 0n, BigInt(SLIPPAGE_MAX_BPS)),
    deadlineSeconds: parseWithin(
      deadlineSeconds ?? `${DEADLINE_SECONDS}`,
      'deadlineSeconds',
      1n,
      DEADLINE_MAX_SECONDS,
    ),
  }
}
