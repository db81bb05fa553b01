import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatDecimal, VALUE_DECIMALS } from '#portfolio/units.js'
import type { StrategyWire } from '#server/schemas/strategy.js'
import { TINY_PRICES } from '#test/fixtures/tiny-desk.js'
import { startTinyStack, type TinyStack } from './tiny-stack.js'
import { AT_ONCE, FIRST, RISK } from './tiny-strategy.js'

const STEP = 3_600n
const AIM = { 'group[0]': 5_200, 'group[1]': 2_000 }
let stack: TinyStack
let id: string
let universeId: string
let requests = 0

beforeAll(async () => {
  stack = await startTinyStack()
  const opened = await stack.fund.openTiny(stack.accounts.attestor)
  id = opened.id
  universeId = opened.universeId
})
afterAll(async () => stack?.stop())

const path = () => `/portfolios/${id}/strategy`
const version = async (): Promise<number> => (await stack.fund.ok('GET', path())).version
const put = async (strategy: unknown) =>
  stack.fund.call('PUT', path(), strategy, { 'if-match': `"${await version()}"` })
const use = async (strategy: StrategyWire): Promise<number> => {
  const { status, body } = await put(strategy)
  expect([status, body.code]).toEqual([200, undefined])
  return body.version
}
const plan = (mode = 'targets') => stack.fund.ok('POST', `/portfolios/${id}/plans`, { mode })
const step = async (request: object = { mode: 'targets' }) => {
  const job = await stack.fund.run(`/portfolios/${id}/rebalances`, request, `step-${requests++}`)
  expect([job.state, job.failure]).toEqual(['confirmed', null])
}
const spent = async () => (await stack.app.store.portfolios.currentBook(id)).spent
/** The next snapshot at the same prices, as long after the last one as a step takes. */
const later = async () => {
  await stack.warp((await stack.app.chain.now()) + STEP)
  for (const [name, price] of Object.entries(TINY_PRICES)) await stack.setPrices({ [name]: price })
  await stack.fund.ok('POST', '/markets', { universeId })
}
const sized = (rule: object, change: object = {}): StrategyWire => ({
  ...FIRST,
  targets: [],
  risk: RISK,
  sizing: {
    ...AT_ONCE.sizing!,
    bandBps: '100',
    ...change,
    rule: rule as NonNullable<StrategyWire['sizing']>['rule'],
  },
})

describe('a strategy that sizes', () => {
  test('is kept as it came, and its plans say what was sized and how', async () => {
    const equal = sized({ kind: 'equalRisk', totalBps: '7000' })
    await use(equal)
    expect((await stack.fund.ok('GET', path())).strategy).toEqual(equal)
    const { sizing, targets } = await plan()
    expect(sizing).toMatchObject({ rule: 'equalRisk', decidedBy: null })
    expect(sizing.assets.map((row: { target: string }) => row.target)).toEqual(['group[0]', 'group[1]'])
    const [btc, eth] = sizing.assets.map((row: { targetBps: string }) => Number(row.targetBps))
    expect(btc + eth).toBe(7_000)
    expect(btc / eth).toBeCloseTo(65 / 45, 2)
    expect(targets.map((row: { target: string }) => row.target)).toEqual(['group[0]', 'group[1]'])

    await use(
      sized({ kind: 'volatility', weightsBps: ['1', '1'], targetVolBps: '9000', leverageMaxBps: '7000' }),
    )
    const { sizing: levered } = await plan()
    expect(levered).toMatchObject({ rule: 'volatility', decidedBy: 'leverage' })
    expect(levered.assets.map((row: { targetBps: string }) => row.targetBps)).toEqual(['3500', '3500'])

    await use(sized({ kind: 'dollars', amounts: ['2750000', '1500000'] }, { stressLossBps: '100' }))
    const { sizing: capped, nav } = await plan()
    expect(capped.numbers.stressScale).toBeLessThan(1)
    expect(capped.numbers.stressLossBps).toBeLessThanOrEqual(100)
    expect(Number(nav.before)).toBeGreaterThan(6_000_000)

    await use(FIRST)
    expect((await plan()).sizing).toBe(null)
  })

  test('that cannot be is no new version, and says by which field', async () => {
    const { risk: _, ...unsure } = sized({
      kind: 'kelly',
      driftsBps: ['1', '2'],
      rateBps: '0',
      fractionBps: '1',
    })
    const cases: [unknown, number, string, string][] = [
      [unsure, 422, 'STRATEGY_DEFINITION', 'strategy.risk'],
      [
        sized({ kind: 'kelly', driftsBps: ['1', '2'], rateBps: '0', fractionBps: '5001' }),
        422,
        'STRATEGY_DEFINITION',
        'strategy.sizing.rule.fractionBps',
      ],
      [
        sized({ kind: 'dollars', amounts: ['1'] }),
        422,
        'STRATEGY_DEFINITION',
        'strategy.sizing.rule.amounts',
      ],
      [
        sized({ kind: 'dollars', amounts: ['1'] }, { assets: [{ group: 7 }] }),
        422,
        'STRATEGY_DEFINITION',
        'strategy.sizing.assets[0]',
      ],
      [
        { ...sized({ kind: 'equalRisk', totalBps: '1' }), targets: FIRST.targets },
        422,
        'STRATEGY_DEFINITION',
        'strategy.sizing.assets[0]',
      ],
      [
        sized({ kind: 'equalRisk', totalBps: '0.5' }),
        422,
        'PORTFOLIO_DECIMAL',
        'strategy.sizing.rule.totalBps',
      ],
      [sized({ kind: 'twice', totalBps: '1' }), 400, 'SERVER_WIRE', 'strategy.sizing.rule.kind'],
    ]
    const before = await version()
    for (const [strategy, status, code, field] of cases) {
      const answer = await put(strategy)
      expect([answer.status, answer.body.code, answer.body.field]).toEqual([status, code, field])
    }
    expect(await version()).toBe(before)
    const own = { targets: undefined, costs: undefined, strategy: cases[0]![0] }
    await expect(stack.fund.createPortfolio(own)).rejects.toThrow('strategy.risk')
  })
})

describe('an intent', () => {
  const intent = (deadline: bigint, costMax = '271828.18281828') =>
    sized(
      {
        kind: 'intent',
        parts: [{ exposuresBps: Object.values(AIM).map(String), decayBps: '0' }],
        riskAversion: '1',
        costAversion: '6',
        costMax,
        deadline: `${deadline}`,
        stepSeconds: `${STEP}`,
      },
      { bandBps: '0' },
    )

  test('moves in three steps to its aim, and what they cost is kept by the version', async () => {
    expect(await spent()).toBe(null)
    await later()
    const now = await stack.app.chain.now()
    const strategyVersion = await use(intent(now + 2n * STEP + STEP / 2n))
    const gaps: number[] = []
    let cost = 0n
    for (const stepsLeft of [3, 2, 1]) {
      const planned = await plan()
      expect([planned.outcome, planned.sizing.numbers.stepsLeft]).toEqual(['trade', stepsLeft])
      expect(planned.sizing.decidedBy).toBe(stepsLeft > 2 ? 'risk' : 'deadline')
      const left = 271_828.18281828 - Number(formatDecimal(cost, VALUE_DECIMALS))
      expect(planned.sizing.numbers.costLeftBps).toBeCloseTo((left / Number(planned.nav.before)) * 1e4, 9)
      await step()
      const kept = await spent()
      expect(kept!.strategyVersion).toBe(strategyVersion)
      expect(formatDecimal(kept!.cost - cost, VALUE_DECIMALS)).toBe(planned.expectedCost)
      cost = kept!.cost
      await later()
      const after = await plan()
      gaps.push(
        Math.max(
          ...after.sizing.assets.map(
            ({ target, numbers }: { target: keyof typeof AIM; numbers: { heldBps: number } }) =>
              Math.abs(numbers.heldBps - AIM[target]),
          ),
        ),
      )
    }
    expect(gaps[0]).toBeGreaterThan(100)
    expect(gaps[1]).toBeLessThan(gaps[0]!)
    expect(gaps[1]).toBeGreaterThan(10)
    expect(gaps[2]).toBeLessThan(1)
    expect((await plan()).outcome).toBe('hold')
  })

  test('is charged for what the fund trades itself, not for a heartbeat, which needs no target', async () => {
    const before = (await spent())!
    expect((await plan('heartbeat')).sizing).toBe(null)
    await step({ mode: 'heartbeat' })
    expect(await spent()).toEqual(before)
    await later()
    await step({ mode: 'trades', trades: { ETH: '-1' } })
    // Seven basis points of 3000.
    expect((await spent())!.cost - before.cost).toBe(21n * 10n ** 15n)
  })

  test('of a new version has spent nothing; with its cap spent it does nothing more', async () => {
    const next = await use(intent(0n, '0'))
    const { outcome, sizing, reasons } = await plan()
    expect([outcome, sizing.decidedBy, sizing.numbers.costLeftBps]).toEqual(['hold', 'costCap', 0])
    expect(reasons.map(({ code }: { code: string }) => code)).toEqual(['no_trigger'])
    expect((await spent())!.strategyVersion).toBe(next - 1)
    await step()
    expect(await spent()).toEqual({ strategyVersion: next, cost: 0n })
  })

  test('leaves no number of it in the logs', () => {
    expect(stack.logs.length).toBeGreaterThan(0)
    expect(stack.logs.join('')).not.toMatch(/271828|exposuresBps|costLeftBps/)
  })
})
