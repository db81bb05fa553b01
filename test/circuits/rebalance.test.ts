import { beforeAll, describe, expect, test } from 'vitest'
import { circuitOf } from '#circuits/circuit.js'
import manifest from '#circuits/manifest.js'
import { shapeOf } from '#portfolio/shape.js'
import { FIELD } from '#portfolio/units.js'
import { intentOf, kindOf, randomStep } from '../helpers/arbitrary-step.js'
import { loadCircuit, loadTwin, type TestCircuit } from '../helpers/circuit.js'
import { CONSTRAINED_KINDS, pathOf } from '../helpers/limit-paths.js'
import { statementOf } from '../helpers/statement.js'

const shape = shapeOf('tiny')
/** Any whole number; a failing seed is printed in the assertion. Intents repeat every 72 seeds, each refusal once. */
const FIRST_SEED = Number(process.env.SEED ?? 0)
const SEEDS = Array.from({ length: 216 }, (_, i) => FIRST_SEED + i)

let circuit: TestCircuit
let whole: TestCircuit
let unchecked: TestCircuit
beforeAll(async () => {
  circuit = await loadCircuit('rebalance', 'tiny')
  whole = await loadCircuit('rebalance', 'tiny', 'O0')
  unchecked = await loadTwin(circuitOf('rebalance', 'tiny'), 'unchecked')
})

const forge = (input: Parameters<TestCircuit['calculate']>[0]) =>
  whole.broken(whole.adopt(unchecked.calculate(input), unchecked))

test('has exactly the pinned number of constraints', () => {
  expect(circuit.constraintCount).toBe(manifest.circuits['rebalance-tiny'].constraints)
})

describe('random books', () => {
  test('are accepted exactly where the reference model accepts them', async () => {
    const causes = new Map<string, number>()
    for (const seed of SEEDS) {
      const { input, verdict } = await statementOf(randomStep(seed, shape), shape)
      expect([seed, circuit.accepts(input)]).toEqual([seed, verdict.outcome !== 'refused'])
      const [only, ...others] = verdict.refused
      const cause = only && others.length === 0 ? kindOf(only.id) : verdict.outcome
      causes.set(cause, (causes.get(cause) ?? 0) + 1)
    }
    const share = (cause: string) => (causes.get(cause) ?? 0) / SEEDS.length
    expect(share('compliant') + share('reducing')).toBeGreaterThanOrEqual(0.4)
    for (const kind of CONSTRAINED_KINDS) expect([kind, share(kind) >= 0.01]).toEqual([kind, true])
  })

  test('break exactly the constraint of the limit they break, when the witness is forged', async () => {
    for (const seed of SEEDS.slice(0, 72)) {
      const { input, verdict } = await statementOf(randomStep(seed, shape), shape, 'reducing')
      if (verdict.outcome !== 'refused') {
        expect([seed, forge(input)]).toEqual([seed, []])
      } else if (CONSTRAINED_KINDS.includes(intentOf(seed))) {
        expect([seed, forge(input)]).toEqual([seed, verdict.refused.map((check) => pathOf(check.id))])
      } else {
        expect([seed, forge(input).length > 0]).toEqual([seed, true])
      }
    }
  })
})

describe('private inputs', () => {
  const PUBLIC = ['c', 'alpha', 'beta']

  test('are each bound: none can change alone under the same public signals', async () => {
    const seed = SEEDS.find((candidate) => intentOf(candidate) === 'compliant')!
    const { input } = await statementOf(randomStep(seed, shape), shape)
    expect(circuit.accepts(input)).toBe(true)
    const free: string[] = []
    for (const [name, value] of Object.entries(input)) {
      const list = typeof value === 'string' ? [value] : value
      for (const index of list.keys()) {
        const changed = list.map((text, i) => (i === index ? ((BigInt(text) + 1n) % FIELD).toString() : text))
        if (circuit.accepts({ ...input, [name]: typeof value === 'string' ? changed[0]! : changed })) {
          free.push(`${name}[${index}]`)
        }
      }
    }
    expect(free).toEqual([])
    for (const name of PUBLIC) expect(input).toHaveProperty(name)
  })
})

describe('widths', () => {
  const MAX = { quantity: 1n << 63n, value: 1n << 126n, sum: 1n << 134n, window: 1n << 40n }
  const field = (x: bigint) => (x < 0n ? x + FIELD : x).toString()

  test.each([
    ['newQuantity', 0, MAX.quantity, 'newSign[0].digits'],
    ['newQuantity', 0, -MAX.quantity - 1n, 'newSign[0].digits'],
    ['oldQuantity', 1, MAX.quantity, 'oldSign[1].digits'],
    ['oldQuantity', 1, -MAX.quantity - 1n, 'oldSign[1].digits'],
    ['newCash', 0, MAX.value, 'newCashRange[0].digits'],
    ['newCash', 0, -MAX.value - 1n, 'newCashRange[0].digits'],
    ['oldCash', 1, MAX.value, 'oldCashRange[1].digits'],
    ['oldCash', 1, -MAX.value - 1n, 'oldCashRange[1].digits'],
    ['fill', 0, MAX.quantity, 'trades.fillRange[0].digits'],
    ['fill', 0, -1n, 'trades.fillRange[0].digits'],
    ['fee', undefined, MAX.value, 'feeRange.digits'],
    ['fee', undefined, -1n, 'feeRange.digits'],
    ['carryGain', undefined, MAX.value, 'carryGainRange.digits'],
    ['carryGain', undefined, -1n, 'carryGainRange.digits'],
    ['carryLoss', undefined, MAX.value, 'carryLossRange.digits'],
    ['carryLoss', undefined, -1n, 'carryLossRange.digits'],
    ['flowPart', 0, MAX.value, 'flow.range[0].digits'],
    ['oldCurrent', 0, MAX.sum, 'budget.oldCurrentRange[0].digits'],
    ['oldCurrent', 1, -1n, 'budget.oldCurrentRange[1].digits'],
    ['oldPrevious', 2, MAX.sum, 'budget.oldPreviousRange[2].digits'],
    ['oldPrevious', 0, -1n, 'budget.oldPreviousRange[0].digits'],
    ['oldWindow', undefined, -1n, 'budget.oldWindowRange.digits'],
    ['oldWindow', undefined, MAX.window, 'budget.oldWindowRange.digits'],
    ['changed', undefined, 1n << BigInt(shape.slots), 'isChanged'],
  ])('%s[%s] = %s breaks its range', async (name, index, value, path) => {
    const { input } = await statementOf(
      randomStep(SEEDS.find((s) => intentOf(s) === 'compliant')!, shape),
      shape,
    )
    const given = input[name]!
    const changed =
      typeof given === 'string' ? field(value) : given.map((text, i) => (i === index ? field(value) : text))
    expect(forge({ ...input, [name]: changed })).toContain(path)
  })

  test.each(['compliant', 'open'])('%s must be a bit', async (name) => {
    const { input } = await statementOf(
      randomStep(SEEDS.find((s) => intentOf(s) === 'compliant')!, shape),
      shape,
    )
    expect(forge({ ...input, [name]: '2' })).toContain(name)
  })
})
