import { checkRiskModel } from '../risk-model.js'
import { targetLabel } from '../targets.js'
import { checkDeltaBand } from './delta-band.js'
import { checkGreekBudget } from './greek-budget.js'
import { checkLiquidity } from './liquidity.js'
import { checkThreshold } from './threshold.js'
import { checkTrackingError } from './tracking-error.js'
import type { TriggerConfig } from './trigger-config.js'
import { navOf, type TriggerContext, underlyingsOf } from './trigger-context.js'
import { TriggerError } from './trigger-error.js'

type Kind = TriggerConfig['kind']
type Range = { readonly lo: number; readonly hi: number; readonly optional?: true }
/** A range for every field of a configuration that holds a number, so that none can be forgotten. */
type Ranges<C> = { readonly [F in keyof C as NonNullable<C[F]> extends number ? F : never]-?: Range }

const SECONDS: Range = { lo: 1, hi: 4e9 }
const NOTICE: Range = { lo: 0, hi: 4e9 }
const MOMENT: Range = { lo: 0, hi: 2 ** 40 }
const BPS: Range = { lo: 0, hi: 1e6 }
const SIGNED_BPS: Range = { lo: -1e6, hi: 1e6 }
const RATIO: Range = { lo: 0, hi: 1e6 }
const optional = (range: Range): Range => ({ ...range, optional: true })

const RANGES: { readonly [K in Kind]: Ranges<Extract<TriggerConfig, { kind: K }>> } = {
  time: { everySeconds: SECONDS, anchorAt: optional(MOMENT) },
  threshold: { bandBps: optional(BPS), destinationBps: optional(BPS) },
  deltaBand: { riskAversion: { lo: 1e-6, hi: 1e6 }, floorBps: optional(BPS) },
  gammaBudget: { loBps: SIGNED_BPS, hiBps: SIGNED_BPS },
  vegaBudget: { loBps: SIGNED_BPS, hiBps: SIGNED_BPS },
  trackingError: { limitBps: BPS },
  marginBuffer: { account: optional({ lo: 0, hi: 1e3 }), bufferBps: BPS },
  headroom: { usedBps: { lo: 0, hi: 1e4 } },
  redemption: { reserveBps: optional({ lo: 0, hi: 1e4 }) },
  delisting: { closeBy: MOMENT, noticeSeconds: NOTICE },
  expiry: { horizonSeconds: NOTICE },
  limitBreached: {},
  volatilityRegime: { ratio: RATIO, everySeconds: SECONDS },
  liquidity: { maxSpreadRatio: optional(RATIO), minDepthRatio: optional(RATIO) },
  cooling: { seconds: SECONDS },
}

/**
 * Refuses triggers that could not be meant: a number out of range, a name that the book does not know, a band without a
 * width, a private budget that the mandate forbids.
 *
 * @throws `TriggerError` naming the field.
 */
export function checkTriggers(configs: readonly TriggerConfig[], context: TriggerContext): void {
  checkContext(context)
  configs.forEach((config, k) => {
    const at = `triggers[${k}]`
    if (!Object.hasOwn(RANGES, config.kind)) {
      throw new TriggerError(`${at}.kind`, `one of ${Object.keys(RANGES).join(', ')}`)
    }
    const ranges: Readonly<Record<string, Range>> = RANGES[config.kind]
    for (const [field, { lo, hi, optional }] of Object.entries(ranges)) {
      const x: unknown = Reflect.get(config, field)
      if (optional && x === undefined) continue
      const holds = typeof x === 'number' && Number.isFinite(x) && x >= lo && x <= hi
      if (!holds) throw new TriggerError(`${at}.${field}`, `a number from ${lo} to ${hi}`)
    }
    checkNames(config, at, context)
    checkMeaning(config, at, context)
  })
}

function checkContext(context: TriggerContext): void {
  const { input, tracking, now, lastTradeAt = 0 } = context
  const moment = (x: number) => Number.isFinite(x) && x >= MOMENT.lo && x <= MOMENT.hi
  if (!moment(now)) throw new TriggerError('context.now', 'seconds since 1970')
  if (!moment(lastTradeAt) || lastTradeAt > now)
    throw new TriggerError('context.lastTradeAt', 'not after now')
  if (context.risk) checkRiskModel(context.risk)
  if (navOf(context) <= 0n) throw new TriggerError('context.verdict', 'of a book that is worth something')
  const labels = tracking.map(({ label }) => label)
  if (input.targets.map(targetLabel).join() !== labels.join()) {
    throw new TriggerError('context.tracking', 'one line for each target of the input')
  }
}

function checkNames(config: TriggerConfig, at: string, { input, verdict }: TriggerContext): void {
  const some = (field: string, list: readonly string[] | undefined) => {
    // It would never fire, which nobody means.
    if (list?.length === 0)
      throw new TriggerError(`${at}.${field}`, 'a list of at least one, or left out for all')
  }
  const known = (field: string, name: unknown, names: readonly unknown[], what: string) => {
    if (name !== undefined && !names.includes(name)) throw new TriggerError(`${at}.${field}`, what)
  }
  const labels = input.targets.map(targetLabel)
  if ('target' in config) known('target', config.target, labels, 'the label of a target')
  if ('targets' in config) {
    some('targets', config.targets)
    config.targets?.forEach((label, n) => {
      known(`targets[${n}]`, label, labels, 'the label of a target')
    })
  }
  if ('underlying' in config) {
    known('underlying', config.underlying, underlyingsOf(input), 'an underlying of the universe')
  }
  if ('account' in config) known('account', config.account, [...input.mandate.accounts.keys()], 'an account')
  if ('symbol' in config) {
    const symbols = input.universe.instruments.map(({ symbol }) => symbol)
    known('symbol', config.symbol, symbols, 'an instrument of the universe')
  }
  if ('limits' in config) {
    some('limits', config.limits)
    const ids = verdict.checks.filter(({ kind }) => kind === 'risk').map(({ id }) => id)
    config.limits?.forEach((id, n) => {
      known(`limits[${n}]`, id, ids, 'the id of a risk limit')
    })
  }
}

function checkMeaning(config: TriggerConfig, at: string, context: TriggerContext): void {
  if (config.kind === 'threshold') checkThreshold(config, at, context)
  if (config.kind === 'deltaBand') checkDeltaBand(config, at, context)
  if (config.kind === 'gammaBudget' || config.kind === 'vegaBudget') checkGreekBudget(config, at, context)
  if (config.kind === 'trackingError') checkTrackingError(config, at, context)
  if (config.kind === 'liquidity') checkLiquidity(config, at)
}
