import { dieboldMariano } from '#strategy/forecast/diebold-mariano.js'
import { ewma } from '#strategy/forecast/ewma.js'
import { fitVariance } from '#strategy/forecast/forecast-variance.js'
import { fitHar, fitLogHar, type VarianceModel } from '#strategy/forecast/har.js'
import { walkForward } from '#strategy/forecast/walk-forward.js'
import { mean } from '#strategy/mean.js'
import { hourlyVariances } from '#test/strategy/forecast/hourly-variances.js'
import { hasGivenData } from '#test/strategy/given-data.js'
import type { Figures } from '../main.js'
import { measureImplied } from './forecasts-implied.js'

const HORIZONS = [1, 7] as const
const MAIN = ['BTC', 'ETH', 'SOL']
const SHORT_HISTORY = 90
const RULE_HISTORY = 300

type Method = (days: number) => (history: readonly number[]) => VarianceModel
const ours: Method = (days) => (history) => fitVariance(history, days).forecast
const average: Method = () => () => ewma
const regressions: Method = (days) => (history) => mixed(fitHar(history, days), fitLogHar(history, days))
const mixed =
  (a: VarianceModel, b: VarianceModel): VarianceModel =>
  (past) =>
    (a(past) + b(past)) / 2

const METHODS: Readonly<Record<string, Method>> = {
  randomWalk: (days) => () => (past) => mean(past.slice(-days)),
  ewma94: average,
  ewma80: () => () => (past) => ewma(past, 0.8),
  harWeighted: (days) => (history) => fitHar(history, days, 1),
  harQlike: (days) => (history) => fitHar(history, days),
  logHar: (days) => (history) => fitLogHar(history, days),
  halfLogHarHalfEwma: (days) => (history) => mixed(fitLogHar(history, days), ewma),
  ours,
}

/**
 * QLIKE of variance forecasts on hourly prices, walk-forward over July 2022 to December 2023, refitted every 30 days on all
 * the past; on 90 and on 300 days of history over all days and all assets of the file; and what implied volatility adds.
 * `ratiosBefore` is what the method was chosen by: the mean ratio to EWMA over all assets on days before July 2022.
 */
export async function measure(): Promise<Figures> {
  if (!hasGivenData) {
    return { qlikeRatioVsEwma: null, shortHistoryWorstRatio: null }
  }
  const series = hourlyVariances()
  const table: Record<string, Record<string, number>> = {}
  const ratios: Record<string, number> = {}
  const dieboldMarianoVsEwma: Record<string, number> = {}
  for (const asset of MAIN) {
    for (const days of HORIZONS) {
      const { variances, start } = series.get(asset)!
      const losses = (method: Method) => walkForward({ variances, days, start, fitModel: method(days) })
      const key = `${asset}_${days}d`
      table[key] = Object.fromEntries(
        Object.entries(METHODS).map(([name, method]) => [name, mean(losses(method))]),
      )
      ratios[key] = table[key].ours! / table[key].ewma94!
      dieboldMarianoVsEwma[key] = dieboldMariano(losses(ours), losses(average), lagsOf(days))
    }
  }
  const before = Object.entries(METHODS).map(([name, method]) => [
    name,
    mean(
      [...series].flatMap(([, { variances, start }]) =>
        HORIZONS.map((days) =>
          ratio({ variances: variances.slice(0, start), days, start: RULE_HISTORY }, method),
        ),
      ),
    ),
  ])
  const everywhere = [...series].flatMap(([, { variances, start }]) =>
    HORIZONS.map((days) => ratio({ variances, days, start }, ours)),
  )
  const short = (method: Method, windowDays: number) =>
    [...series].flatMap(([, { variances }]) =>
      HORIZONS.map((days) => ratio({ variances, days, start: windowDays, windowDays }, method)),
    )
  const atRule = short(ours, RULE_HISTORY)
  return {
    qlikeRatioVsEwma: mean(Object.values(ratios)),
    ratios,
    dieboldMarianoVsEwma,
    ratiosBefore: Object.fromEntries(before),
    allAssets: { mean: mean(everywhere), worst: Math.max(...everywhere) },
    shortHistoryWorstRatio: Math.max(...short(ours, SHORT_HISTORY)),
    shortHistoryRegressionsWorstRatio: Math.max(...short(regressions, SHORT_HISTORY)),
    history300: { mean: mean(atRule), worst: Math.max(...atRule) },
    implied: measureImplied(),
    table,
  }
}

/** Mean loss over that of EWMA on the same days. */
function ratio(
  on: { variances: readonly number[]; days: number; start: number; windowDays?: number },
  method: Method,
): number {
  return (
    mean(walkForward({ ...on, fitModel: method(on.days) })) /
    mean(walkForward({ ...on, fitModel: average(on.days) }))
  )
}

/** Lags of the standard error: forecasts of h days overlap over h − 1; two weeks of persistence beyond. */
const lagsOf = (days: number): number => days - 1 + 14
