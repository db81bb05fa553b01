import type { PricePoint } from '../forecast/realized-variance.js'
import { checkPositive, SanityInputError, type Twap } from './asset-prices.js'

/**
 * The time-weighted average of prices from one time to another; each price holds until the next.
 *
 * @param history in strict time order, its first price at `from` or before.
 * @throws `SanityInputError` naming the field.
 */
export function timeWeightedAverage(history: readonly PricePoint[], from: number, to: number): Twap {
  if (!(to > from && Number.isFinite(to))) throw new SanityInputError('to', 'a time after from')
  const [first] = history
  if (!first || !(first.time <= from)) throw new SanityInputError('history', 'known from the start on')
  const weighted = history.map(({ time, price }, i) => {
    checkPositive({ price }, `history[${i}]`)
    const until = history[i + 1]?.time ?? Infinity
    if (!(until > time)) throw new SanityInputError(`history[${i + 1}].time`, 'later than the one before')
    return price * Math.max(0, Math.min(until, to) - Math.max(time, from))
  })
  return { price: weighted.reduce((sum, x) => sum + x, 0) / (to - from), from, to }
}
