import type { PricePoint } from '../forecast/realized-variance.js'
import { HOUR_SECONDS } from '../time-units.js'
import { checkNotNegative, checkPositive, SanityInputError } from './asset-prices.js'

/** Weight of the average before each return; half of it is gone after 23 returns. */
const LAMBDA = 0.97
/** Returns the average starts from. */
const FIRST = 20
/** A bad tick must not widen the tolerance that is to catch the next one: no return counts for more than this many σ. */
const CUT = 4
/** Median of the square of a standard normal variable. */
const MEDIAN_SQUARE = 0.4549364

/**
 * Standard deviation of the logarithmic return over one hour, from prices before `now` alone: later ones are not looked
 * at. An exponentially weighted average of squared returns per hour, each cut at four deviations of the average before it;
 * it starts at the median of the first twenty, which half of them cannot move far.
 *
 * @param history in strict time order, at any spacing.
 * @throws `SanityInputError` with fewer than 21 prices before `now`, or on what is no price or not in order.
 */
export function hourlyVolatility(history: readonly PricePoint[], now: number): number {
  checkNotNegative({ now })
  history.forEach(({ time }, i) => {
    const last = history[i - 1]?.time ?? -Infinity
    if (!(time > last && Number.isFinite(time)))
      throw new SanityInputError(`history[${i}].time`, 'later than the one before')
  })
  const past = history.filter(({ time }) => time < now)
  if (past.length <= FIRST) throw new SanityInputError('history', `at least ${FIRST + 1} prices before now`)
  const squares = past.map(({ time, price }, i) => {
    checkPositive({ price }, `history[${i}]`)
    const last = past[i - 1]
    if (!last) return 0
    return (Math.log(price / last.price) ** 2 * HOUR_SECONDS) / (time - last.time)
  })
  const [, ...returns] = squares
  const first = returns.slice(0, FIRST).sort((a, b) => a - b)
  const start = (first[FIRST / 2 - 1]! + first[FIRST / 2]!) / 2 / MEDIAN_SQUARE
  // A price that stood still says nothing of how far a first move may go.
  const cut = (average: number, square: number) =>
    average > 0 ? Math.min(square, CUT * CUT * average) : square
  return Math.sqrt(
    returns.reduce((average, square) => LAMBDA * average + (1 - LAMBDA) * cut(average, square), start),
  )
}
