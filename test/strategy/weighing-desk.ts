import type { PlanInput, Reason, Weighing } from '#strategy/plan.js'
import type { RiskModel } from '#strategy/risk-model.js'
import { deskPlanInput } from '#test/examples/desk-example.js'

/** The desk as the market left it: outside its targets and outside limits. */
export const base = deskPlanInput('2026-04-27')
/** The same with room on every limit, so that nothing but its targets asks for a trade. */
export const free: PlanInput = {
  ...base,
  mandate: {
    ...base.mandate,
    netLoBps: -20_000n,
    groups: base.mandate.groups.map((group) => ({ ...group, netLoBps: -20_000n })),
  },
}

export const DAILY = { BTC: 0.025, ETH: 0.035 }
export const weighing: Weighing = { riskAversion: 5, horizonDays: 30 }
export const risk: RiskModel = {
  underlyings: ['BTC', 'ETH'],
  covariance: [
    [DAILY.BTC ** 2, 0.8 * DAILY.BTC * DAILY.ETH],
    [0.8 * DAILY.BTC * DAILY.ETH, DAILY.ETH ** 2],
  ],
}

export const dollars = (x: number) => BigInt(x) * 10n ** 16n
export const codes = (reasons: readonly Reason[]) => reasons.map(({ code }) => code)
export const symbols = (trades: readonly { symbol: string }[]) => trades.map(({ symbol }) => symbol)
