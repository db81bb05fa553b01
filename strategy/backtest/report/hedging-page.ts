import type { ListedHedgeResult } from '../hedging/listed-option.js'
import {
  HEDGE_FAMILIES,
  type HedgeFamilyName,
  type HedgingReport,
  type HedgingResult,
} from '../hedging/run-hedging-backtest.js'
import type { PointChart } from './chart.js'
import { htmlTable } from './markup.js'
import { numberText, timeText } from './number-text.js'
import { type ReportSource, reportPage } from './report-page.js'

const OURS: HedgeFamilyName = 'engine'
/** The engine's own first: a family has one colour on both charts. */
const ORDER = [OURS, ...HEDGE_FAMILIES.filter((family) => family !== OURS)]
const PERCENT = 100

/** The report as one page of HTML. */
export function hedgingPage(report: HedgingReport, source: ReportSource): string {
  const { results, unhedged, daily } = report
  return reportPage({
    title: `Hedging backtest: ${source.file}`,
    source,
    facts: [
      ['period', `${timeText(report.from)} to ${timeText(report.to)} (UTC)`],
      [
        'options',
        `${report.instruments.length}, seen ${report.moments} times: ${report.instruments.join(', ')}`,
      ],
      ['proportional costs', `${numberText(report.proportional * 1e4, 2)} bp one way`],
      ['fixed costs', `${report.fixed} of notional for each trade`],
      ['policies', `${results.length} settings of ${report.atDailyRisk.length} families`],
    ],
    caveats: [
      'No return is claimed: what a hedge gains or loses beside its costs is luck of the period. Costs are a model, not fills.',
      'Each option is held alone and hedged with its future. Standard deviation is of the net result per year, as a share of notional, averaged over the options as a root mean square; options of one underlying move together, so they are fewer than they seem. There is no interval here.',
      'Settings are shown on the very period; reading between them at equal risk is fairer than taking the best of them.',
    ],
    tables: [atDailyRiskTable(report)],
    charts: [
      chartOf(results, 'costBpsPerYear', 'Cost against risk.', 'cost, bp of notional a year'),
      chartOf(results, 'tradesPerYear', 'Trades against risk.', 'trades a year and option'),
    ],
    appendix: [
      {
        title: `All ${results.length} settings`,
        table: htmlTable(
          'All settings',
          ['policy', ...MEASURES],
          [
            ...results.map((result) => [hedgeName(result), ...measuresOf(result)]),
            ['unhedged', ...measuresOf(unhedged)],
            [`calendar, every ${daily.every} (about daily)`, ...measuresOf(daily)],
          ],
        ),
      },
    ],
  })
}

const MEASURES = ['standard deviation %/y', 'cost bp/y', 'trades /y']

const measuresOf = ({ sd, costBpsPerYear, tradesPerYear }: ListedHedgeResult): string[] => [
  numberText(sd * PERCENT, 3),
  numberText(costBpsPerYear, 2),
  numberText(tradesPerYear, 1),
]

const PARAMETERS: Partial<Record<HedgeFamilyName, string>> = {
  calendar: 'moments',
  constantToEdge: 'half-width',
  constantToCentre: 'half-width',
  constantToEdgeSmileDelta: 'half-width',
  constantToCentreSmileDelta: 'half-width',
}

const hedgeName = ({ family, setting }: HedgingResult): string =>
  `${family} ${PARAMETERS[family] ?? 'risk aversion'} ${setting}`

/** Rows of {@link HedgingReport.atDailyRisk}: cost and trades of each family, and as a ratio to the daily hedge's. */
export const atDailyRiskRows = ({ atDailyRisk, daily }: HedgingReport): string[][] =>
  atDailyRisk.map(({ family, costBpsPerYear, tradesPerYear }) => [
    family,
    numberText(costBpsPerYear, 2),
    numberText(costBpsPerYear === null ? null : costBpsPerYear / daily.costBpsPerYear, 2),
    numberText(tradesPerYear, 1),
    numberText(tradesPerYear === null ? null : tradesPerYear / daily.tradesPerYear, 2),
  ])

export const AT_DAILY_RISK_HEAD = ['family', 'cost bp/y', 'to daily', 'trades /y', 'to daily']

function atDailyRiskTable(report: HedgingReport) {
  const { sd, costBpsPerYear, tradesPerYear, every } = report.daily
  return htmlTable(
    `At the risk of a daily hedge (every ${every} moments: standard deviation ${numberText(sd * PERCENT, 2)} %, cost ${numberText(costBpsPerYear, 1)} bp, ${numberText(tradesPerYear, 0)} trades a year)`,
    AT_DAILY_RISK_HEAD,
    atDailyRiskRows(report),
  )
}

function chartOf(
  results: readonly HedgingResult[],
  of: 'costBpsPerYear' | 'tradesPerYear',
  title: string,
  yLabel: string,
): PointChart {
  return {
    kind: 'points',
    title,
    note: 'Each point is a setting; nearer to the lower left is better. Logarithmic.',
    xLabel: 'standard deviation, % of notional a year',
    yLabel,
    series: ORDER.flatMap((family, colour) => {
      const points = results
        .filter((result) => result.family === family)
        .map((result) => ({
          x: Number((result.sd * PERCENT).toPrecision(5)),
          y: Number(result[of].toPrecision(5)),
          label: `${hedgeName(result)}: standard deviation ${numberText(result.sd * PERCENT, 2)} %, cost ${numberText(result.costBpsPerYear, 1)} bp, ${numberText(result.tradesPerYear, 0)} trades a year`,
        }))
      return points.length === 0 ? [] : [{ name: family, colour, ours: family === OURS, shown: true, points }]
    }),
  }
}
