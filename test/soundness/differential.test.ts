import { describe, expect, test } from 'vitest'
import { evaluateStep } from '#portfolio/step.js'
import { ROUND_SHAPE, roundStep } from '../fixtures/round-step.js'
import { compareBooks } from './differential/compare-books.js'
import { boundsOf, compareBounds } from './differential/compare-bounds.js'
import { type Judge, judgeStep } from './differential/judge.js'
import { proveEdgeCases } from './differential/prove-edge-cases.js'
import { proveOnChain } from './differential/prove-on-chain.js'

/** Any whole number ≥ 0: which part of the campaign the samples are taken from. */
const FIRST = Number(process.env.SEED ?? 0)
/** A machine that also does other work takes many times as long. */
const TIMEOUT = 400_000
const slice = (length: number) => ({ from: FIRST, to: FIRST + length })

describe('books', () => {
  test(
    'mean the same to the model, to a second judge and to the circuit',
    async () => {
      const { cases, accepted, refused, disagreements } = await compareBooks({ tier: 'tiny', ...slice(60) })
      expect([FIRST, disagreements]).toEqual([FIRST, []])
      expect(accepted + refused).toBe(cases)
      for (const share of [accepted, refused]) expect(share / cases).toBeGreaterThan(0.2)
    },
    TIMEOUT,
  )

  test('do not with a judge that adds one unit to what a book is worth', async () => {
    const judge: Judge = (step, shape) => {
      const ruling = judgeStep(step, shape)
      const nav = ruling.numbers['exposure[1].nav']! + 1n
      return { ...ruling, numbers: { ...ruling.numbers, 'exposure[1].nav': nav } }
    }
    const { accepted, disagreements } = await compareBooks({ tier: 'tiny', ...slice(12), judge })
    expect(disagreements.filter((what) => what.endsWith('circuit differs in exposure[1].nav'))).toHaveLength(
      accepted,
    )
    expect(accepted).toBeGreaterThan(0)
  })
})

describe('bounds', () => {
  test(
    'hold to the last unit and refuse the next',
    async () => {
      const { cases, exact, disagreements } = await compareBounds(slice(32))
      expect([FIRST, disagreements]).toEqual([FIRST, []])
      expect(exact / cases).toBeGreaterThan(0.5)
    },
    TIMEOUT,
  )

  test('exist for every limit and every demand of the model', () => {
    const names = boundsOf('tiny').map(({ name }) => name)
    const { checks } = evaluateStep(roundStep(), ROUND_SHAPE)
    const without = checks.filter(
      ({ id }) => !names.some((name) => name === id || name.startsWith(`${id} by`)),
    )
    expect(without).toEqual([])
  })

  test.each<[only: string, kind: string, unit?: bigint]>([
    ['position.long[2] by unit', 'position.long'],
    ['position.short[0] by unit', 'position.short'],
    ['concentration[1] by unit', 'concentration'],
    ['group.netLo[0] by unit', 'group.netLo'],
    ['group.netHi[1] by unit', 'group.netHi'],
    ['group.gross[0] by unit', 'group.gross'],
    ['net.lo by unit', 'net.lo'],
    ['net.hi by unit', 'net.hi'],
    ['leverage by unit', 'leverage'],
    ['gamma.lo by unit', 'gamma.lo'],
    ['gamma.hi by unit', 'gamma.hi'],
    ['vega.lo by unit', 'vega.lo'],
    ['vega.hi by unit', 'vega.hi'],
    ['loss[1] by unit', 'loss'],
    ['margin[0] by transfer', 'margin', 100_000_000n],
    ['venue[1] by transfer', 'venue'],
    ['freeCollateral by unit', 'freeCollateral', 10_000n],
    ['turnover by flow', 'turnover'],
    ['cost by fee', 'cost'],
    ['gain by fill', 'gain'],
    ['carry.gain by carry', 'carry.gain'],
    ['carry.loss by carry', 'carry.loss'],
    ['rolling.cost by counter', 'rolling.cost'],
    ['rolling.gain by counter', 'rolling.gain'],
    ['rolling.turnover by counter', 'rolling.turnover'],
    ['nav', 'nav'],
  ])('%s: a judge that allows one unit more is found out', async (only, kind, unit = 1n) => {
    const judge: Judge = (step, shape) => judgeStep(step, shape, { [kind]: unit })
    const { disagreements } = await compareBounds({ from: FIRST, to: FIRST + 1, only, judge })
    expect([FIRST, disagreements.some((what) => what.includes('judge says'))]).toEqual([FIRST, true])
  })
})

describe('honest edge cases', () => {
  test(
    'are all provable',
    async () => {
      const { cases, accepted, disagreements } = await proveEdgeCases(slice(36))
      expect([FIRST, disagreements]).toEqual([FIRST, []])
      expect(accepted).toBe(cases)
    },
    TIMEOUT,
  )

  test('are compared: a judge that finds one margin short is found out', async () => {
    const judge: Judge = (step, shape) => judgeStep(step, shape, { leverage: -(2n ** 200n) })
    const { disagreements } = await proveEdgeCases({ ...slice(2), judge })
    expect(disagreements.length).toBeGreaterThan(0)
  })
})

describe('on a real chain', () => {
  test(
    'what the model allows is proven and recorded, what it refuses is neither; a wrong model is found out',
    async () => {
      // The model lies once, about the first lawful step after six cases: the prover must then contradict it.
      let asked = 0
      let lies = 0
      const model: typeof evaluateStep = (step, shape) => {
        const verdict = evaluateStep(step, shape)
        if (++asked <= 6 || lies > 0 || verdict.outcome === 'refused') return verdict
        lies++
        return { ...verdict, outcome: 'refused' }
      }
      const { accepted, refused, disagreements } = await proveOnChain({ ...slice(9), funds: 1, model })
      expect([FIRST, lies, disagreements.map((what) => what.split(': ')[1])]).toEqual([
        FIRST,
        1,
        ['an unlawful step is proven'],
      ])
      for (const some of [accepted, refused]) expect(some).toBeGreaterThan(0)
    },
    TIMEOUT,
  )
})
