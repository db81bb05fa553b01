import { expect } from 'vitest'
import { exposureOf } from '#portfolio/exposure.js'
import { type SizingInput, sizeTargets } from '#strategy/sizing/size-targets.js'
import type {
  EqualRiskRule,
  IntentRule,
  KellyRule,
  Sizing,
  SizingRule,
  VolatilityRule,
} from '#strategy/sizing/sizing-rule.js'
import { dollars, free, risk } from '../weighing-desk.js'

/** The desk with room on every limit and no targets of its own. */
export const input: SizingInput = { ...free, risk, targets: [], spent: 0n }
export const nav = exposureOf(free.book, free.market, free.mandate, free.shape).nav
/** Bitcoin and ether, whatever they are held in. */
export const COINS = [{ group: 0 }, { group: 1 }]
export const size = (rule: SizingRule, change: Partial<Sizing> = {}, of: Partial<SizingInput> = {}) =>
  sizeTargets({ assets: COINS, bandBps: 50n, rule, ...change }, { ...input, ...of })
export const bps = (sized: ReturnType<typeof size>) => sized.targets.map(({ targetBps }) => targetBps)
export const refused = (call: () => unknown, field: string, code = 'STRATEGY_SIZING_INPUT') =>
  expect(call).toThrowError(expect.objectContaining({ code, field }))

export const VOLATILITY: VolatilityRule = {
  kind: 'volatility',
  weightsBps: [6_000, 4_000],
  targetVolBps: 1_000,
  leverageMaxBps: 10_000n,
}
export const KELLY: KellyRule = { kind: 'kelly', driftsBps: [2_000, 3_000], rateBps: 400, fractionBps: 5_000 }
export const EQUAL: EqualRiskRule = { kind: 'equalRisk', totalBps: 2_500n }
export const INTENT: IntentRule = {
  kind: 'intent',
  parts: [{ exposuresBps: [1_500, 1_000], decayBps: 0 }],
  limits: {},
  riskAversion: 1,
  costAversion: 12,
  costMax: dollars(50_000),
  deadline: Number(free.market.time) + 10 * 86_400,
  stepSeconds: 86_400,
}
