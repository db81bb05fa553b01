import type { Postponement } from './postponement.js'
import { type TriggerContext, underlyingsOf } from './trigger-context.js'
import { TriggerError } from './trigger-error.js'

/**
 * A market too thin to trade in: a spread above `maxSpreadRatio` times its normal, or a depth below `minDepthRatio` times
 * its own. Fires nothing: ordinary triggers that would be traded in such an underlying wait, forced ones do not.
 */
export type LiquidityConfig = {
  readonly kind: 'liquidity'
  readonly maxSpreadRatio?: number
  readonly minDepthRatio?: number
}

/** One entry for each measure of each underlying that is beyond its bound. */
export function liquidity(config: LiquidityConfig, context: TriggerContext): Postponement[] {
  const { maxSpreadRatio, minDepthRatio } = config
  return underlyingsOf(context.input).flatMap((subject): Postponement[] => {
    const spread = maxSpreadRatio === undefined ? 0 : ratioOf('spreadRatio', subject, context)
    const depth = minDepthRatio === undefined ? 0 : ratioOf('depthRatio', subject, context)
    return [
      ...(maxSpreadRatio !== undefined && spread > maxSpreadRatio
        ? [{ code: 'spread', subject, value: spread, bound: maxSpreadRatio, unit: 'ratio' } as const]
        : []),
      ...(minDepthRatio !== undefined && depth < minDepthRatio
        ? [{ code: 'depth', subject, value: depth, bound: minDepthRatio, unit: 'ratio' } as const]
        : []),
    ]
  })
}

/** @throws `TriggerError` where no bound is given. */
export function checkLiquidity({ maxSpreadRatio, minDepthRatio }: LiquidityConfig, at: string): void {
  if (maxSpreadRatio === undefined && minDepthRatio === undefined) {
    throw new TriggerError(`${at}.maxSpreadRatio`, 'given, or minDepthRatio')
  }
}

function ratioOf(name: 'spreadRatio' | 'depthRatio', underlying: string, context: TriggerContext): number {
  const ratio = context.underlyings?.[underlying]?.[name]
  if (ratio === undefined || !(ratio >= 0 && ratio < Infinity)) {
    const expected = 'given for a liquidity rule: a finite number, 0 or above'
    throw new TriggerError(`context.underlyings.${underlying}.${name}`, expected)
  }
  return ratio
}
