import { z } from 'zod'

const Line = z.object({
  value: z.string(),
  bound: z.string(),
  headroom: z.string(),
  status: z.enum(['holds', 'reducing', 'refused']),
})

const BeforeAfter = z.object({ before: z.string(), after: z.string() })

/** A dry run: amounts in quote, quantities in units, as decimal strings. */
export const PlanReport = z
  .object({
    outcome: z.enum(['trade', 'hold', 'infeasible', 'refused']),
    verdict: z.enum(['compliant', 'reducing', 'refused']),
    reasons: z.array(z.object({ code: z.string(), subject: z.string() })),
    trades: z.array(
      z.object({
        symbol: z.string(),
        quantity: z.string(),
        price: z.string(),
        expectedFill: z.string(),
        cost: z.string(),
      }),
    ),
    limits: z.array(z.object({ id: z.string(), rule: z.int(), before: Line, after: Line })),
    nav: BeforeAfter,
    equity: z.object({ before: z.array(z.string()), after: z.array(z.string()) }),
    expectedCost: z.string(),
    tracking: BeforeAfter.nullable(),
  })
  .meta({ id: 'Plan' })
export type PlanReport = z.infer<typeof PlanReport>
