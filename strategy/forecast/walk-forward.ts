import { mean } from '../mean.js'
import { checkCount, checkVariances, ForecastInputError } from './check-variances.js'
import type { VarianceModel } from './har.js'
import { qlike } from './qlike.js'

/**
 * How a forecast is judged: `fitModel` sees the days before the first forecast and again all before every `refitDays`-th one
 * (30 unless given), never a day that comes. `start` is the first day that is forecast, an index into `variances`; only the
 * last `windowDays` days are shown where given.
 */
export type WalkForward = {
  readonly variances: readonly number[]
  readonly days: number
  readonly start: number
  readonly fitModel: (history: readonly number[]) => VarianceModel
  readonly refitDays?: number
  readonly windowDays?: number
}

/**
 * QLIKE of each day's forecast of the mean variance over the next `days` days, in time order, as long as they are all known.
 *
 * @throws {@link ForecastInputError}
 */
export function walkForward({
  variances,
  days,
  start,
  fitModel,
  refitDays = 30,
  windowDays = Infinity,
}: WalkForward): number[] {
  checkVariances(variances, 'variances')
  checkCount({ days, refitDays })
  if (!(Number.isSafeInteger(start) && start >= 1 && start + days <= variances.length))
    throw new ForecastInputError('start', 'a day with a day before it and all it forecasts after it')
  const losses: number[] = []
  let model: VarianceModel | undefined
  for (let next = start; next + days <= variances.length; next++) {
    const past = variances.slice(Math.max(0, next - windowDays), next)
    if (model === undefined || (next - start) % refitDays === 0) model = fitModel(past)
    losses.push(qlike(mean(variances.slice(next, next + days)), model(past)))
  }
  return losses
}
