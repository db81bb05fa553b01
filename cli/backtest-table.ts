import type { HedgingReport } from '#strategy/backtest/hedging/run-hedging-backtest.js'
import type { WeightsComparison } from '#strategy/backtest/report/compare-weights.js'
import { contenderName, differenceText } from '#strategy/backtest/report/contender-text.js'
import { AT_DAILY_RISK_HEAD, atDailyRiskRows } from '#strategy/backtest/report/hedging-page.js'
import { numberText, timeText } from '#strategy/backtest/report/number-text.js'

/** The contenders at each risk aversion, as text. */
export function weightsTables({ report, cells, frozen }: WeightsComparison): string {
  const head = [
    'policy',
    'loss',
    'less best simple',
    'cost bp',
    'TE %',
    'turnover',
    'legs',
    'bars',
    'max dev %',
  ]
  const tables = cells.map((cell) => [
    `γ = ${cell.riskAversion}, per year:`,
    columns([
      head,
      ...cell.contenders.map((one) => {
        const { costBps, trackingError, turnover, legs, activeBars, maxDeviation } = one.report.measures
        return [
          contenderName(one, cell),
          numberText(one.lossBps, 1),
          differenceText(one),
          numberText(costBps, 1),
          numberText(100 * trackingError, 2),
          numberText(turnover, 2),
          numberText(legs, 0),
          numberText(activeBars, 0),
          numberText(100 * maxDeviation, 2),
        ]
      }),
    ]),
  ])
  return [
    `${timeText(report.from)} to ${timeText(report.to)}, ${report.bars} bars, ${report.policies.length} policies, parameters ${frozen ? 'frozen' : 'chosen on this period'}`,
    ...tables.flat(),
    'No return is claimed; costs are a model. An interval that holds 0 tells nothing apart.',
  ].join('\n')
}

/** Cost and trades of each family at the risk of a daily hedge, as text. */
export function hedgingTable(report: HedgingReport): string {
  const { daily, instruments } = report
  return [
    `${timeText(report.from)} to ${timeText(report.to)}, ${instruments.length} options`,
    `at the risk of a hedge every ${daily.every} moments (sd ${numberText(100 * daily.sd, 2)} %, cost ${numberText(daily.costBpsPerYear, 1)} bp, ${numberText(daily.tradesPerYear, 0)} trades a year):`,
    columns([AT_DAILY_RISK_HEAD, ...atDailyRiskRows(report)]),
    'No return is claimed; costs are a model.',
  ].join('\n')
}

/** The first cell to the left, the others to the right. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, k) => Math.max(...rows.map((row) => row[k]!.length)))
  return rows
    .map((row) =>
      row.map((cell, k) => (k === 0 ? cell.padEnd(widths[k]!) : cell.padStart(widths[k]!))).join('  '),
    )
    .map((line) => `  ${line}`)
    .join('\n')
}
