import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hexToBytes } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FIELD } from '#portfolio/units.js'
import { strategyOf } from '#server/schemas/strategy.js'
import { TINY_COSTS, TINY_TARGETS } from '#test/fixtures/tiny-desk.js'
import { Canaries } from './canaries.js'
import { portfolioRequest } from './fund-client.js'
import { type Served, TinyService } from './tiny-service.js'

const SEED = 'canaries of 2026'
const START = Date.now()
const FILE_MAX = 64 << 20

const canaries = new Canaries(SEED)
let service: TinyService
let served: Served
/** Answers that anyone may read, or that refuse: the fund's own views are not among them. */
const answers: string[] = []
const elsewhere: string[] = []

beforeAll(async () => {
  service = await TinyService.start()
  served = await service.serve({ plansPerHour: 10_000, stepsPerHour: 1_000, logLevel: 'debug' })
})
afterAll(async () => {
  await served?.close()
  await service?.stop()
})

const book = () => ({
  cash: [canaries.cash(7, '11'), canaries.cash(6, '9')],
  quantities: {
    BTC: canaries.quantity('31'),
    'BTC-PERP': canaries.quantity('10'),
    ETH: canaries.take(3, 8, '52'),
  },
})
const costs = () =>
  Object.fromEntries(
    Object.entries(TINY_COSTS).map(([symbol, cost]) => [
      symbol,
      { ...cost, lot: canaries.quantity('1'), minimum: canaries.quantity('2') },
    ]),
  )

async function refused(method: string, path: string, body: unknown, headers: Record<string, string> = {}) {
  const { status, text } = await served.fund.call(method, path, body, headers)
  expect(status, `${method} ${path}`).toBeGreaterThanOrEqual(400)
  answers.push(text)
}

/** Ways to hand in a book that is none, each with the numbers of one. */
function spoilt(i: number): unknown {
  const good = book()
  const ways = [
    () => ({ ...good, cash: good.cash.map(Number) }),
    () => ({ ...good, cash: [...good.cash, canaries.cash(7)] }),
    () => ({ ...good, quantities: { ...good.quantities, BTC: `${good.quantities.BTC}1` } }),
    () => ({ ...good, quantities: { ...good.quantities, [canaries.quantity()]: '1' } }),
    () => ({ ...good, [canaries.quantity()]: good.cash }),
    () => ({
      ...good,
      quantities: {
        ...good.quantities,
        ETH: `${good.quantities.ETH.slice(0, 3)}0000000000${good.quantities.ETH.slice(3)}`,
      },
    }),
    () => [good],
    () => ({ ...good, universeId: good.cash[0] }),
  ]
  return ways[i % ways.length]!()
}

/** Files that others might read, written since the start: the system's temporary ones and those of provers. */
function temporaryFiles(): string[] {
  const files: string[] = []
  const walk = (folder: string, depth: number) => {
    for (const name of listed(folder)) {
      const path = join(folder, name)
      if (path === service.dataDir) continue
      const stat = lstatSync(path, { throwIfNoEntry: false })
      if (stat?.isDirectory() && depth > 0) walk(path, depth - 1)
      else if (stat?.isFile() && stat.mtimeMs >= START && stat.size <= FILE_MAX) files.push(path)
    }
  }
  for (const root of new Set([tmpdir(), '/dev/shm'])) walk(root, 2)
  return files
}

const listed = (folder: string): string[] => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function lookAtTemporaryFiles() {
  for (const path of temporaryFiles()) {
    try {
      const found = canaries.find(readFileSync(path))
      if (found.length > 0) elsewhere.push(`${path}: ${found}`)
    } catch {
      // Gone meanwhile, or another user's.
    }
  }
}

/** Follows a job and looks at what lies about while it runs. */
async function watched(path: string, body: unknown, key: string, during?: (state: string) => void) {
  const { id } = await served.fund.ok('POST', path, body, { 'idempotency-key': key })
  for (;;) {
    const answer = await served.fund.call('GET', `/rebalances/${id}`)
    if (['confirmed', 'failed', 'cancelled'].includes(answer.body.state)) {
      answers.push(answer.text)
      return answer.body
    }
    during?.(answer.body.state)
    if (answer.body.state === 'proving') lookAtTemporaryFiles()
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

test('the search finds a canary in every form', () => {
  const own = new Canaries('forms')
  const quantity = own.quantity()
  const scaled = BigInt(quantity.replace('.', ''))
  const cash = own.cash(7)
  const money = BigInt(cash.replace('.', '')) * 10n ** 13n
  const word = Buffer.alloc(32)
  word.writeBigUInt64LE(scaled, 3)
  const hex = (x: bigint) => x.toString(16)
  const planted = [
    `{"q":"${quantity}"}`,
    `-${quantity}`,
    `${scaled}`,
    `${money}`,
    `${FIELD - scaled}`,
    `0x${hex(scaled)}`,
    hex(scaled).toUpperCase().padStart(64, '0'),
    hex(FIELD - money),
    word,
    hexToBytes(`0x${hex(scaled).padStart(64, '0')}`),
    hexToBytes(`0x${hex(FIELD - money).padStart(64, '0')}`).reverse(),
  ]
  for (const each of planted) {
    const bytes = typeof each === 'string' ? Buffer.from(`${each}\n`) : each
    expect(own.find(bytes).length, `${each}`).toBeGreaterThan(0)
  }
  expect(own.findText(`${scaled + 1n} ${quantity.slice(0, -1)} ${hex(scaled + 1n)}`)).toEqual([])
})

test('of a thousand private numbers none leaves by log, file, row, problem, public answer or chain', async () => {
  const { fund } = served
  const { id, universeId } = await fund.createPortfolio({ costs: costs() })
  await fund.ok('POST', '/markets', { universeId })
  for (let i = 0; i < 100; i++) await fund.ok('PUT', `/portfolios/${id}/book`, book())
  for (let i = 0; i < 32; i++) await refused('PUT', `/portfolios/${id}/book`, spoilt(i))
  for (let i = 0; i < 16; i++) {
    await fund.createPortfolio({ costs: costs() })
    const wrong = { ...costs(), [canaries.quantity()]: TINY_COSTS.BTC }
    await refused('POST', '/portfolios', await portfolioRequest({ costs: wrong }))
    const fixedCosts = { leg: canaries.take(3, 16), batch: '0' }
    const strategy = { ...strategyOf(TINY_TARGETS, costs()), fixedCosts }
    await fund.ok('PUT', `/portfolios/${id}/strategy`, strategy, { 'if-match': `"${i + 1}"` })
    const late = { 'if-match': `"${i + 1}"` }
    await refused('PUT', `/portfolios/${id}/strategy`, { ...strategy, safetyBps: canaries.quantity() }, late)
    await refused('PUT', `/portfolios/${id}/strategy`, strategy, late)
  }
  const own = book()
  const { attestationRequest } = await fund.ok('PUT', `/portfolios/${id}/book`, own)
  await fund.attest(id, attestationRequest, service.local.accounts.attestor)
  expect(await watched(`/portfolios/${id}/open`, undefined, 'open')).toMatchObject({ state: 'confirmed' })
  await refused('PUT', `/portfolios/${id}/book`, book())

  const trades = (sign: string) => ({
    mode: 'trades',
    trades: { BTC: `${sign}${canaries.quantity()}`, ETH: `${sign}${canaries.quantity()}` },
  })
  for (let i = 0; i < 60; i++) {
    const plan = await fund.call('POST', `/portfolios/${id}/plans`, trades(i % 2 === 0 ? '' : '-'))
    if (plan.status >= 400) answers.push(plan.text)
  }
  const path = `/portfolios/${id}/rebalances`
  const small = { mode: 'trades', trades: { ETH: `-${canaries.quantity('1')}` } }
  expect(await watched(path, small, 'small')).toMatchObject({ state: 'confirmed' })
  for (let i = 0; i < 4; i++) {
    const far = { mode: 'trades', trades: { BTC: canaries.take(4, 8), 'BTC-PERP': canaries.take(4, 8) } }
    expect(await watched(path, far, `far-${i}`)).toMatchObject({ state: 'failed' })
  }
  let killed = false
  const cut = await watched(
    path,
    { mode: 'trades', trades: { ETH: `-${canaries.quantity('1')}` } },
    'cut',
    (state) => {
      if (state !== 'proving' || killed) return
      killed = true
      for (const pid of served.app.pool.pids) process.kill(pid, 'SIGKILL')
    },
  )
  expect(cut).toMatchObject({ state: 'failed' })
  expect(canaries.drawn).toBeGreaterThanOrEqual(1_000)

  for (const url of [
    `/public/portfolios/${id}`,
    '/healthz',
    `/portfolios/${id}/inquiries`,
    `/portfolios/${id}`,
  ])
    answers.push((await fund.call('GET', url)).text)
  lookAtTemporaryFiles()
  const places = { answers, logs: service.logs, rows: await rows(), chain: await chainData() }
  const hits = Object.entries(places).flatMap(([place, texts]) =>
    texts.flatMap((text) => canaries.findText(text).map((form) => `${place}: ${form}`)),
  )
  const files = dataFiles()
  const inFiles = files.flatMap((file) => canaries.find(readFileSync(file)).map((form) => `${file}: ${form}`))
  expect({ hits, inFiles, elsewhere }, SEED).toEqual({ hits: [], inFiles: [], elsewhere: [] })

  // What was searched was there, and the fund's own view of its book holds those that were not traded.
  expect(files.length).toBeGreaterThan(100)
  expect(places.logs.length).toBeGreaterThan(200)
  expect(places.chain.length).toBeGreaterThan(20)
  expect(answers.length).toBeGreaterThan(50)
  const { text } = await fund.call('GET', `/portfolios/${id}/book`)
  expect(text).toContain(own.quantities.BTC)
  expect(canaries.findText(text).length).toBeGreaterThanOrEqual(3)
})

/** Every row of every table, since the database may have compressed them on disk. */
async function rows(): Promise<string[]> {
  const { executeSql } = served.app.store.executor
  const tables = await executeSql(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'pgboss')",
  )
  const texts: string[] = []
  for (const { name } of tables.rows as { name: string }[]) {
    for (const row of (await executeSql(`select * from ${name}`)).rows) texts.push(JSON.stringify(row))
  }
  return texts
}

/** All that the chain holds of the service's transactions: call data and events in hexadecimal. */
async function chainData(): Promise<string[]> {
  const { client } = served.app.chain
  const newest = await client.getBlockNumber()
  const texts: string[] = []
  for (let number = 1n; number <= newest; number++) {
    const { transactions } = await client.getBlock({ blockNumber: number, includeTransactions: true })
    for (const { input } of transactions) texts.push(input)
  }
  const logs = await client.getLogs({ fromBlock: 0n, toBlock: newest })
  return [...texts, ...logs.map(({ data }) => data)]
}

function dataFiles(folder = service.dataDir): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return lstatSync(path).isDirectory() ? dataFiles(path) : [path]
  })
}
