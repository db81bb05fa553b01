import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { circuitOf } from '#circuits/circuit.js'
import { shapeOf } from '#portfolio/shape.js'
import { randomStep } from '#test/helpers/arbitrary-step.js'
import { loadCircuit, loadTwin, type TestCircuit } from '#test/helpers/circuit.js'
import { statementOf } from '#test/helpers/statement.js'
import { HINTS } from './hints.js'
import { type Definitions, definitionsOf, inputWires, propagate } from './propagation.js'
import { honestSeed } from './wire-mutation.js'

const shape = shapeOf('tiny')
const SEED = Number(process.env.SEED ?? 0)
const inputOf = async (n: number) => (await statementOf(randomStep(honestSeed(n), shape), shape)).input

let whole: TestCircuit
let definitions: Definitions
let inputs: number[]
beforeAll(async () => {
  whole = await loadCircuit('rebalance', 'tiny', 'O0')
  inputs = inputWires(whole.system, Object.keys(await inputOf(0)))
  definitions = definitionsOf(whole.system, inputs)
})

test('the list of hints is every `<--` of the sources', () => {
  const found: string[] = []
  for (const file of readdirSync('circuits', { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.circom') || file.startsWith('build')) continue
    let template = ''
    for (const line of readFileSync(`circuits/${file}`, 'utf8').split('\n')) {
      template = /^template (\w+)/.exec(line)?.[1] ?? template
      const hint = /^[^/]*?(\w+)(\[\w+\])*\s*<--/.exec(line)?.[1]
      if (hint) found.push(`${template}.${hint}`)
    }
  }
  expect(found.sort()).toEqual(Object.keys(HINTS).sort())
})

test('inputs and hints determine every other wire', () => {
  expect(definitions.undetermined.map((wire) => whole.system.names[wire])).toEqual([])
  const given = [...inputs, ...definitions.hints].sort((a, b) => a - b)
  expect(definitions.free).toEqual(given)
})

test.each(Object.keys(HINTS))('a hint that is not listed leaves wires undetermined: %s', (missing) => {
  const listed = Object.fromEntries(Object.entries(HINTS).filter(([kind]) => kind !== missing))
  expect(definitionsOf(whole.system, inputs, listed).undetermined).not.toEqual([])
})

test('without its checks the circuit has exactly one definition per constraint', async () => {
  const { system } = await loadTwin(circuitOf('rebalance', 'tiny'), 'unchecked')
  const { undetermined, checks, order } = definitionsOf(
    system,
    inputWires(system, Object.keys(await inputOf(0))),
  )
  expect([undetermined, checks, order.length]).toEqual([[], [], system.constraintCount])
})

test('a conserved value that is only proposed leaves a wire undetermined', async () => {
  // The check of value conservation fixes this very sum, so it only shows where the checks are gone.
  const weakening = {
    file: 'gadgets/trade-flow.circom',
    find: 'paid <== paidSum',
    replace: 'paid <-- paidSum',
  }
  const { system } = await loadTwin(circuitOf('rebalance', 'tiny'), 'proposes-paid', [weakening])
  const { undetermined } = definitionsOf(system, inputWires(system, Object.keys(await inputOf(0))))
  expect(undetermined.map((wire) => system.names[wire])).toEqual(['main.trades.paid'])
})

test('other inputs give the witness that the generator gives for them', async () => {
  const from = whole.calculate(await inputOf(SEED))
  const to = whole.calculate(await inputOf(SEED + 1))
  const changes = new Map(inputs.map((wire) => [wire, to[wire]!]))
  const propagated = propagate(whole.system, definitions, from, changes)
  expect([SEED, propagated.findIndex((value, wire) => value !== to[wire])]).toEqual([SEED, -1])
})

test('what follows from a wrong input obeys every definition, so that only checks refuse it', async () => {
  const witness = whole.calculate(await inputOf(SEED))
  const fee = whole.wires.get('main.fee')!
  const propagated = propagate(whole.system, definitions, witness, new Map([[fee, witness[fee]! + 1n]]))
  const broken = whole.system.broken(propagated)
  expect([SEED, broken.length > 0]).toEqual([SEED, true])
  expect([SEED, broken.filter((constraint) => !definitions.checks.includes(constraint))]).toEqual([SEED, []])
})

test('a hint that is changed stays as it is changed', async () => {
  const witness = whole.calculate(await inputOf(SEED))
  const digit = whole.wires.get('main.feeRange.digits.out[3]')!
  const changes = new Map([[digit, 1n - witness[digit]!]])
  const propagated = propagate(whole.system, definitions, witness, changes)
  expect(propagated[digit]).toBe(1n - witness[digit]!)
  expect([SEED, whole.broken(propagated)]).toEqual([SEED, ['feeRange.digits']])
})
