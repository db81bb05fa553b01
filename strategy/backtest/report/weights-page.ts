import { OURS } from '../weights/rules.js'
import type { WeightsBacktestOptions } from '../weights/run-weights-backtest.js'
import { type Contender, policyName, type WeightsComparison } from './compare-weights.js'
import { contenderName, differenceText } from './contender-text.js'
import { htmlTable } from './markup.js'
import { numberText, timeText } from './number-text.js'
import { type ReportSource, reportPage } from './report-page.js'
import { weightsCharts } from './weights-charts.js'

/** What a comparison was run with. `parameters` says where frozen choices are from. */
export type WeightsSetting = Required<
  Pick<WeightsBacktestOptions, 'proportionalBps' | 'legCost' | 'baseLegs'>
> & {
  readonly parameters: {
    readonly file: string
    readonly sha256: string
    readonly notes: readonly string[]
  } | null
}

const PERCENT = 100
const MEASURES = [
  'cost bp/y',
  'proportional bp/y',
  'fixed bp/y',
  'tracking error %/y',
  'turnover /y',
  'legs /y',
  'active bars /y',
  'max deviation %',
]

/** The comparison as one page of HTML. */
export function weightsPage(
  comparison: WeightsComparison,
  setting: WeightsSetting,
  source: ReportSource,
): string {
  const { report, cells, matched } = comparison
  return reportPage({
    title: `Weights backtest: ${source.file}`,
    source,
    facts: factsOf(comparison, setting),
    caveats: caveatsOf(comparison, setting),
    tables: [
      ...cells.map((cell) =>
        htmlTable(
          `At risk aversion γ = ${cell.riskAversion}, by loss`,
          ['policy', 'loss bp/y', 'less best simple [95 %]', ...MEASURES],
          cell.contenders.map((one) => [
            contenderName(one, cell),
            numberText(one.lossBps, 1),
            differenceText(one),
            ...measuresOf(one.report),
          ]),
        ),
      ),
      ...(matched.length === 0
        ? []
        : [
            htmlTable(
              'Cost at equal tracking error, read between the points of the grid',
              ['tracking error', `${OURS} bp/y`, 'best other bp/y', 'rule', 'ratio'],
              matched.map(({ trackingError, ours, best }) => [
                `${numberText(trackingError * PERCENT, 1)} %`,
                numberText(ours, 1),
                numberText(best?.costBps, 1),
                best?.rule ?? '–',
                numberText(ours === null || best === null ? null : ours / best.costBps, 2),
              ]),
            ),
          ]),
    ],
    charts: weightsCharts(comparison),
    appendix: [
      {
        title: `All ${report.policies.length} policies`,
        table: htmlTable(
          'All policies',
          ['policy', ...MEASURES, ...report.riskAversions.map((gamma) => `loss at γ = ${gamma}`)],
          report.policies.map((one) => [
            policyName(one.policy),
            ...measuresOf(one),
            ...one.lossBps.map((loss) => numberText(loss, 1)),
          ]),
        ),
      },
    ],
  })
}

function measuresOf({ measures }: Contender['report']): string[] {
  return [
    numberText(measures.costBps, 1),
    numberText(measures.proportionalCostBps, 1),
    numberText(measures.fixedCostBps, 1),
    numberText(measures.trackingError * PERCENT, 2),
    numberText(measures.turnover, 2),
    numberText(measures.legs, 0),
    numberText(measures.activeBars, 0),
    numberText(measures.maxDeviation * PERCENT, 2),
  ]
}

function factsOf({ report }: WeightsComparison, setting: WeightsSetting): [string, string][] {
  const { proportionalBps, legCost, baseLegs, parameters } = setting
  const bps =
    typeof proportionalBps === 'number'
      ? `${proportionalBps} bp one way`
      : report.assets.map((asset) => `${asset} ${proportionalBps[asset]}`).join(', ')
  return [
    ['period', `${timeText(report.from)} to ${timeText(report.to)}, ${report.bars} bars (UTC)`],
    [
      'target weights',
      report.assets
        .map((asset, i) => `${asset} ${numberText(report.targetWeights[i]! * PERCENT, 2)} %`)
        .join(', '),
    ],
    ['proportional costs', bps],
    [
      'fixed costs',
      `${legCost} of net asset value for each asset traded, and ${baseLegs} times that for each batch`,
    ],
    ['fills', report.delayed ? 'at the close after the decision' : 'at the close of the decision'],
    ['risk aversions', report.riskAversions.map((gamma) => `γ = ${gamma}`).join(', ')],
    [
      'parameters',
      parameters === null
        ? `chosen on this period, of ${report.policies.length} policies`
        : `frozen: ${parameters.file}, SHA-256 ${parameters.sha256}`,
    ],
  ]
}

function caveatsOf({ frozen }: WeightsComparison, { parameters }: WeightsSetting): string[] {
  return [
    'No return is claimed: that weights drift to other returns than the target is luck of the period. Costs are a model, not fills.',
    'Loss is cost + γ/2 · tracking error², in basis points a year; less is better. The interval is a circular block bootstrap over 30-day blocks; one that holds 0 tells nothing apart.',
    ...(frozen
      ? []
      : [
          'Each rule’s parameters were chosen on the very period they are shown on, smoothed over neighbours of the grid. All rules look better than they would have been; rules with more parameters more so.',
        ]),
    ...(parameters?.notes ?? []),
  ]
}
