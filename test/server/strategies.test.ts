import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { StrategyWire } from '#server/schemas/strategy.js'
import { TINY_BOOK, TINY_PRICES, TINY_PRICES_LATER, TINY_TARGETS } from '#test/fixtures/tiny-desk.js'
import { type Served, TinyService } from './tiny-service.js'
import { FIRST, NEAR, RISK } from './tiny-strategy.js'

let service: TinyService
let served: Served
let id: string
let universeId: string

beforeAll(async () => {
  service = await TinyService.start()
  served = await service.serve({ plansPerHour: 10_000, stepsPerHour: 100 })
  const opened = await served.fund.openTiny(service.local.accounts.attestor)
  id = opened.id
  universeId = opened.universeId
})
afterAll(async () => {
  await served?.close()
  await service?.stop()
})

const path = () => `/portfolios/${id}/strategy`
const put = (strategy: unknown, version: number) =>
  served.fund.call('PUT', path(), strategy, { 'if-match': `"${version}"` })
const current = async (): Promise<number> => (await served.fund.ok('GET', path())).version
const use = async (strategy: StrategyWire) => {
  const { status, body } = await put(strategy, await current())
  expect([status, body.code]).toEqual([200, undefined])
}
const plan = (request: object = {}) =>
  served.fund.call('POST', `/portfolios/${id}/plans`, { mode: 'targets', ...request })
const rebalance = (key: string, request: object = {}) =>
  served.fund.call(
    'POST',
    `/portfolios/${id}/rebalances`,
    { mode: 'targets', ...request },
    { 'idempotency-key': key },
  )
const codesOf = (body: { reasons: { code: string }[] }) => body.reasons.map(({ code }) => code)

/** Two sources that say `of`, the second of Ether times `factor`. */
const priced = async (factor = 1, of: Record<string, string> = TINY_PRICES) => {
  const time = `${await served.app.chain.now()}`
  return ['BTC', 'ETH'].map((asset) => ({
    asset,
    kind: 'major',
    hourlyVolatility: '0.006',
    readings: ['one', 'two'].map((source, k) => ({
      source,
      price: `${Number(of[asset]) * (asset === 'ETH' && k === 1 ? factor : 1)}`,
      time,
    })),
  }))
}

describe('a strategy', () => {
  test('of the first form is read back in the present one', async () => {
    const { headers } = await served.app.inject({
      url: path(),
      headers: { authorization: `Bearer ${served.apiKey}` },
    })
    expect(headers.etag).toBe('"1"')
    expect(await served.fund.ok('GET', path())).toEqual({ version: 1, strategy: FIRST })
  })

  test('of the present form creates a portfolio and comes back as it went in; both forms, or none, are refused', async () => {
    const strategy = { ...NEAR, risk: RISK, triggers: [{ kind: 'cooling' as const, seconds: '60' }] }
    const own = { targets: undefined, costs: undefined, strategy }
    const created = await served.fund.createPortfolio(own)
    expect(await served.fund.ok('GET', `/portfolios/${created.id}/strategy`)).toEqual({
      version: 1,
      strategy,
    })
    for (const change of [{ strategy }, { targets: undefined, costs: undefined }, { costs: undefined }]) {
      await expect(served.fund.createPortfolio(change)).rejects.toThrow('PORTFOLIO_SHAPE')
    }
    const bad = { ...own, strategy: { ...strategy, triggers: [{ kind: 'threshold', target: 'slot[0]' }] } }
    await expect(served.fund.createPortfolio(bad)).rejects.toThrow('strategy.triggers[0].target')
  })

  test('has versions: a change starts from the newest, and old ones stay', async () => {
    const second = await put(NEAR, 1)
    expect([second.status, second.body]).toEqual([200, { version: 2, strategy: NEAR }])
    const late = await put(FIRST, 1)
    expect([late.status, late.body.code, late.body.field]).toEqual([
      412,
      'SERVER_STRATEGY_CHANGED',
      'headers.if-match',
    ])
    const early = await put(FIRST, 7)
    expect(early.status).toBe(412)
    const answers = await Promise.all([put(FIRST, 2), put({ ...NEAR, risk: RISK }, 2)])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412])
    expect(await current()).toBe(3)
    expect(await served.fund.ok('GET', `${path()}?version=1`)).toEqual({ version: 1, strategy: FIRST })
    expect(await served.fund.ok('GET', `${path()}?version=2`)).toEqual({ version: 2, strategy: NEAR })
    expect(await served.fund.call('GET', `${path()}?version=9`)).toMatchObject({ status: 404 })
    for (const statement of ['update strategies set sealed = sealed', 'delete from strategies'])
      await expect(served.app.store.executor.executeSql(statement)).rejects.toThrow('only added')
  })

  test('that is none, or one the planner would refuse, is no new version', async () => {
    const cases: [unknown, number, string, string][] = [
      [undefined, 400, 'SERVER_WIRE', 'strategy'],
      [TINY_TARGETS, 400, 'SERVER_WIRE', 'strategy.version'],
      [
        { ...NEAR, triggers: [{ kind: 'cooling', seconds: 1 }] },
        400,
        'SERVER_WIRE',
        'strategy.triggers[0].seconds',
      ],
      [{ ...NEAR, safetyBps: '0x10' }, 422, 'PORTFOLIO_DECIMAL', 'strategy.safetyBps'],
      [
        { ...NEAR, triggers: [{ kind: 'cooling', seconds: '-1' }] },
        422,
        'STRATEGY_DEFINITION',
        'strategy.triggers[0].seconds',
      ],
      [
        { ...NEAR, weighing: { riskAversion: '3', horizonDays: '30' } },
        422,
        'STRATEGY_DEFINITION',
        'strategy.risk.underlyings',
      ],
      [
        { ...NEAR, triggers: [{ kind: 'trackingError', limitBps: '1' }] },
        422,
        'STRATEGY_DEFINITION',
        'strategy.risk',
      ],
    ]
    const before = await served.fund.ok('GET', path())
    for (const [body, status, code, field] of cases) {
      const answer = await put(body, before.version)
      expect([answer.status, answer.body.code, answer.body.field]).toEqual([status, code, field])
    }
    expect((await served.fund.call('PUT', path(), NEAR)).body).toMatchObject({
      status: 400,
      field: 'headers.if-match',
    })
    expect(await served.fund.ok('GET', path())).toEqual(before)
  })
})

describe('a plan says why not', () => {
  test('nothing asks for a trade', async () => {
    await use(NEAR)
    const { body } = await plan()
    expect(body).toMatchObject({ outcome: 'hold', weighed: null, postponed: [], trades: [], legs: [] })
    expect(body.strategyVersion).toBe(await current())
    expect(codesOf(body)).toEqual(['no_trigger'])
    expect(body.targets.map((line: { before: { inside: boolean } }) => line.before.inside)).toEqual([
      true,
      true,
    ])
  })

  test('what asks for it is worth less than it costs', async () => {
    const triggers: StrategyWire['triggers'] = [{ kind: 'threshold', bandBps: '10' }]
    await use({ ...NEAR, triggers, fixedCosts: { leg: '0', batch: '100000' } })
    const { body } = await plan()
    expect([body.outcome, body.trades]).toEqual(['hold', []])
    expect(codesOf(body)).toEqual(['threshold', 'threshold', 'not_worth_cost'])
    expect(body.reasons[0]).toMatchObject({ subject: 'group[0]', unit: 'navBps', numbers: { bound: 10 } })
    expect(body.reasons[0].numbers.value).toBeGreaterThan(10)
    const { gapBefore, gapAfter, tradingCost, fundingCost, fixedCost, worth } = body.weighed
    expect(worth).toBe(false)
    expect(gapBefore - gapAfter).toBeLessThan(tradingCost + fundingCost + fixedCost)
    expect(fixedCost).toBeCloseTo((100_000 / Number(body.nav.before)) * 1e4, 6)
  })

  test('what asks for it waits, and for what', async () => {
    const triggers: StrategyWire['triggers'] = [
      { kind: 'threshold', bandBps: '10' },
      { kind: 'liquidity', maxSpreadRatio: '2' },
    ]
    await use({ ...NEAR, triggers })
    const missing = await plan()
    expect([missing.status, missing.body.code]).toEqual([422, 'STRATEGY_TRIGGER'])
    const thin = [
      { underlying: 'BTC', spreadRatio: '3.5' },
      { underlying: 'ETH', spreadRatio: '1', confirmed: false },
    ]
    const { body } = await plan({ underlyings: thin })
    expect(body.outcome).toBe('hold')
    expect(codesOf(body)).toEqual(['postponed', 'postponed'])
    expect(body.postponed[0]).toMatchObject({
      trigger: 'threshold',
      subject: 'group[0]',
      bound: 10,
      unit: 'navBps',
    })
    expect(body.postponed[0].waitsFor).toEqual([
      { code: 'spread', subject: 'BTC', value: 3.5, bound: 2, unit: 'ratio' },
    ])
    expect(body.postponed[1].waitsFor).toEqual([{ code: 'unconfirmed', subject: 'ETH' }])
    const wrong = await plan({ underlyings: [{ underlying: 'DOGE' }] })
    expect([wrong.status, wrong.body.field]).toEqual([400, 'underlyings[0].underlying'])
  })
})

describe('prices', () => {
  test('that agree are planned with; others refuse plan and rebalance at once, by asset and reason', async () => {
    await use(NEAR)
    expect(await plan({ prices: await priced() })).toMatchObject({ status: 200, body: { outcome: 'hold' } })
    const before = await served.fund.ok('GET', `/portfolios/${id}/rebalances`)
    const prices = await priced(1.03)
    for (const { status, body } of [await plan({ prices }), await rebalance('apart', { prices })]) {
      expect([status, body.code, body.field]).toEqual([422, 'SERVER_PRICES_REFUSED', 'prices.ETH'])
      expect(body.detail).toContain('sources_disagree')
      expect(body.detail).toContain('one, two')
    }
    const off = await plan({ prices: await priced(1, TINY_PRICES_LATER) })
    expect([off.status, off.body.field]).toEqual([422, 'prices.BTC'])
    expect(off.body.detail).toContain('off_market')
    expect(await served.fund.ok('GET', `/portfolios/${id}/rebalances`)).toEqual(before)
  })

  test('are asked for where the strategy says so, and of a target plan alone', async () => {
    await use({ ...NEAR, requirePrices: true })
    for (const { status, body } of [await plan(), await rebalance('unpriced')]) {
      expect([status, body.code, body.field]).toEqual([422, 'SERVER_PRICES_REFUSED', 'prices.BTC'])
      expect(body.detail).toContain('missing')
    }
    expect((await plan({ prices: await priced() })).status).toBe(200)
    const path = `/portfolios/${id}/plans`
    expect((await served.fund.call('POST', path, { mode: 'heartbeat' })).status).toBe(200)
    const odd = await served.fund.call('POST', path, { mode: 'heartbeat', prices: [] })
    expect([odd.status, odd.body.code]).toEqual([400, 'SERVER_WIRE'])
  })

  test('of an unknown coin, or without a number, are refused by the field', async () => {
    const [btc, eth] = await priced()
    const unknown = await plan({ prices: [{ ...btc, asset: 'DOGE' }] })
    expect([unknown.status, unknown.body.field]).toEqual([400, 'prices[0].asset'])
    const readings = [{ ...eth!.readings[0]!, price: 'NaN' }]
    const bad = await plan({ prices: [btc, { ...eth, readings }] })
    expect([bad.status, bad.body.field]).toEqual([422, 'prices[1].readings[0].price'])
  })
})

describe('one snapshot is traded once', () => {
  const publish = () => served.fund.ok('POST', '/markets', { universeId })
  /** Risk that fires as long as there is any, so that only the date of the last trade holds a second plan back. */
  const RESTLESS: StrategyWire = {
    ...FIRST,
    risk: RISK,
    triggers: [{ kind: 'trackingError', limitBps: '0' }, { kind: 'threshold' }],
  }

  test('after a trade the same plan does nothing, a heartbeat is no trade, and a new snapshot is looked at again', async () => {
    await use(RESTLESS)
    await service.setPrices(TINY_PRICES_LATER)
    await publish()
    const first = await plan()
    expect(first.body).toMatchObject({ outcome: 'trade', verdict: 'compliant' })
    expect(codesOf(first.body)).toContain('threshold')
    expect(first.body.weighed === null || first.body.weighed.worth).toBe(true)
    const ordered = first.body.legs.filter(({ kind }: { kind: string }) => kind === 'trade')
    const total = (rows: { symbol: string; quantity: string }[], symbol: string) =>
      rows.filter((row) => row.symbol === symbol).reduce((sum, row) => sum + Number(row.quantity), 0)
    for (const { symbol, quantity } of first.body.trades)
      expect(total(ordered, symbol)).toBeCloseTo(Number(quantity), 8)

    const prices = await priced(1, TINY_PRICES_LATER)
    const job = await served.fund.settled((await rebalance('once', { prices })).body.id)
    expect([job.state, job.epoch]).toEqual(['confirmed', 2])
    const traded = await served.fund.ok('GET', `/portfolios/${id}/book`)
    expect(traded.book.quantities).not.toEqual(TINY_BOOK.quantities)

    for (const key of ['twice', 'thrice']) {
      const again = await plan()
      expect([again.body.outcome, codesOf(again.body).at(-1)]).toEqual(['hold', 'already_traded'])
      const next = await served.fund.settled((await rebalance(key)).body.id)
      expect(next.state).toBe('confirmed')
      expect((await served.fund.ok('GET', `/portfolios/${id}/book`)).book).toEqual(traded.book)
    }
    await publish()
    expect(codesOf((await plan()).body)).not.toContain('already_traded')
  })
  test('what moved after that trade counts once a second source shows it, whatever the request says of it', async () => {
    const moved = { ...TINY_PRICES_LATER, ETH: `${Number(TINY_PRICES_LATER.ETH) * 1.004}` }
    await service.setPrices(moved)
    await service.wait(1)
    await publish()
    const waiting = async (prices: unknown) => {
      const { body } = await plan({ prices, underlyings: [{ underlying: 'ETH', confirmed: true }] })
      return body.postponed.map(({ waitsFor }: { waitsFor: unknown }) => waitsFor)
    }
    const alone = [[{ code: 'unconfirmed', subject: 'ETH' }]]
    expect(await waiting(await priced(1, TINY_PRICES_LATER))).toEqual(alone)
    expect(await waiting(await priced(1.004, TINY_PRICES_LATER))).toEqual(alone)
    expect(await waiting(await priced(1, moved))).toEqual([])
  })
})
