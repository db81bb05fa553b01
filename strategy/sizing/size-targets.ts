import { type Exposure, exposureOf } from '#portfolio/exposure.js'
import { BPS, checkBps } from '#portfolio/units.js'
import type { PlanInput } from '../plan.js'
import { quadratic } from '../quadratic.js'
import { flowSplit } from '../relaxation.js'
import { checkVenues } from '../slot-venues.js'
import { TARGET_MAX_BPS, type Target, targetLabel } from '../targets.js'
import { checkCosts } from '../trading-cost.js'
import { inDefinition } from './in-definition.js'
import { sizeByRisk, sizeDollars } from './size-by-rule.js'
import { sizeIntent } from './size-intent.js'
import { type Asset, assetCovariance, sizedAssets, stressedUnits, tradingCost } from './sized-assets.js'
import { checkNumbers, SizingInputError } from './sizing-input.js'
import type { IntentRule, Sizing, SizingRule } from './sizing-rule.js'
import { worstLoss } from './stress-cap.js'
import { wholeBps, wholeTowardsZero } from './whole-bps.js'
import { type Stress, wholeWithinStress } from './within-stress.js'

/** What targets are sized from; `targets` are those beside them, `spent` what an intent has cost so far in 1e-16 quote. */
export type SizingInput = Pick<
  PlanInput,
  | 'universe'
  | 'mandate'
  | 'shape'
  | 'market'
  | 'book'
  | 'netFlow'
  | 'costs'
  | 'risk'
  | 'targets'
  | 'venues'
  | 'tradable'
> & { readonly spent: bigint }

type Numbers = Readonly<Record<string, number>>

/** How targets came about; docs/strategy.md says what the numbers are. */
export type SizingFacts = {
  readonly rule: SizingRule['kind']
  readonly assets: readonly {
    readonly target: string
    readonly targetBps: bigint
    readonly numbers: Numbers
  }[]
  readonly numbers: Numbers
  readonly decidedBy?: 'risk' | 'deadline' | 'costCap' | 'volatility' | 'leverage'
}

export type Sized = { readonly targets: readonly Target[]; readonly facts: SizingFacts }

/** Whole basis points per asset, which of them are where they are to stay, and what there is to say of them. */
type Decision = Pick<SizingFacts, 'numbers' | 'decidedBy'> & {
  readonly bps: readonly number[]
  readonly stays?: readonly boolean[]
  readonly each?: (i: number) => Numbers
}

const TARGET_MAX = Number(TARGET_MAX_BPS)

/**
 * The targets that a rule comes to in this market and book, flows included, in whole basis points that go beyond no cap
 * the rule states. A book that is worth nothing has none.
 *
 * @throws {@link SizingInputError}, `RiskModelError`, `OutOfRangeError` or `ExecutionInputError` naming the field of a
 *   strategy's definition, or of the venues.
 */
export function sizeTargets(sizing: Sizing, input: SizingInput): Sized {
  const { bandBps, destinationBps = 0n, stressLossBps, rule } = sizing
  checkBps(bandBps, 'sizing.bandBps', 0n, TARGET_MAX_BPS)
  checkBps(destinationBps, 'sizing.destinationBps', 0n, bandBps)
  if (stressLossBps !== undefined) checkBps(stressLossBps, 'sizing.stressLossBps', 0n, BPS)
  if (sizing.assets.length === 0) throw new SizingInputError('sizing.assets', 'a list of at least one')
  checkCosts(input.costs, input.universe.instruments.length)
  if (input.venues) checkVenues(input.venues, input.universe.instruments.length)
  const assets = sizedAssets(sizing.assets, input, input.targets)
  const held = exposureOf(input.book, input.market, input.mandate, input.shape, flowSplit(input))
  if (held.nav <= 0n) return { targets: [], facts: { rule: rule.kind, assets: [], numbers: {} } }
  const { bps, stays, each, ...facts } = decide(sizing, assets, held, input)
  const targets = assets.map(({ of }, i): Target => {
    if (Math.abs(bps[i]!) > TARGET_MAX) {
      throw new SizingInputError(`sizing.assets[${i}]`, `sized within ${TARGET_MAX} basis points`)
    }
    // What stays is less than a basis point from its whole number, which is no reason to trade.
    const least = stays?.[i] ? 1n : 0n
    const [band, destination] = [bandBps, destinationBps].map((x) => (x > least ? x : least))
    return { of, targetBps: BigInt(bps[i]!), bandBps: band!, destinationBps: destination! }
  })
  const lines = targets.map((target, i) => ({
    target: targetLabel(target),
    targetBps: target.targetBps,
    numbers: each?.(i) ?? {},
  }))
  return { targets, facts: { rule: rule.kind, assets: lines, ...facts } }
}

function decide(
  { rule, stressLossBps }: Sizing,
  assets: readonly Asset[],
  held: Exposure,
  input: SizingInput,
): Decision {
  const stress =
    stressLossBps === undefined
      ? undefined
      : { units: stressedUnits(assets, input.market), lossMax: Number(stressLossBps) / 1e4 }
  if (rule.kind === 'intent') return decideIntent(rule, assets, held, stress, input)

  const covariance = rule.kind === 'dollars' ? undefined : assetCovariance(assets, input.risk)
  const sized = inDefinition(() =>
    rule.kind === 'dollars'
      ? sizeDollars(rule, assets.length, Number(held.nav))
      : sizeByRisk(rule, covariance!),
  )
  const round = rule.kind === 'dollars' ? wholeTowardsZero : wholeBps
  const { exposures, cut, riskShares, scale, decidedBy } = sized
  const within = stress ? wholeWithinStress(exposures, stress, round) : { bps: round(exposures), scale: 1 }
  const { bps } = within
  const volatility = covariance && Math.sqrt(Math.max(0, quadratic(bps, covariance)))
  return {
    bps,
    each: (i) => ({
      ...(riskShares && { riskShareBps: riskShares[i]! * 1e4 }),
      ...(cut?.[i] && { cutBps: cut[i] * 1e4 }),
    }),
    numbers: {
      ...(scale !== undefined && { scale }),
      ...(volatility !== undefined && { volatilityBps: volatility }),
      ...(stress && lossOf(bps, stress, within.scale)),
    },
    ...(decidedBy && { decidedBy }),
  }
}

function decideIntent(
  rule: IntentRule,
  assets: readonly Asset[],
  { nav: worth, delta, groupNet }: Exposure,
  stress: Stress | undefined,
  input: SizingInput,
): Decision {
  rule.parts.forEach(({ exposuresBps }, k) => {
    checkNumbers(exposuresBps, `sizing.rule.parts[${k}].exposuresBps`, assets.length)
  })
  const nav = Number(worth)
  const exposures = assets.map(({ of }) => Number('slot' in of ? delta[of.slot]! : groupNet[of.group]!) / nav)
  const step = inDefinition(() =>
    sizeIntent(rule, {
      exposures,
      nav,
      spent: input.spent,
      now: Number(input.market.time),
      costOf: (i, amount) => tradingCost(assets[i]!, amount, input),
      ...(stress && { stress }),
    }),
  )
  const { share, riskRate, deadlineRate, stepsLeft, aimShare, cost, costLeft, distance, decidedBy } = step
  const bps = step.bps.map((x) => Math.max(-TARGET_MAX, Math.min(TARGET_MAX, x)))
  const cut = step.bps.map((x, i) => x - bps[i]!)
  return {
    bps,
    stays: step.stays,
    each: (i) => ({
      ...{ heldBps: exposures[i]! * 1e4, aimBps: step.aim[i]! * 1e4 },
      ...(cut[i] && { cutBps: cut[i] }),
    }),
    decidedBy,
    numbers: {
      ...{ share, riskRate, deadlineRate, stepsLeft, aimShare },
      ...{ costBps: cost * 1e4, costLeftBps: costLeft * 1e4, distanceBps: distance * 1e4 },
      ...(stress && lossOf(step.bps, stress, step.stressScale)),
    },
  }
}

const lossOf = (bps: readonly number[], { units }: Stress, stressScale: number): Numbers => ({
  stressScale,
  stressLossBps:
    worstLoss(
      bps.map((x) => x / 1e4),
      units,
    ) * 1e4,
})
