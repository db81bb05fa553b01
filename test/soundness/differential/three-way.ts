import { shapeOf, type Tier } from '#portfolio/shape.js'
import { evaluateStep, type Step, type Verdict } from '#portfolio/step.js'
import { OutOfRangeError } from '#portfolio/units.js'
import { type Digest, loadDigest } from '#prover/digest.js'
import { rebalanceStatement } from '#prover/statement.js'
import type { WitnessInput } from '#prover/witness-calculator.js'
import { pathOf } from '#test/helpers/limit-paths.js'
import { BLINDINGS, PLACE } from '#test/helpers/statement.js'
import { type Judge, judgeStep, type Ruling } from './judge.js'
import { modelNumbers } from './model-numbers.js'
import { WitnessReader } from './witness-reader.js'

/** What came of a slice. `disagreements` names cases by seed and what differs, never by value. */
export type Counts = {
  cases: number
  accepted: number
  refused: number
  disagreements: string[]
}

export type Opinion = {
  readonly outcome: Ruling['outcome']
  readonly ruling: Ruling
  readonly input: WitnessInput
  /** What two of the three parties do not agree on; empty when all do. */
  readonly differences: readonly string[]
}

/** Asks the reference model, a second judge and the circuit's witness generator about one step. */
export class ThreeWay {
  private constructor(
    readonly tier: Tier,
    private readonly digest: Digest,
    private readonly circuit: WitnessReader,
    private readonly judge: Judge,
  ) {}

  static async load(tier: Tier, judge: Judge = judgeStep): Promise<ThreeWay> {
    return new ThreeWay(tier, await loadDigest(), await WitnessReader.load(tier), judge)
  }

  /**
   * All three must accept, or none; where they accept, each exposure, counter and bit must be the same number. A step is
   * put to the circuit with the weakest claim that could pass; one that is only reducing is put to it as compliant too.
   */
  compare(step: Step): Opinion {
    const shape = shapeOf(this.tier)
    const ruling = this.judge(step, shape)
    const verdict = modelOf(step, this.tier)
    const differences: string[] = []
    const outcome = verdict?.outcome ?? 'refused'
    if (outcome !== ruling.outcome) differences.push(`judge says ${ruling.outcome}, model ${outcome}`)
    if (verdict) differences.push(...sameChecks(verdict, ruling))

    const input = this.inputOf(step, outcome, verdict ?? ruling)
    const witness = this.circuit.run(input)
    if ((witness !== undefined) !== (outcome !== 'refused')) {
      differences.push(`circuit ${witness ? 'accepts' : 'refuses'}, model says ${outcome}`)
    }
    if (outcome === 'reducing' && this.circuit.run(this.inputOf(step, 'compliant', verdict!))) {
      differences.push('circuit lets a reducing step be called compliant')
    }
    if (witness && verdict && outcome !== 'refused') {
      const numbers = { ...ruling.numbers, ...limitBits(verdict) }
      for (const [name, value] of Object.entries(modelNumbers(step, verdict))) {
        if (numbers[name] !== value) differences.push(`judge and model differ in ${name}`)
      }
      for (const [name, value] of Object.entries(numbers)) {
        if (this.circuit.read(witness, name) !== value) differences.push(`circuit differs in ${name}`)
      }
      const claimed = this.circuit.read(witness, 'compliant') === 1n
      if (claimed !== (ruling.outcome === 'compliant')) differences.push('the bit compliant differs')
    }
    return { outcome, ruling, input, differences }
  }

  /** What the prover would be given; `numbers` has trades and counters even where the model refuses to measure. */
  inputOf(step: Step, outcome: Verdict['outcome'], numbers: Verdict | Ruling): WitnessInput {
    const { trades } = numbers
    const newBudget = 'newBudget' in numbers ? numbers.newBudget : budgetOf(step, numbers)
    const claim = { outcome, trades, newBudget } as Verdict
    return rebalanceStatement(this.digest, step, claim, shapeOf(this.tier), BLINDINGS, PLACE).input
  }
}

/** The model's verdict; undefined where it finds a number outside its width. */
function modelOf(step: Step, tier: Tier): Verdict | undefined {
  try {
    return evaluateStep(step, shapeOf(tier))
  } catch (error) {
    if (error instanceof OutOfRangeError) return undefined
    throw error
  }
}

const budgetOf = (step: Step, { current, previous }: Ruling): Verdict['newBudget'] => {
  const counters = ([cost, gain, turnover]: Ruling['current']) => ({ cost, gain, turnover })
  return { window: step.window, current: counters(current), previous: counters(previous) }
}

/** Model and judge must name the same checks as broken, and the same as only reduced. */
function sameChecks(verdict: Verdict, ruling: Ruling): string[] {
  const differences: string[] = []
  for (const [status, theirs] of [
    ['refused', ruling.broken],
    ['reducing', ruling.reducing],
  ] as const) {
    const ours = verdict.checks.filter((check) => check.status === status).map(({ id }) => id)
    const only = (xs: readonly string[], ys: readonly string[]) => xs.filter((x) => !ys.includes(x))
    for (const id of only(ours, theirs)) differences.push(`only the model finds ${id} ${status}`)
    for (const id of only(theirs, ours)) differences.push(`only the judge finds ${id} ${status}`)
  }
  return differences
}

/** The bit by which the circuit says of each limit that it is only reduced. */
function limitBits(verdict: Verdict): Record<string, bigint> {
  const bits: Record<string, bigint> = {}
  for (const { id, kind, status } of verdict.checks) {
    if (kind !== 'risk' && kind !== 'budget') continue
    bits[pathOf(id).replace(/slack\.digits$/, 'reducing')] = status === 'reducing' ? 1n : 0n
  }
  return bits
}
