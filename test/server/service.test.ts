import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { strategyOf } from '#server/schemas/strategy.js'
import { TINY_BOOK, TINY_COSTS, TINY_PRICES_LATER, TINY_TARGETS } from '#test/fixtures/tiny-desk.js'
import { portfolioRequest } from './fund-client.js'
import { startTinyStack, type TinyStack } from './tiny-stack.js'

/** Private numbers found nowhere else, as they are written and as the model holds them. */
const CANARIES = ['31.41592653', '1000271.82818284', '577.21566490', '4773', '161.80339887', '9931.47180559']
const CANARY_FORMS = [
  ...CANARIES.slice(0, 3),
  ...CANARIES.slice(4),
  '16180339887',
  '993147180559',
  '3141592653',
  '100027182818284',
  '57721566490',
  'targetBps',
]
const BOOK = {
  cash: [CANARIES[1], '900000'],
  quantities: { BTC: CANARIES[0], 'BTC-PERP': '0', ETH: CANARIES[2] },
}

const SECRET_STRATEGY = {
  triggers: [{ kind: 'threshold' }, { kind: 'trackingError', limitBps: CANARIES[5] }],
  risk: {
    kind: 'given',
    underlyings: ['BTC', 'ETH'].map((name) => ({ name, annualVolBps: '4500' })),
    correlations: [{ between: ['BTC', 'ETH'], bps: '8000' }],
  },
  fixedCosts: { leg: '0', batch: CANARIES[4] },
}

let stack: TinyStack
let id: string
let universeId: string

beforeAll(async () => {
  stack = await startTinyStack()
  const [first, second] = TINY_TARGETS.targets
  const targets = [{ ...first!, targetBps: CANARIES[3]! }, second!]
  const aims = { ...TINY_TARGETS, targets }
  const created = await stack.fund.createPortfolio({ targets: aims })
  id = created.id
  const strategy = { ...strategyOf(aims, TINY_COSTS), ...SECRET_STRATEGY }
  await stack.fund.ok('PUT', `/portfolios/${id}/strategy`, strategy, { 'if-match': '"1"' })
  universeId = created.universeId
  await stack.fund.ok('POST', '/markets', { universeId })
  const { attestationRequest } = await stack.fund.ok('PUT', `/portfolios/${id}/book`, BOOK)
  await stack.fund.attest(id, attestationRequest, stack.accounts.attestor)
  expect(await stack.fund.run(`/portfolios/${id}/open`, undefined, 'open')).toMatchObject({
    state: 'confirmed',
  })
  await stack.setPrices(TINY_PRICES_LATER)
  await stack.fund.ok('POST', '/markets', { universeId })
})
afterAll(async () => stack?.stop())

const path = () => `/portfolios/${id}/rebalances`
const post = (body: unknown, key: string) => stack.fund.call('POST', path(), body, { 'idempotency-key': key })

/** Events of a job from the stream, until it ends. */
async function follow(jobId: string, lastEventId?: number) {
  const response = await fetch(`${stack.baseUrl}/rebalances/${jobId}/events`, {
    headers: {
      authorization: `Bearer ${stack.apiKey}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': `${lastEventId}` }),
    },
  })
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  const blocks = (await response.text()).split('\n\n').filter((block) => block.includes('event: state'))
  return blocks.map((block) => ({
    id: Number(/^id: (\d+)$/m.exec(block)![1]),
    state: JSON.parse(/^data: (.*)$/m.exec(block)![1]!).state as string,
  }))
}

const ALL = ['queued', 'planning', 'planned', 'proving', 'proved', 'signed', 'submitted', 'confirmed']

test('a rebalance is followed live without a gap, and resumed after the last event seen', async () => {
  const { status, body } = await post({ mode: 'targets' }, 'followed')
  expect(status).toBe(202)
  const live = await follow(body.id)
  expect(live.map(({ state }) => state)).toEqual(ALL)
  expect(live.map((event) => event.id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  expect(await follow(body.id, 5)).toEqual(live.slice(5))
  expect(await follow(body.id, 8)).toEqual([])
})

test('a request repeated with its key gives its job; with another body it is refused', async () => {
  const [first, second] = await Promise.all([
    post({ mode: 'heartbeat' }, 'twice'),
    post({ mode: 'heartbeat' }, 'twice'),
  ])
  expect([first.status, second.status]).toEqual([202, 202])
  expect(first.body.id).toBe(second.body.id)
  const other = await post({ mode: 'targets' }, 'twice')
  expect([other.status, other.body.code]).toEqual([422, 'SERVER_IDEMPOTENCY_KEY'])
  const meanwhile = await post({ mode: 'targets' }, 'meanwhile')
  expect([meanwhile.status, meanwhile.body.code]).toEqual([409, 'SERVER_JOB_IN_PROGRESS'])
  const job = await stack.fund.settled(first.body.id)
  expect(job.state).toBe('confirmed')
  expect(await stack.fund.ok('GET', `/public/portfolios/${id}`)).toMatchObject({ epoch: `${job.epoch}` })
})

test('a rebalance that is not signed can be cancelled, a final one cannot', async () => {
  const before = await stack.fund.ok('GET', `/public/portfolios/${id}`)
  const { body } = await post({ mode: 'heartbeat' }, 'cancelled')
  await stack.fund.ok('POST', `/rebalances/${body.id}/cancel`)
  expect(await stack.fund.settled(body.id)).toMatchObject({ state: 'cancelled', txHash: null })
  expect(await stack.fund.ok('GET', `/public/portfolios/${id}`)).toMatchObject({ epoch: before.epoch })
  const again = await stack.fund.call('POST', `/rebalances/${body.id}/cancel`)
  expect([again.status, again.body.code]).toEqual([409, 'SERVER_NOT_CANCELLABLE'])
  const next = await stack.fund.run(path(), { mode: 'heartbeat' }, 'after')
  expect(next.state).toBe('confirmed')
})

test('a trade beyond a limit is shown to the fund and fails without saying which', async () => {
  const body = { mode: 'trades', trades: { ETH: '1000' } }
  const plan = await stack.fund.ok('POST', `/portfolios/${id}/plans`, body)
  expect(plan).toMatchObject({ outcome: 'refused', verdict: 'refused' })
  const out = plan.limits.filter((line: { after: { status: string } }) => line.after.status === 'refused')
  expect(out.map((line: { id: string }) => line.id)).toContain('group.netHi[1]')
  const job = await stack.fund.run(path(), body, 'beyond')
  expect(job).toMatchObject({ state: 'failed', failure: 'SERVER_STEP_REFUSED', txHash: null, gasUsed: null })
})

describe('without the key', () => {
  test('every route, known or not, answers the same', async () => {
    const document = await stack.fund.ok('GET', '/openapi.json')
    const routes = Object.entries(document.paths).flatMap(([route, methods]) =>
      Object.keys(methods as object).map(
        (method) => [method.toUpperCase(), route.replace('{id}', id)] as const,
      ),
    )
    expect(routes.length).toBeGreaterThan(15)
    const all = [
      ...routes,
      ['GET', '/openapi.json'],
      ['GET', '/docs/'],
      ['GET', '/docs/static/index.html'],
      ['GET', '/no'],
    ] as const
    const wrong = [
      '',
      'Bearer',
      'Bearer x',
      `Bearer ${'0'.repeat(64)}`,
      `bearer ${stack.apiKey}0`,
      `Token ${stack.apiKey}`,
    ]
    const bodies = new Set<string>()
    for (const [method, url] of all) {
      for (const authorization of wrong) {
        const answer = await stack.app.inject({ method: method as 'GET', url, headers: { authorization } })
        expect([method, url, answer.statusCode]).toEqual([method, url, 401])
        bodies.add(answer.body)
      }
    }
    expect(bodies.size).toBe(1)
  })

  test('the key as a password reads, and changes nothing', async () => {
    const authorization = `Basic ${Buffer.from(`x:${stack.apiKey}`).toString('base64')}`
    const docs = await stack.app.inject({ url: '/docs/', headers: { authorization } })
    expect(docs.statusCode).toBe(200)
    const url = `/portfolios/${id}/open`
    expect((await stack.app.inject({ method: 'POST', url, headers: { authorization } })).statusCode).toBe(401)
  })
})

test('the description names every route with a schema for every status it answers', async () => {
  const { openapi, paths } = await stack.fund.ok('GET', '/openapi.json')
  expect(openapi).toBe('3.1.0')
  for (const methods of Object.values(paths)) {
    for (const operation of Object.values(
      methods as Record<string, { summary?: string; responses: object }>,
    )) {
      expect(operation.summary).toBeTruthy()
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['401', '422']))
    }
  }
})

const ALONE = { asset: 'BTC', kind: 'major', hourlyVolatility: '0.01' }
const spoiltStrategies = () => {
  const plain = { version: 2, targets: [], costs: TINY_COSTS }
  return [
    { ...plain, ...SECRET_STRATEGY },
    { ...SECRET_STRATEGY, [CANARIES[4]!]: '1' },
    { ...plain, fixedCosts: { leg: `-${CANARIES[4]}`, batch: '0' } },
    { ...plain, safetyBps: CANARIES[5] },
    { ...plain, triggers: [{ kind: 'headroom', usedBps: `99${CANARIES[5]}` }] },
  ]
}

test('no private number leaves by log, disk, public answer or problem', async () => {
  const files: string[] = []
  const walk = (folder: string) => {
    for (const name of readdirSync(folder)) {
      const file = join(folder, name)
      if (statSync(file).isDirectory()) walk(file)
      else files.push(file)
    }
  }
  walk(stack.dataDir)
  expect(files.length).toBeGreaterThan(100)
  const problems = await Promise.all([
    stack.fund.call('PUT', `/portfolios/${id}/book`, BOOK),
    stack.fund.call('PUT', `/portfolios/${id}/book`, {
      ...BOOK,
      quantities: { ...BOOK.quantities, [CANARIES[0]!]: '1' },
    }),
    stack.fund.call('PUT', `/portfolios/${id}/book`, { ...BOOK, cash: [CANARIES[1]] }),
    stack.fund.call('PUT', `/portfolios/${id}/book`, { ...BOOK, cash: [Number(CANARIES[1])] }),
    stack.fund.call('POST', '/portfolios', await portfolioRequest({ targets: CANARIES[3] })),
    ...spoiltStrategies().map((strategy) =>
      stack.fund.call('PUT', `/portfolios/${id}/strategy`, strategy, { 'if-match': '"1"' }),
    ),
    stack.fund.call('POST', `/portfolios/${id}/plans`, {
      mode: 'targets',
      prices: [{ ...ALONE, readings: [{ source: 'a', price: CANARIES[4], time: '1' }] }],
    }),
    stack.fund.call('POST', `/portfolios/${id}/plans`, {
      mode: 'trades',
      trades: { BTC: `${CANARIES[0]}0000000` },
    }),
  ])
  for (const problem of problems) expect(problem.status).toBeGreaterThanOrEqual(400)
  const { rebalances } = await stack.fund.ok('GET', path())
  // The rows too, since the database may have compressed them on disk.
  const { executeSql } = stack.app.store.executor
  const tables = await executeSql(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'pgboss')",
  )
  const rows: string[] = []
  for (const { name } of tables.rows as { name: string }[]) {
    rows.push(JSON.stringify((await executeSql(`select * from ${name}`)).rows))
  }
  const disk = files.map((file) => readFileSync(file, 'latin1'))
  const open = [
    ...stack.logs,
    ...problems.map(({ text }) => text),
    (await stack.fund.call('GET', `/public/portfolios/${id}`)).text,
    (await stack.fund.call('GET', `/rebalances/${rebalances[0].id}`)).text,
    ...rows,
    ...disk,
  ]
  for (const form of CANARY_FORMS) {
    expect(open.filter((text) => text.includes(form)).length, form).toBe(0)
  }
  // The search finds what is there: the owner's own view, and the public mandate on disk.
  const own = await stack.fund.call('GET', `/portfolios/${id}/book`)
  expect(own.text).toContain(CANARIES[1])
  expect((await stack.fund.call('GET', `/portfolios/${id}/strategy`)).text).toContain(CANARIES[4])
  expect(rows.some((text) => text.includes('freeCollateralFloorBps'))).toBe(true)
  expect(disk.some((text) => text.includes(id))).toBe(true)
  expect(stack.logs.length).toBeGreaterThan(10)
  expect(TINY_BOOK.cash).not.toContain(CANARIES[1])
})
