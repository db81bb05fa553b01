import { abs } from '#portfolio/units.js'
import { whalleyWilmott } from '../bands/whalley-wilmott.js'
import { zakamouline } from '../bands/zakamouline.js'
import { type Target, targetLabel } from '../targets.js'
import { adjustedDelta } from './adjusted-delta.js'
import { type Candidate, ordinary } from './firing.js'
import { hedgeCost, hedgesOf, optionBook } from './hedged-options.js'
import { amountOf, shareBps } from './nav-share.js'
import { navOf, type TriggerContext, underlyingsOfTarget } from './trigger-context.js'
import { TriggerError } from './trigger-error.js'

/**
 * The delta of a target's option book outside the band within which a hedge does not pay for its cost. `riskAversion` is
 * relative (without unit); the band is never narrower than `floorBps` of net asset value (0 unless given), which is all of
 * it where there is no gamma. The target must be of one underlying and count a spot or perp to hedge with; the cheapest
 * of these gives the cost. A constant band is a `threshold`.
 */
export type DeltaBandTrigger = {
  readonly kind: 'deltaBand'
  readonly target: string
  readonly rule: 'whalleyWilmott' | 'zakamouline'
  readonly riskAversion: number
  readonly floorBps?: number
}

/** Half-width of the band and what its centre is off the target, both as a fraction of net asset value. */
type Band = { readonly halfWidth: number; readonly centre: number }

/** The value is the distance from the centre of the band, the destination its nearest edge. */
export function deltaBand(config: DeltaBandTrigger, context: TriggerContext): Candidate[] {
  const { input, tracking } = context
  const k = input.targets.findIndex((target) => targetLabel(target) === config.target)
  const target = input.targets[k]!
  const nav = navOf(context)
  const { halfWidth, centre } = bandOf(config, target, context)
  const offset = amountOf(centre * 1e4, nav)
  const off = tracking[k]!.exposure - tracking[k]!.wanted - offset
  const floor = amountOf(config.floorBps ?? 0, nav)
  const optimal = amountOf(halfWidth * 1e4, nav)
  const band = optimal > floor ? optimal : floor
  if (abs(off) <= band) return []
  const edge = offset + (off > 0n ? band : -band)
  const firing = {
    trigger: 'deltaBand',
    subject: config.target,
    value: shareBps(abs(off), nav),
    bound: shareBps(band, nav),
    unit: 'navBps',
    destinationBps: shareBps(edge, nav),
  } as const
  return [ordinary(firing, underlyingsOfTarget(input, target))]
}

/**
 * The formulas are of one underlying at price S with gamma Γ and absolute risk aversion a. Amounts as fractions of NAV make
 * it one of price 1: with a = γ/NAV and Γ$ = Γ·S², the half-width (3/2·λ·S·Γ²/a)^(1/3) of Whalley & Wilmott (1997) times
 * S/NAV is (3/2·λ·(Γ$/NAV)²/γ)^(1/3), and those of Zakamouline (2006) scale likewise.
 */
function bandOf({ rule, riskAversion }: DeltaBandTrigger, target: Target, context: TriggerContext): Band {
  const { input } = context
  const options = optionBook(target, input, navOf(context))
  const cost = hedgeCost(target, input)
  const { gamma } = options
  if (rule === 'whalleyWilmott') {
    return { halfWidth: whalleyWilmott({ price: 1, gamma, cost, riskAversion }), centre: 0 }
  }
  // Without a live option there is neither a volatility nor a time to take.
  if (options.lines.length === 0) return { halfWidth: 0, centre: 0 }
  const { vol, years } = options
  const { base, width, volAdjustment } = zakamouline({ price: 1, gamma, vol, years, cost, riskAversion })
  // Without a net gamma nothing is adjusted.
  const centre = -adjustedDelta(options, volAdjustment, gamma < 0 ? 'short' : 'long')
  return { halfWidth: base + width, centre }
}

/** @throws `TriggerError` */
export function checkDeltaBand(
  { target, rule }: DeltaBandTrigger,
  at: string,
  { input }: TriggerContext,
): void {
  const hedged = input.targets.find((one) => targetLabel(one) === target)
  const single =
    hedged && underlyingsOfTarget(input, hedged).length === 1 && hedgesOf(hedged, input).length > 0
  if (!single) throw new TriggerError(`${at}.target`, 'of one underlying, with a spot or perp to hedge with')
  if (rule !== 'whalleyWilmott' && rule !== 'zakamouline') {
    throw new TriggerError(`${at}.rule`, 'whalleyWilmott or zakamouline')
  }
}
