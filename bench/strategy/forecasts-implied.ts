import { dieboldMariano } from '#strategy/forecast/diebold-mariano.js'
import { ewma } from '#strategy/forecast/ewma.js'
import { fitVariance } from '#strategy/forecast/forecast-variance.js'
import type { VarianceModel } from '#strategy/forecast/har.js'
import { impliedRatio } from '#strategy/forecast/implied-variance.js'
import { realizedVariance } from '#strategy/forecast/realized-variance.js'
import { walkForward } from '#strategy/forecast/walk-forward.js'
import { mean } from '#strategy/mean.js'
import { DAY_SECONDS, DAYS_A_YEAR } from '#strategy/time-units.js'
import { givenData } from '#test/strategy/given-data.js'
import type { Figures } from '../main.js'

const MARKS_PER_DAY = 4
/** Days before the first forecast. */
const WARM_UP = 30

/**
 * QLIKE with and without the implied volatility of BTC and ETH (nearest to 30 days, at the money, four marks a day, four
 * months), realized variance from the index at the same times. Too short for a regression: EWMA is what it is compared with.
 */
export function measureImplied(): Figures {
  const figures: Record<string, Figures> = {}
  for (const asset of ['BTC', 'ETH']) {
    for (const days of [1, 7]) {
      const { variances, implied } = marksOf(asset)
      const run = (fitModel: (history: readonly number[]) => VarianceModel) =>
        walkForward({ variances, days, start: WARM_UP, refitDays: 1, fitModel })
      const upTo = (history: readonly number[]) => implied.slice(0, history.length)
      const now = (history: readonly number[]) => implied[history.length - 1]!
      const average = run(() => ewma)
      const blend = run((history) => {
        const { forecast } = fitVariance(history, days, upTo(history))
        return (past) => forecast(past, now(past))
      })
      const alone = run(() => now)
      const corrected = run((history) => {
        const ratio = impliedRatio(history, upTo(history), days)
        return (past) => ratio * now(past)
      })
      figures[`${asset}_${days}d`] = {
        forecasts: average.length,
        ewma: mean(average),
        implied: mean(alone),
        impliedCorrected: mean(corrected),
        blend: mean(blend),
        dieboldMarianoVsEwma: dieboldMariano(blend, average, days - 1 + 7),
      }
    }
  }
  return figures
}

/** Per UTC day: realized variance and the last implied one. */
function marksOf(asset: string) {
  const [, ...lines] = givenData('options/atm30d_iv_btc_eth_6hourly.csv').trim().split(/\r?\n/)
  const marks = lines
    .map((line) => line.split(','))
    .filter(([, currency]) => currency === asset)
    .map(([time, , price, , , vol]) => ({
      time: Date.parse(`${time}Z`) / 1e3,
      price: Number(price),
      variance: Number(vol) ** 2 / DAYS_A_YEAR,
    }))
  const last = new Map(marks.map(({ time, variance }) => [Math.floor(time / DAY_SECONDS), variance]))
  const days = realizedVariance(marks, MARKS_PER_DAY)
  return { variances: days.map(({ variance }) => variance), implied: days.map(({ day }) => last.get(day)) }
}
