import type { MarketSlot } from '#portfolio/market.js'
import { evaluateStep } from '#portfolio/step.js'
import { buildStep } from '#strategy/build-step.js'
import type { PlanInput } from '#strategy/plan.js'
import { trackTargets } from '#strategy/targets.js'
import { evaluateTriggers } from '#strategy/triggers/evaluate-triggers.js'
import type { Firing } from '#strategy/triggers/firing.js'
import type { TriggerConfig } from '#strategy/triggers/trigger-config.js'
import type { TriggerContext } from '#strategy/triggers/trigger-context.js'
import { deskPlanInput } from '#test/examples/desk-example.js'

export const desk = deskPlanInput('2026-04-27')
export const DAY = 86_400

export const slotOf = (symbol: string): number =>
  desk.universe.instruments.findIndex((instrument) => instrument.symbol === symbol)

/** What the planner measures of the unchanged book, at the market's own time unless `rest` says otherwise. */
export function contextOf(input: PlanInput, rest: Partial<TriggerContext> = {}): TriggerContext {
  const verdict = evaluateStep(
    buildStep(
      input,
      input.book.quantities.map(() => 0n),
    ),
    input.shape,
  )
  const tracking = trackTargets(input.targets, verdict.before)
  return { input, verdict, tracking, now: Number(input.market.time), ...rest }
}

/** What one trigger alone fires. */
export const firesOf = (config: TriggerConfig, context: TriggerContext): readonly Firing[] =>
  evaluateTriggers([config], context).firings

/** The input with other cash, in 1e-16 quote. */
export const withCash = (input: PlanInput, cash: (old: bigint, a: number) => bigint): PlanInput => ({
  ...input,
  book: { ...input.book, cash: input.book.cash.map(cash) },
})

/** The input with other market slots. */
export const withSlots = (
  input: PlanInput,
  change: (slot: MarketSlot, i: number) => Partial<MarketSlot>,
): PlanInput => ({
  ...input,
  market: {
    ...input.market,
    slots: input.market.slots.map((slot, i) => ({ ...slot, ...change(slot, i) })),
  },
})

/** The desk with the cash that makes its net asset value exactly 100 million. */
export const NAV = 10n ** 24n
const missing = NAV - contextOf(desk).verdict.before.nav
export const roundDesk = withCash(desk, (cash, a) => (a === 0 ? cash + missing : cash))
