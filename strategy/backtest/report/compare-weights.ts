import { YEAR_SECONDS } from '../../time-units.js'
import type { Interval } from '../block-bootstrap.js'
import type { PriceTable } from '../price-table.js'
import { takeTurns } from '../take-turns.js'
import { type MatchedCost, matchedCost } from '../weights/matched-cost.js'
import { gridOf, OURS, type PolicySpec, RULES, type RuleName } from '../weights/rules.js'
import {
  type PolicyReport,
  type PolicySeries,
  runWeightsBacktest,
  type WeightsBacktestOptions,
  type WeightsReport,
} from '../weights/run-weights-backtest.js'
import { allPolicies, tuneRule } from '../weights/tune-rule.js'
import { lossDifference } from './loss-difference.js'

/** A policy that was chosen for a risk aversion before the period, on other data. */
export type FrozenChoice = { readonly riskAversion: number; readonly policy: PolicySpec }

/** `difference` is its loss less that of the best simple rule, null for that rule itself. */
export type Contender = {
  readonly report: PolicyReport
  readonly lossBps: number
  /** A rule in common use, not chosen for anything. */
  readonly reference: boolean
  readonly difference: Interval | null
}

/** Contenders by loss at a risk aversion; `bestSimple` is the chosen one of least loss that is not the engine's own. */
export type WeightsCell = {
  readonly riskAversion: number
  readonly contenders: readonly Contender[]
  readonly bestSimple: PolicySpec | null
}

/** Plain data. `report` has every policy's figures, `detail` the contenders' series; `matched` is empty without the grid. */
export type WeightsComparison = {
  readonly report: WeightsReport
  readonly detail: WeightsReport
  readonly frozen: boolean
  readonly cells: readonly WeightsCell[]
  readonly matched: readonly MatchedCost[]
}

const REFERENCES: readonly PolicySpec[] = [
  { rule: 'absolute', values: [0.05] },
  { rule: 'calendar', values: [30] },
]
const TRACKING_ERRORS = [0.005, 0.01, 0.02, 0.03, 0.05]

/** Name and parameters of a policy, different for different ones. */
export function policyName({ rule, values }: PolicySpec): string {
  const names: readonly string[] = RULES[rule].parameters
  return [rule, values.map((value, k) => `${names[k]} ${value}`).join(', ')].join(' ').trim()
}

/**
 * Runs the frozen choices, or without them the whole grid and the choice of each rule on these very bars, and sets the
 * engine's rule against the others at each risk aversion. `onProgress` gets what is being done and its share from 0 to 1.
 *
 * @throws `BacktestInputError`, `RuleError`, and the signal's reason.
 */
export async function compareWeights(
  table: PriceTable,
  options: Omit<WeightsBacktestOptions, 'policies' | 'detailed'>,
  frozen?: readonly FrozenChoice[],
  onProgress?: (what: string, share: number) => void,
): Promise<WeightsComparison> {
  const chosen = frozen?.map(({ policy }) => policy) ?? allPolicies()
  const policies = distinct([...chosen, ...REFERENCES])
  const report = await runWeightsBacktest(table, { ...options, policies }, (done, total) =>
    onProgress?.(`${total} policies`, done / total),
  )
  const reports = new Map(report.policies.map((one) => [policyName(one.policy), one]))
  const choices = report.riskAversions.map((riskAversion) =>
    frozen === undefined
      ? chooseHere(reports, riskAversion)
      : frozen.filter((one) => one.riskAversion === riskAversion).map(({ policy }) => policy),
  )
  const detailed = distinct([...choices.flat(), ...REFERENCES])
  const detail = await runWeightsBacktest(table, { ...options, policies: [], detailed }, (done, total) =>
    onProgress?.(`${total} policies bar by bar`, done / total),
  )
  const cells: WeightsCell[] = []
  const pause = takeTurns(options.signal)
  for (const [k, choice] of choices.entries()) {
    cells.push(await cellOf({ report, detail, reports, choice, gamma: k, pause }))
  }
  const matched = frozen === undefined ? TRACKING_ERRORS.map((te) => matchedCost(report.policies, te)) : []
  return { report, detail, frozen: frozen !== undefined, cells, matched }
}

type Reports = ReadonlyMap<string, PolicyReport>

function chooseHere(reports: Reports, riskAversion: number): PolicySpec[] {
  return (Object.keys(RULES) as RuleName[]).map((rule) => {
    const measured = gridOf(rule).map((policy) => reports.get(policyName(policy))!)
    return tuneRule(rule, measured, riskAversion).policy
  })
}

async function cellOf({
  report,
  detail,
  reports,
  choice,
  gamma,
  pause,
}: {
  readonly report: WeightsReport
  readonly detail: WeightsReport
  readonly reports: Reports
  readonly choice: readonly PolicySpec[]
  readonly gamma: number
  readonly pause: () => Promise<void> | undefined
}): Promise<WeightsCell> {
  const riskAversion = report.riskAversions[gamma]!
  const series = new Map(detail.series.map((one) => [policyName(one.policy), one]))
  const of = (policy: PolicySpec): PolicySeries => series.get(policyName(policy))!
  const lossOf = (policy: PolicySpec) => reports.get(policyName(policy))!.lossBps[gamma]!
  const [bestSimple = null] = choice.filter(({ rule }) => rule !== OURS).sort((a, b) => lossOf(a) - lossOf(b))
  const chosen = new Set(choice.map(policyName))
  const contenders: Contender[] = []
  for (const policy of distinct([...choice, ...REFERENCES])) {
    await pause()
    const compared = bestSimple !== null && policyName(policy) !== policyName(bestSimple)
    contenders.push({
      report: reports.get(policyName(policy))!,
      lossBps: lossOf(policy),
      reference: !chosen.has(policyName(policy)),
      difference: compared
        ? lossDifference(of(policy), of(bestSimple), riskAversion, barsPerYear(report))
        : null,
    })
  }
  return { riskAversion, contenders: contenders.sort((a, b) => a.lossBps - b.lossBps), bestSimple }
}

const barsPerYear = ({ from, to, bars }: WeightsReport): number => (YEAR_SECONDS * bars) / (to - from)

const distinct = (policies: readonly PolicySpec[]): PolicySpec[] => [
  ...new Map(policies.map((policy) => [policyName(policy), policy])).values(),
]
