import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { OPENING_BUDGET } from '#portfolio/budget.js'
import { checkMandate } from '#portfolio/mandate.js'
import { checkMarket } from '#portfolio/market.js'
import { evaluateStep, type Step } from '#portfolio/step.js'
import { abs } from '#portfolio/units.js'
import { checkUniverse } from '#portfolio/universe.js'
import { parseStrategy } from '#server/schemas/strategy.js'
import { checkDefinition, resolveDefinition } from '#strategy/definition.js'
import { plan } from '#strategy/planner.js'
import {
  DESK,
  DESK_DATES,
  deskBook,
  deskMandate,
  deskMarket,
  deskPlanInput,
  deskUniverse,
} from './desk-example.js'

const USD = 10n ** 16n
const [FIRST, SECOND] = DESK_DATES

/** Opening: the one step with the same book before and after. */
function opening(): Step {
  const book = deskBook()
  const market = deskMarket(FIRST)
  return {
    market,
    mandate: deskMandate(),
    oldUniverse: book.universeId,
    oldBook: book,
    newBook: book,
    oldBudget: OPENING_BUDGET,
    fills: Array(DESK.slots).fill(0n),
    fee: 0n,
    carryGain: 0n,
    carryLoss: 0n,
    netFlow: 0n,
    flowSplit: Array(DESK.accounts).fill(0n),
    window: market.time / 604_800n,
    changed: Array(DESK.slots).fill(false),
    open: false,
  }
}

describe('the files', () => {
  test('fill a desk: 16 instruments of every kind over three accounts, cold cash in the fourth', () => {
    const { instruments } = deskUniverse()
    checkUniverse(deskUniverse(), DESK)
    checkMandate(deskMandate(), DESK)
    expect(instruments.length).toBe(DESK.slots)
    expect(new Set(instruments.map(({ kind }) => kind))).toEqual(new Set(['spot', 'perp', 'option']))
    expect(new Set(instruments.map(({ account }) => account))).toEqual(new Set([0, 1, 2]))
    expect(deskBook().cash[3]).toBeGreaterThan(0n)
    deskMandate().slots.forEach(({ account }, i) => {
      expect(account).toBe(instruments[i]!.account)
    })
  })

  test.each(DESK_DATES)('%s: every option lives on, and the model price is the exchange mark', (date) => {
    const market = deskMarket(date)
    checkMarket(market, DESK)
    const text = readFileSync(new URL(`../../examples/desk/marks-${date}.json`, import.meta.url), 'utf8')
    const marks = JSON.parse(text)
    deskUniverse().instruments.forEach(({ symbol, option }, i) => {
      if (!option) return
      expect(option.expiry).toBeGreaterThan(market.time)
      const { mark, forward } = marks.options[symbol]
      const gap = Math.abs(Number(market.slots[i]!.price) / 1e8 - Number(mark))
      expect(gap / Number(forward), symbol).toBeLessThan(2e-4)
    })
  })

  test('every number is a decimal string', () => {
    const allowed = new Set(['account', 'group', 'groups', 'version'])
    const walk = (value: unknown, key: string): void => {
      if (typeof value === 'number') expect(allowed.has(key), key).toBe(true)
      if (Array.isArray(value)) value.map((item) => walk(item, key))
      else if (value && typeof value === 'object') Object.entries(value).map(([k, v]) => walk(v, k))
    }
    for (const name of [
      'universe',
      'mandate',
      'strategy',
      'costs',
      'book',
      'publisher',
      'marks-2026-01-02',
      'marks-2026-04-27',
    ]) {
      walk(
        JSON.parse(readFileSync(new URL(`../../examples/desk/${name}.json`, import.meta.url), 'utf8')),
        name,
      )
    }
  })
})

describe('the first date', () => {
  test('the book opens compliant, worth 10 to 20 million', () => {
    const verdict = evaluateStep(opening(), DESK)
    expect(verdict.refused).toEqual([])
    expect(verdict.outcome).toBe('compliant')
    expect(verdict.after.nav / USD).toBeGreaterThan(10_000_000n)
    expect(verdict.after.nav / USD).toBeLessThan(20_000_000n)
  })

  test('there is nothing to trade', async () => {
    const { outcome, trades, reasons } = await plan(deskPlanInput(FIRST))
    expect({ outcome, trades, reasons }).toEqual({
      outcome: 'hold',
      trades: [],
      reasons: [{ code: 'no_trigger', subject: 'book' }],
    })
  })
})

describe('the second date', () => {
  test('the market has pushed targets out of their bands and the book out of its mandate', async () => {
    const { reasons } = await plan(deskPlanInput(SECOND))
    const subjects = (code: string) =>
      reasons.filter((reason) => reason.code === code).map(({ subject }) => subject)
    expect(subjects('threshold')).toEqual(['group[0]', 'group[1]'])
    expect(subjects('limitBreached')).toContain('group.netLo[0]')
    expect(subjects('limit_conflict')).toEqual([])
  })

  test('the planned rebalance is compliant, on target and cheap', async () => {
    const input = deskPlanInput(SECOND)
    const planned = await plan(input)
    expect(planned.outcome).toBe('trade')
    expect(planned.verdict.outcome).toBe('compliant')
    expect(evaluateStep(planned.step, DESK).outcome).toBe('compliant')
    expect(planned.targets.after.every(({ inside }) => inside)).toBe(true)
    expect(planned.trackingAfter * 1_000n).toBeLessThan(planned.trackingBefore)
    expect(planned.expectedCost * 10_000n).toBeLessThan(10n * planned.verdict.used.turnover)
    for (const { slot, quantity } of planned.trades) {
      const { lot, minimum } = input.costs[slot]!
      expect(quantity % lot).toBe(0n)
      expect(abs(quantity)).toBeGreaterThanOrEqual(minimum)
    }
  })
})

describe('the strategy', () => {
  const read = (name: string) =>
    JSON.parse(readFileSync(new URL(`../../examples/desk/${name}`, import.meta.url), 'utf8'))
  const planned = (date: (typeof DESK_DATES)[number]) => {
    const desk = deskPlanInput(date)
    const definition = parseStrategy({ ...read('strategy.json'), costs: read('costs.json') }, desk.universe)
    checkDefinition(definition, { ...desk, shape: DESK })
    return plan({ ...desk, ...resolveDefinition(definition, { ...desk, spent: 0n }).defined })
  }

  test('looks at the first date and finds that no trade pays', async () => {
    const { outcome, trades, reasons, weighed } = await planned(FIRST)
    expect([outcome, trades]).toEqual(['hold', []])
    expect(reasons[0]).toMatchObject({ code: 'trackingError', numbers: { bound: 20 } })
    expect(weighed!.gapBefore).toBeLessThan(weighed!.fixedCost)
  })

  test('brings the second date back for what the page says, with perpetuals alone, and for less than aiming at the centre', async () => {
    const { outcome, verdict, trades, targets, expectedCost, legs } = await planned(SECOND)
    expect([outcome, verdict.outcome]).toEqual(['trade', 'compliant'])
    const { instruments } = deskUniverse()
    expect(trades.every(({ slot }) => instruments[slot]!.kind === 'perp')).toBe(true)
    expect(targets.after.every(({ inside }) => inside)).toBe(true)
    expect(legs.length).toBeGreaterThanOrEqual(trades.length)
    const page = readFileSync(new URL('../../examples/desk/README.md', import.meta.url), 'utf8')
    expect(Number(/for about (\d+) dollars/.exec(page)![1])).toBe(
      Math.round(Number(expectedCost / 10n ** 12n) / 1e4),
    )
    expect(expectedCost).toBeLessThan((await plan(deskPlanInput(SECOND))).expectedCost)
  })
})
