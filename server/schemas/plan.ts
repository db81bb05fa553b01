import { z } from 'zod'

const Line = z.object({
  value: z.string(),
  bound: z.string(),
  headroom: z.string(),
  status: z.enum(['holds', 'reducing', 'refused']),
})

/** `value` has passed `bound`, in `unit`; or what a trade is worth and costs, in basis points of net asset value. */
const Reason = z.object({
  code: z.string(),
  subject: z.string(),
  numbers: z.record(z.string(), z.number()).optional(),
  unit: z.string().optional(),
})

/** A trigger that fired and waits, and everything it waits for. */
const Postponed = z.object({
  trigger: z.string(),
  subject: z.string(),
  value: z.number(),
  bound: z.number(),
  unit: z.string(),
  waitsFor: z.array(
    z.object({
      code: z.string(),
      subject: z.string(),
      value: z.number().optional(),
      bound: z.number().optional(),
      unit: z.string().optional(),
    }),
  ),
})

/** In basis points of net asset value. */
const Weighed = z.object({
  gapBefore: z.number(),
  gapAfter: z.number(),
  tradingCost: z.number(),
  fundingCost: z.number(),
  fixedCost: z.number(),
  worth: z.boolean(),
})

const TargetLine = z.object({
  exposure: z.string(),
  wanted: z.string(),
  band: z.string(),
  inside: z.boolean(),
})

/** How a rule of the strategy came to targets, docs/strategy.md says by which numbers. */
const Sizing = z.object({
  rule: z.enum(['dollars', 'equalRisk', 'volatility', 'kelly', 'intent']),
  assets: z.array(
    z.object({ target: z.string(), targetBps: z.string(), numbers: z.record(z.string(), z.number()) }),
  ),
  decidedBy: z.enum(['risk', 'deadline', 'costCap', 'volatility', 'leverage']).nullable(),
  numbers: z.record(z.string(), z.number()),
})

/** What to do first, and then: trades by symbol, and cash moved between accounts. */
const Leg = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('trade'),
    symbol: z.string(),
    account: z.int(),
    quantity: z.string(),
    expectedFill: z.string(),
  }),
  z.object({ kind: z.literal('transfer'), from: z.int(), to: z.int(), amount: z.string() }),
])

/**
 * What to do at each venue: `limitPrice` the worst price as the venue quotes it, `limitQuote` the most to pay or the least to
 * take. The gaps of the certificate are relative: how far the split, before it was rounded, is from the optimum.
 */
const Route = z.object({
  orders: z.array(
    z.object({
      venue: z.string(),
      quantity: z.string(),
      quote: z.string(),
      fixedCost: z.string(),
      limitPrice: z.string(),
      limitQuote: z.string(),
    }),
  ),
  quote: z.string(),
  fixedCost: z.string(),
  dropped: z.array(z.string()),
  certificate: z.object({
    tolerance: z.number(),
    quantityGap: z.number(),
    quoteGap: z.number(),
    marginalGap: z.number(),
    atMinimum: z.array(z.string()),
  }),
})

const BeforeAfter = z.object({ before: z.string(), after: z.string() })

/** A dry run, and why it is what it is; docs/strategy.md says what the codes and units mean. Amounts in quote, quantities in units, as decimal strings. */
export const PlanReport = z
  .object({
    outcome: z.enum(['trade', 'hold', 'infeasible', 'refused']),
    verdict: z.enum(['compliant', 'reducing', 'refused']),
    strategyVersion: z.int(),
    reasons: z.array(Reason),
    postponed: z.array(Postponed),
    weighed: Weighed.nullable(),
    sizing: Sizing.nullable(),
    targets: z.array(z.object({ target: z.string(), before: TargetLine, after: TargetLine })),
    trades: z.array(
      z.object({
        symbol: z.string(),
        quantity: z.string(),
        price: z.string(),
        expectedFill: z.string(),
        cost: z.string(),
        route: Route.nullable(),
      }),
    ),
    legs: z.array(Leg),
    limits: z.array(z.object({ id: z.string(), rule: z.int(), before: Line, after: Line })),
    nav: BeforeAfter,
    equity: z.object({ before: z.array(z.string()), after: z.array(z.string()) }),
    expectedCost: z.string(),
    tracking: BeforeAfter.nullable(),
    /** Of an open trade: what the executor would refuse it with now, and how much better than proven it would be. */
    execution: z.object({ refusal: z.string().nullable(), improvement: z.string() }).nullable(),
  })
  .meta({ id: 'Plan' })
export type PlanReport = z.infer<typeof PlanReport>
