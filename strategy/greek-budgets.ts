import type { Exposure } from '#portfolio/exposure.js'
import type { Mandate } from '#portfolio/mandate.js'
import type { GreekBudgets, PlanInput, Reason } from './plan.js'

/** The same input under a mandate that is as tight as the fund's own budgets; the mandate itself where it has none. */
export function withBudgets(input: PlanInput): PlanInput {
  const { greekBudgets: own, mandate } = input
  if (!own) return input
  const tighter: GreekBudgets = {
    gammaLoBps: most(own.gammaLoBps, mandate.gammaLoBps),
    gammaHiBps: least(own.gammaHiBps, mandate.gammaHiBps),
    vegaLoBps: most(own.vegaLoBps, mandate.vegaLoBps),
    vegaHiBps: least(own.vegaHiBps, mandate.vegaHiBps),
  }
  return { ...input, mandate: { ...mandate, ...tighter } satisfies Mandate }
}

/** A reason for each budget that the exposure is outside of, with the exposure and the budget's bound. */
export function breachedBudgets({ greekBudgets: own }: PlanInput, exposure: Exposure): Reason[] {
  if (!own || exposure.nav <= 0n) return []
  return (['gamma', 'vega'] as const).flatMap((greek): Reason[] => {
    const value = (Number(exposure[greek]) / Number(exposure.nav)) * 1e4
    const [lo, hi] = [Number(own[`${greek}LoBps`]), Number(own[`${greek}HiBps`])]
    if (value >= lo && value <= hi) return []
    return [
      { code: 'budget_breached', subject: greek, numbers: { exposure: value, bound: value < lo ? lo : hi } },
    ]
  })
}

const most = (a: bigint, b: bigint): bigint => (a > b ? a : b)
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)
