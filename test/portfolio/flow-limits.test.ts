import { describe, expect, test } from 'vitest'
import type { Budget } from '#portfolio/budget.js'
import { paddingSlot } from '#portfolio/market.js'
import { evaluateStep } from '#portfolio/step.js'
import { sum } from '#portfolio/units.js'
import { type Change, COMPLIANT, open, shape, stepOf, verdictOf } from '#test/helpers/one-slot-step.js'

describe('flow limits, which never pass by reducing', () => {
  const trade = { slot: { price: 10_000n }, q: 50n }
  const cost = { ...trade, mandate: { costBps: 10n } }
  const gain = { ...trade, mandate: { gainBps: 10n } }
  const turnover = { mandate: { turnoverBps: 1_000n } }
  const carry = { mandate: { carryBps: 10n } }
  test.each([
    ['cost, buying', 'cost', { ...cost, fill: 10_010n }, { ...cost, fill: 10_011n }],
    ['cost, selling', 'cost', { ...cost, q: -50n, fill: 9_990n }, { ...cost, q: -50n, fill: 9_989n }],
    ['cost, by the fee', 'cost', { ...cost, fee: 500n }, { ...cost, fee: 501n }],
    ['gain, buying', 'gain', { ...gain, fill: 9_990n }, { ...gain, fill: 9_989n }],
    ['gain, selling', 'gain', { ...gain, q: -50n, fill: 10_010n }, { ...gain, q: -50n, fill: 10_011n }],
    ['turnover', 'turnover', { ...turnover, q: 100_000n }, { ...turnover, q: 100_001n }],
    [
      'turnover by |delta|',
      'turnover',
      { ...turnover, slot: { delta: -4n }, q: 25_000n },
      { ...turnover, slot: { delta: -4n }, q: -25_001n },
    ],
    [
      'turnover beyond a deposit',
      'turnover',
      { ...turnover, q: 100_300n, netFlow: 300n },
      { ...turnover, q: 100_301n, netFlow: 300n },
    ],
    [
      'turnover beyond a withdrawal',
      'turnover',
      { ...turnover, q: 100_300n, netFlow: -300n },
      { ...turnover, q: 100_301n, netFlow: -300n },
    ],
    ['carry gained', 'carry.gain', { ...carry, carryGain: 1_000n }, { ...carry, carryGain: 1_001n }],
    ['carry lost', 'carry.loss', { ...carry, carryLoss: 1_000n }, { ...carry, carryLoss: 1_001n }],
  ] as [string, string, Change, Change][])('%s', (_, id, at, beyond) => {
    expect(verdictOf(at)).toEqual(COMPLIANT)
    expect(verdictOf(beyond)).toEqual({ outcome: 'refused', refused: [id] })
  })

  test('one leg never pays for another', () => {
    const step = stepOf({
      slot: { price: 10_000n },
      q: 50n,
      fill: 10_100n,
      mandate: { costBps: 10n, gainBps: 1_000n },
    })
    const second = { ...paddingSlot(shape), price: 10_000n }
    const slots = [step.market.slots[0]!, second, ...step.market.slots.slice(2)]
    const mandate = { ...step.mandate, slots: [step.mandate.slots[0]!, { ...open.slots[0]!, account: 1 }] }
    // Buys 50 more in slot 1 below the mark by as much as slot 0 pays above it.
    const fills = [10_100n, 9_900n, 0n, 0n]
    const quantities = [50n, 50n, 0n, 0n]
    const cash = [step.newBook.cash[0]!, step.newBook.cash[1]! - 50n * 10_000n]
    const oldCash = [0n, sum(cash) + 50n * 20_000n]
    const { refused, used } = evaluateStep(
      {
        ...step,
        market: { ...step.market, slots },
        mandate,
        fills,
        newBook: { ...step.newBook, cash, quantities },
        oldBook: { ...step.oldBook, cash: oldCash },
      },
      shape,
    )
    expect(refused.map(({ id }) => id)).toEqual(['cost'])
    expect([used.cost, used.gain]).toEqual([5_000n, 5_000n])
  })
})

describe('rolling budgets', () => {
  const used = (cost: bigint, gain: bigint, turnover: bigint) => ({ cost, gain, turnover })
  const none = used(0n, 0n, 0n)
  const carriedBy = (current: typeof none, previous: typeof none): Budget => ({
    window: 5n,
    current,
    previous,
  })
  const limits = { rollingCostBps: 10n, rollingGainBps: 10n, rollingTurnoverBps: 1_000n }
  const trade = { slot: { price: 10_000n }, mandate: { ...limits, costBps: 10_000n } }
  const buy = (fill: bigint): Change => ({ ...trade, q: 1n, fill })

  test.each([
    ['same window: both halves count', 5n, used(300n, 0n, 0n), used(650n, 0n, 0n), 10_050n, 10_051n],
    [
      'next window: the current half becomes the previous one',
      6n,
      used(950n, 0n, 0n),
      used(9_999n, 0n, 0n),
      10_050n,
      10_051n,
    ],
    ['a later window: nothing is carried', 7n, used(999n, 0n, 0n), used(9_999n, 0n, 0n), 11_000n, 11_001n],
  ])('cost, %s', (_, window, current, previous, at, beyond) => {
    const oldBudget = carriedBy(current, previous)
    expect(verdictOf({ ...buy(at), oldBudget, window })).toEqual(COMPLIANT)
    expect(verdictOf({ ...buy(beyond), oldBudget, window }).refused).toEqual(['rolling.cost'])
  })

  test('gain and turnover likewise', () => {
    const gained = { ...buy(9_000n), mandate: { ...limits, gainBps: 1_000n } }
    expect(verdictOf(gained)).toEqual(COMPLIANT)
    expect(
      verdictOf({ ...gained, fill: 8_999n, mandate: { ...limits, gainBps: 10_000n } }).refused,
    ).toContain('rolling.gain')
    const turned = carriedBy(used(0n, 0n, 90_000n), none)
    expect(verdictOf({ ...buy(10_000n), oldBudget: turned })).toEqual(COMPLIANT)
    const more = carriedBy(used(0n, 0n, 90_001n), none)
    expect(verdictOf({ ...buy(10_000n), oldBudget: more }).refused).toEqual(['rolling.turnover'])
  })

  test('carry counts: loss as cost, gain as gain', () => {
    const lost = { mandate: { ...limits, carryBps: 1_000n } }
    expect(verdictOf({ ...lost, carryLoss: 1_000n })).toEqual(COMPLIANT)
    expect(verdictOf({ ...lost, carryLoss: 1_001n }).refused).toEqual(['rolling.cost'])
    expect(verdictOf({ ...lost, carryGain: 1_001n }).refused).toEqual(['rolling.gain'])
  })

  test('a spent budget lets a step pass that adds nothing, and it stays compliant', () => {
    const spent = carriedBy(used(5_000n, 5_000n, 500_000n), none)
    expect(verdictOf({ ...trade, oldBudget: spent })).toEqual(COMPLIANT)
    expect(verdictOf({ ...buy(10_000n), oldBudget: spent }).refused).toEqual(['rolling.turnover'])
  })

  test('the new budget is what was carried plus what was used', () => {
    const step = stepOf({
      ...buy(10_007n),
      fee: 3n,
      carryLoss: 11n,
      oldBudget: carriedBy(used(1n, 2n, 3n), none),
      window: 6n,
    })
    const { newBudget } = evaluateStep(
      { ...step, mandate: { ...step.mandate, rollingTurnoverBps: 1_000n } },
      shape,
    )
    expect(newBudget).toEqual({ window: 6n, current: used(21n, 0n, 10_000n), previous: used(1n, 2n, 3n) })
  })
})
