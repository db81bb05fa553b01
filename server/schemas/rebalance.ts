import { z } from 'zod'
import { slotOf, type Universe } from '#portfolio/universe.js'
import { JOB_STATES } from '../jobs/job-state.js'
import type { StepRequest } from '../jobs/plan-step.js'
import type { JobRecord } from '../store/job-store.js'
import { quantityField } from './book.js'
import { OPEN_MEMBERS, parseOpen } from './open-request.js'
import { PricesWire, parsePrices, parseUnderlyings, UnderlyingsWire } from './prices.js'
import { parseVenues, VenuesWire } from './venues.js'
import { Decimal, Hash, parseQuantity, parseWire, WireError } from './wire.js'

/**
 * What to do: `targets` brings the book back to its targets, `heartbeat` proves it unchanged at fresh prices, `trades` does
 * exactly the trades given (signed quantities by symbol). For `targets`, `prices` are judged before anything is planned with
 * the market they are prices of, `underlyings` is what triggers may ask for, and `venues` where its trades can be done. A trade is
 * sealed, or `open`: then its routes take the place of `venues`.
 */
export const StepRequestWire = z
  .discriminatedUnion('mode', [
    z.strictObject({
      mode: z.literal('targets'),
      prices: PricesWire.optional(),
      underlyings: UnderlyingsWire.optional(),
      venues: VenuesWire.optional(),
      ...OPEN_MEMBERS,
    }),
    z.strictObject({ mode: z.literal('heartbeat') }),
    z.strictObject({
      mode: z.literal('trades'),
      trades: z.record(z.string().max(64), Decimal),
      ...OPEN_MEMBERS,
    }),
  ])
  .meta({ id: 'StepRequest' })
export type StepRequestWire = z.infer<typeof StepRequestWire>

/** @throws `WireError`, `DecimalError`, `UnknownInstrumentError` or `ExecutionInputError` naming the field. */
export function parseStepRequest(input: unknown, universe: Universe, slots: number): StepRequest {
  const wire = parseWire(StepRequestWire, input, '')
  if (wire.mode === 'heartbeat') return wire
  const open = parseOpen(wire, universe)
  if (wire.mode === 'targets') {
    const { prices, underlyings, venues } = wire
    if (open && venues)
      throw new WireError('venues', 'left out with "open": true, whose routes name the pools')
    const known = universe.instruments.map(({ underlying }) => underlying)
    return {
      mode: 'targets',
      ...(prices && { prices: parsePrices(prices, known) }),
      ...(underlyings && { underlyings: parseUnderlyings(underlyings, known) }),
      ...(venues && { venues: parseVenues(venues, universe) }),
      ...(open && { open }),
    }
  }
  const trades: bigint[] = Array(slots).fill(0n)
  for (const [symbol, text] of Object.entries(wire.trades)) {
    const field = quantityField(symbol, 'trades')
    trades[slotOf(universe, symbol, field)] = parseQuantity(text, field)
  }
  if (!open) return { mode: 'trades', trades }
  universe.instruments.forEach(({ symbol }, i) => {
    const routed = open.routes.some(({ slot }) => slot === i)
    const field = quantityField(symbol, 'routes')
    if (routed !== (trades[i] !== 0n))
      throw new WireError(field, 'given for every trade and for nothing else')
  })
  return { mode: 'trades', trades, open }
}

export const Job = z
  .object({
    id: z.uuid(),
    portfolioId: Hash,
    kind: z.enum(['open', 'rebalance']),
    state: z.enum(JOB_STATES),
    epoch: z.int().nullable(),
    retries: z.int(),
    txHash: Hash.nullable(),
    gasUsed: z.string().nullable().meta({
      description:
        'Gas of its transaction, shared equally by the steps in it; null when a copy of the step was mined first.',
    }),
    failure: z.string().nullable(),
    timings: z.record(z.string(), z.number()).nullable(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Rebalance' })
export type Job = z.infer<typeof Job>

export const formatJob = ({ cancelRequested: _, createdAt, updatedAt, ...job }: JobRecord): Job => ({
  ...job,
  timings: job.timings && { ...job.timings },
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
})

export const JobParams = z.object({ id: z.uuid() })

/** The client's own name for a request: repeating it with the same body gives the same job. */
export const IdempotencyHeaders = z.object({
  'idempotency-key': z.string().regex(/^[\x21-\x7e]{1,128}$/),
})
