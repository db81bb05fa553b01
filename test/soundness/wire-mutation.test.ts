import { beforeAll, describe, expect, test } from 'vitest'
import { shapeOf } from '#portfolio/shape.js'
import { intentOf, randomStep } from '#test/helpers/arbitrary-step.js'
import { statementOf } from '#test/helpers/statement.js'
import { type ConstraintSystem, loadSystem } from './constraint-system.js'
import { honestSeed, type Mutations, mutateHints, mutateWires, neverSurvived } from './wire-mutation.js'

/** Which of the honest steps is the first of the sample; the campaign runs 50 of them on `tiny` and on `desk`. */
const FIRST = Number(process.env.SEED ?? 0)
const tier = 'tiny'
const shape = shapeOf(tier)

let proved: ConstraintSystem
let whole: ConstraintSystem
beforeAll(async () => {
  proved = await loadSystem('rebalance', tier)
  whole = await loadSystem('rebalance', tier, 'O0')
})

const constraintNamed = (system: ConstraintSystem, name: string, holding: string): number => {
  const wire = system.wires.get(holding)!
  return system.constraintsOf(wire).find((constraint) => system.nameOf(constraint) === name)!
}

describe('a sample of the campaign', () => {
  test('every wire of the circuit that is proved is bound', async () => {
    const found = await mutateWires({ tier, level: 'O2', witnesses: [FIRST, FIRST + 2] })
    expect([FIRST, found.unexplained]).toEqual([FIRST, []])
    expect(found.mutations + found.skipped).toBe(2 * 6 * proved.wireCount)
    expect(found.mutations).toBeGreaterThan(4 * 2 * proved.wireCount)
  })

  test('every signal is bound, those too that the optimiser takes away', async () => {
    const found = await mutateWires({ tier, level: 'O0', witnesses: [FIRST, FIRST + 1] })
    expect([FIRST, found.unexplained]).toEqual([FIRST, []])
    expect(found.mutations + found.skipped).toBe(6 * whole.wireCount)
  })

  test('no hint can be chosen otherwise with any effect, whatever is recomputed', async () => {
    const found = await mutateHints({ tier, witnesses: [FIRST, FIRST + 2] })
    expect([FIRST, found.unexplained]).toEqual([FIRST, []])
    expect(found.mutations).toBeGreaterThan(2 * 2 * found.wires)
  })
})

describe('known survivors', () => {
  const find = (wanted: string) => {
    for (let n = 0; ; n++) if (intentOf(honestSeed(n)) === wanted) return n
  }

  test('each survives somewhere, so the list holds no excuse that nothing needs', async () => {
    const found: Mutations[] = []
    for (const n of [find('reducing'), find('heartbeat'), find('opening')]) {
      found.push(await mutateHints({ tier, witnesses: [n, n + 1] }))
    }
    expect(neverSurvived(found)).toEqual([])
    expect(found.flatMap(({ unexplained }) => unexplained)).toEqual([])
    // A list that is never looked at would pass as well.
    expect(neverSurvived([{ ...found[0]!, survivors: {} }])).toHaveLength(4)
  })
})

describe('a circuit that has forgotten a constraint', () => {
  test('of a public signal accepts any value of it', async () => {
    const [constraint] = proved.constraintsOf(proved.wires.get('main.beta')!)
    const found = await mutateWires({
      tier,
      level: 'O2',
      witnesses: [FIRST, FIRST + 1],
      system: proved.without(constraint!),
    })
    expect(found.unexplained.length).toBeGreaterThanOrEqual(4)
    expect(found.unexplained.filter((text) => !text.includes(': main.beta = '))).toEqual([])
  })

  test('that digits sum to their number accepts digits that do not', async () => {
    const sum = whole
      .constraintsOf(whole.wires.get('main.feeRange.digits.in')!)
      .find((constraint) => whole.wiresOf(constraint).length > 2)!
    const system = whole.without(sum)
    const found = await mutateHints({ tier, witnesses: [FIRST, FIRST + 1], system })
    expect(found.unexplained).toHaveLength(126)
    expect(found.unexplained.filter((text) => !text.includes(': main.feeRange.digits.out['))).toEqual([])
  })

  test('that a compliant step reduces nothing accepts one that chose to claim so', async () => {
    const n = FIRST + [...Array(50).keys()].find((i) => intentOf(honestSeed(FIRST + i)) === 'heartbeat')!
    const constraint = constraintNamed(whole, 'compliant risk.reducing', 'main.compliant')
    const found = await mutateHints({ tier, witnesses: [n, n + 1], system: whole.without(constraint) })
    expect([n, found.unexplained.length > 0]).toEqual([n, true])
    expect(found.unexplained.filter((text) => !/: main\.risk\..*\.reducing = 1$/.test(text))).toEqual([])
    const { verdict } = await statementOf(randomStep(honestSeed(n), shape), shape)
    expect(verdict.outcome).toBe('compliant')
  })
})
