import { OURS, RULES } from '../weights/rules.js'
import { type Chart, type LineChart, type PointChart, thinned, thinnedTimes } from './chart.js'
import { type Contender, policyName, type WeightsCell, type WeightsComparison } from './compare-weights.js'
import { contenderName } from './contender-text.js'
import { numberText } from './number-text.js'

const PERCENT = 100
/** The engine's own first: a rule has one colour on every chart. */
const ORDER = [OURS, ...Object.keys(RULES).filter((rule) => rule !== OURS)]

/** Cost against tracking error of all policies; costs and deviations over time of the contenders. */
export function weightsCharts({ report, detail, cells }: WeightsComparison): Chart[] {
  const times = thinnedTimes(detail.times)
  const drawn = new Map(
    detail.series.map((one) => [
      policyName(one.policy),
      {
        cost: thinned(one.cumulativeCostBps, (values) => values.at(-1)!),
        deviation: thinned(one.deviation, (values) => PERCENT * Math.max(...values)),
      },
    ]),
  )
  const lines = (cell: WeightsCell, of: 'cost' | 'deviation'): LineChart['series'] =>
    cell.contenders.map((one) => ({
      name: contenderName(one, cell),
      ...lookOf(one, cell),
      values: drawn.get(policyName(one.report.policy))![of],
    }))
  return [
    frontierOf(report.policies),
    ...cells.flatMap((cell): LineChart[] => [
      {
        kind: 'lines',
        title: `Costs so far, policies at γ = ${cell.riskAversion}.`,
        note: 'Tick others to see them.',
        yLabel: 'bp of net asset value',
        times,
        series: lines(cell, 'cost'),
      },
      {
        kind: 'lines',
        title: `Largest deviation of a weight from its target, policies at γ = ${cell.riskAversion}.`,
        note: 'At each close, after trading.',
        yLabel: '% of net asset value',
        times,
        series: lines(cell, 'deviation'),
      },
    ]),
  ]
}

function frontierOf(policies: readonly Contender['report'][]): PointChart {
  const pointOf = ({ policy, measures: { trackingError, costBps } }: Contender['report']) => ({
    x: Number((trackingError * PERCENT).toPrecision(5)),
    y: Number(costBps.toPrecision(5)),
    label: `${policyName(policy)}: tracking error ${numberText(trackingError * PERCENT, 2)} %, cost ${numberText(costBps, 1)} bp a year`,
  })
  return {
    kind: 'points',
    title: 'Cost against tracking error.',
    note: 'Each point is a policy; nearer to the lower left is better. Logarithmic: a policy without costs has no point.',
    xLabel: 'tracking error, % a year',
    yLabel: 'cost, bp a year',
    series: ORDER.flatMap((rule, colour) => {
      const points = policies.filter(({ policy }) => policy.rule === rule).map(pointOf)
      const series = { name: rule, colour, ours: rule === OURS, shown: true, points }
      return points.some(({ y }) => y > 0) ? [series] : []
    }),
  }
}

/** What is shown from the start: the engine's own rule, the best simple one, and those in common use. */
function lookOf({ report: { policy }, reference }: Contender, { contenders, bestSimple }: WeightsCell) {
  const references = contenders
    .filter((one) => one.reference)
    .map((one) => policyName(one.report.policy))
    .sort()
  const name = policyName(policy)
  const ours = policy.rule === OURS
  return {
    colour: reference ? ORDER.length + references.indexOf(name) : ORDER.indexOf(policy.rule),
    ours,
    shown: ours || reference || (bestSimple !== null && name === policyName(bestSimple)),
  }
}
