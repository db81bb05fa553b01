import { beforeAll, describe, expect, test } from 'vitest'
import { shapeOf } from '#portfolio/shape.js'
import { intentOf, randomStep } from '../helpers/arbitrary-step.js'
import { statementOf } from '../helpers/statement.js'
import type { AttackClass } from './malicious/attack.js'
import { CLASSES } from './malicious/classes.js'
import type { Forger } from './malicious/forger.js'
import { forgerOf, runClass, runControl, runMalicious } from './malicious/run.js'
import { stage } from './malicious/stage.js'

const shape = shapeOf('tiny')
/** First seed of the sample, and what turns the sample of controls; the campaign runs forty seeds and every control. */
const FIRST = Number(process.env.SEED ?? 0)
const SEEDS = [FIRST, FIRST + 2] as const
const CONTROLS = 3

let forger: Forger
beforeAll(async () => {
  forger = await forgerOf('tiny')
})

describe('the forger', () => {
  test('without a lie gives the witness of the honest generator, wire by wire', async () => {
    const wanted = ['compliant', 'reducing', 'heartbeat', 'opening'] as const
    for (const intent of wanted) {
      let seed = FIRST
      while (intentOf(seed) !== intent) seed++
      const { input, x } = await statementOf(randomStep(seed, shape), shape)
      const forged = forger.forge(input)
      expect([seed, forged.x]).toEqual([seed, x])
      const honest = forger.circuit.calculate(input)
      expect([seed, forged.witness.findIndex((value, wire) => value !== honest[wire])]).toEqual([seed, -1])
    }
  })

  test('tells a lie where it is told and nowhere else', async () => {
    const { input } = await statementOf(stage(FIRST, shape), shape)
    const forged = forger.forge(input, { fee: 1n, nav: (nav) => nav + 1n })
    expect([FIRST, forger.breaks(forged)]).toEqual([FIRST, ['exposure[1].nav nav']])
  })
})

describe('a class', () => {
  const honest: AttackClass = {
    name: 'nothing is attacked',
    what: 'Nothing.',
    weakening: [],
    attack: (seed) => ({ honest: stage(seed, shape), breaks: [] }),
  }

  test('whose witness is honest counts as an accepted forgery', async () => {
    const count = await runClass(honest, SEEDS, 'tiny')
    expect(count).toMatchObject({ attempts: 2, honestAccepted: 2, forgedAccepted: 2, asExpected: 2 })
    expect(count.failure).toContain(`seed ${FIRST}`)
  })

  test('whose twin is not provable is counted', async () => {
    const lawless = (seed: number) => ({ ...stage(seed, shape), fee: 0n })
    const count = await runClass(
      { ...honest, attack: (seed) => ({ honest: lawless(seed), breaks: [] }) },
      SEEDS,
      'tiny',
    )
    expect(count.honestAccepted).toBe(0)
    expect(count.forgedAccepted).toBe(0)
    expect(count.asExpected).toBe(0)
  })

  test('may not choose what the chain fixes', async () => {
    const window = (seed: number) => ({ ...stage(seed, shape), window: stage(seed, shape).window + 1n })
    const elsewhere: AttackClass = {
      ...honest,
      attack: (seed) => ({ honest: stage(seed, shape), forged: window(seed), breaks: [] }),
    }
    await expect(runClass(elsewhere, SEEDS, 'tiny')).rejects.toThrow('the chain fixes window')
    const count = await runClass({ ...elsewhere, differs: ['window'] }, SEEDS, 'tiny')
    expect(count.attempts).toBe(2)
  })
})

describe('malicious witnesses', () => {
  test('come in at least 36 classes, each with its own name and with a rule to take away', () => {
    expect(new Set(CLASSES.map(({ name }) => name)).size).toBe(CLASSES.length)
    expect(CLASSES.length).toBeGreaterThanOrEqual(36)
    for (const { name, weakening } of CLASSES) expect([name, weakening.length > 0]).toEqual([name, true])
  })

  test.each(CLASSES.map(({ name }, index) => [name, index] as const))('%s', async (name, classIndex) => {
    const count = await runMalicious({ classIndex, seeds: SEEDS })
    expect(count).toEqual({
      class: name,
      tier: 'tiny',
      attempts: 2,
      honestAccepted: 2,
      forgedAccepted: 0,
      asExpected: 2,
      failure: null,
    })
  })
})

describe('without its rule a circuit accepts', () => {
  const turn = Array.from({ length: CONTROLS }, (_, k) => {
    const index = (FIRST * CONTROLS + k * 31) % CLASSES.length
    return [CLASSES[index]!.name, index] as const
  })
  test.each(turn)('%s', async (name, index) => {
    const count = await runControl(index, [FIRST, FIRST + 1])
    expect(count).toEqual({ class: name, tier: 'tiny', attempts: 1, weakenedAccepts: 1 })
  })
})
