import { type Candidate, ordinary } from './firing.js'
import { idleSeconds, type TriggerContext, underlyingsOf } from './trigger-context.js'
import { TriggerError } from './trigger-error.js'

/**
 * A second, shorter interval for turbulent times: `everySeconds` since the last trade, counted only while the short
 * forecast of an underlying's volatility is more than `ratio` times its long average. Every underlying unless `underlying`
 * names one.
 */
export type VolatilityRegimeTrigger = {
  readonly kind: 'volatilityRegime'
  readonly underlying?: string
  readonly ratio: number
  readonly everySeconds: number
}

/**
 * Only the interval answers to volatility. Bands do not widen with it: given the target, the no-trade band of a weight
 * does not depend on volatility (Gerhold, Guasoni, Muhle-Karbe & Schachermayer 2014), because cost and risk grow
 * together and only the clock runs faster. A rougher market meets the same band more often, so threshold triggers adapt
 * by themselves; a wider band would let risk grow just when it costs most.
 */
export function volatilityRegime(config: VolatilityRegimeTrigger, context: TriggerContext): Candidate[] {
  const { underlying, ratio: bound, everySeconds } = config
  const watched = underlying === undefined ? underlyingsOf(context.input) : [underlying]
  const ratios = watched.map((name) => ratioOf(name, context))
  if (idleSeconds(context) < everySeconds) return []
  return watched.flatMap((subject, k) => {
    const value = ratios[k]!
    if (value <= bound) return []
    const firing = { trigger: 'volatilityRegime', subject, value, bound, unit: 'ratio' } as const
    return [ordinary(firing, underlyingsOf(context.input), [subject])]
  })
}

function ratioOf(underlying: string, { underlyings }: TriggerContext): number {
  const { short, long } = underlyings?.[underlying]?.volatility ?? { short: Number.NaN, long: Number.NaN }
  if (!(short >= 0 && long > 0 && short < Infinity && long < Infinity)) {
    const expected = 'given for a volatility regime: a finite short forecast and a long average above 0'
    throw new TriggerError(`context.underlyings.${underlying}.volatility`, expected)
  }
  return short / long
}
