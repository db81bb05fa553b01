import { afterAll, beforeAll, expect, test } from 'vitest'
import { TINY_BOOK, TINY_TARGETS } from '#test/fixtures/tiny-desk.js'
import { type Served, TinyService } from './tiny-service.js'

/** Both bands cannot be met at once below the mandate's net limit of 90 %. */
const IMPOSSIBLE = {
  ...TINY_TARGETS,
  targets: [
    { group: 0, targetBps: '5900', bandBps: '10' },
    { group: 1, targetBps: '3900', bandBps: '10' },
  ],
}
const CASH_ONLY = { cash: ['5000000', '1000000'], quantities: { BTC: '0', 'BTC-PERP': '0', ETH: '0' } }

let service: TinyService
let served: Served
/** A full book; cash alone with targets out of reach; a draft outside its limits. */
let full: string
let bare: string
let draft: string

beforeAll(async () => {
  service = await TinyService.start()
  served = await service.serve({ plansPerHour: 20, stepsPerHour: 12 })
  full = (await served.fund.openTiny(service.local.accounts.attestor)).id
  bare = await drafted(CASH_ONLY, { targets: IMPOSSIBLE })
  await served.fund.run(`/portfolios/${bare}/open`, undefined, 'bare')
  draft = await drafted({ ...TINY_BOOK, cash: ['-2000000', '900000'] })
})
afterAll(async () => {
  await served?.close()
  await service?.stop()
})

async function drafted(book: unknown, change = {}): Promise<string> {
  const { fund } = served
  const { id } = await fund.createPortfolio(change)
  const { attestationRequest } = await fund.ok('PUT', `/portfolios/${id}/book`, book)
  await fund.attest(id, attestationRequest, service.local.accounts.attestor)
  return id
}

/** An answer to the last byte; only the time of day is left out. */
async function bytesOf(method: string, url: string, headers: Record<string, string> = {}) {
  const answer = await served.app.inject({ method: method as 'GET', url, headers })
  const { date: _, ...rest } = answer.headers
  return JSON.stringify([answer.statusCode, rest, answer.body])
}

/** Everything that anyone but the fund can see: each route without the key, the public record, and the chain. */
async function face(jobs: readonly string[]) {
  const { paths } = await served.fund.ok('GET', '/openapi.json')
  const ids = [full, bare, draft, `0x${'00'.repeat(32)}`]
  const closed = new Set<string>()
  for (const [path, methods] of Object.entries(paths)) {
    const of = path.startsWith('/rebalances/') ? jobs : ids
    for (const method of Object.keys(methods as object)) {
      for (const id of of) closed.add(await bytesOf(method.toUpperCase(), path.replace('{id}', id)))
    }
  }
  const authorization = `Bearer ${served.apiKey}`
  const records = await Promise.all(
    ids.map((id) => bytesOf('GET', `/public/portfolios/${id}`, { authorization })),
  )
  const { client } = served.app.chain
  const { hash } = await client.getBlock()
  // Cast: viem lists no such method of the node.
  const pending = await client.request({ method: 'txpool_content' } as never)
  return { closed: [...closed], records, chain: [hash, JSON.stringify(pending)] }
}

let named = 0
/** A request or a job that fails, by its code. */
async function failing(id: string, body: unknown, during?: (jobId: string) => Promise<unknown>) {
  const path = `/portfolios/${id}/${body === undefined ? 'open' : 'rebalances'}`
  const answer = await served.fund.call('POST', path, body, { 'idempotency-key': `failing-${named++}` })
  if (answer.status !== 202) return [`${answer.status}`, answer.body.code] as const
  const jobId = answer.body.id
  await during?.(jobId)
  const { state, failure } = await served.fund.settled(jobId)
  return [state, failure] as const
}

/** Changes one column of the newest book's row for as long as `work` runs. */
async function damaged<T>(column: 'head' | 'sealed', work: () => Promise<T>): Promise<T> {
  const { executor } = served.app.store
  const where = 'where portfolio_id = $1 and epoch = (select max(epoch) from books where portfolio_id = $1)'
  const { rows } = await executor.executeSql(`select ${column} as kept from books ${where}`, [full])
  const set = (value: string) =>
    executor.executeSql(`update books set ${column} = $2 ${where}`, [full, value])
  await set('0x00')
  try {
    return await work()
  } finally {
    await set((rows[0] as { kept: string }).kept)
  }
}

const proving = async (jobId: string) => {
  while ((await served.fund.ok('GET', `/rebalances/${jobId}`)).state !== 'proving')
    await new Promise((resolve) => setTimeout(resolve, 10))
}

const trades = (BTC: string) => ({ mode: 'trades', trades: { BTC } })
const heartbeat = { mode: 'heartbeat' }

const FAILURES: [string, () => Promise<readonly [string, string | null]>][] = [
  ['a limit of the mandate', () => failing(full, trades('-1000'))],
  ['targets out of reach', () => failing(bare, { mode: 'targets' })],
  ['a number beyond its width', () => failing(full, trades('92233720368'))],
  ['an opening outside the limits', () => failing(draft, undefined)],
  ['a stored book that is not the head', () => damaged('head', () => failing(full, heartbeat))],
  ['a book that does not open', () => damaged('sealed', () => failing(full, heartbeat))],
  [
    'a cancellation',
    () => failing(full, heartbeat, async (jobId) => served.fund.ok('POST', `/rebalances/${jobId}/cancel`)),
  ],
  [
    'a prover that was killed',
    () =>
      failing(full, heartbeat, async (jobId) => {
        await proving(jobId)
        for (const pid of served.app.pool.pids) process.kill(pid, 'SIGKILL')
      }),
  ],
  [
    'too many questions',
    async () => {
      const ask = () => served.fund.call('POST', `/portfolios/${full}/plans`, heartbeat)
      for (let i = 0; i < 20; i++) await ask()
      const { status, body } = await ask()
      return [`${status}`, body.code]
    },
  ],
]

test('whatever fails, everyone but the fund sees one and the same: nothing', async () => {
  const { rebalances } = await served.fund.ok('GET', `/portfolios/${full}/rebalances`)
  const unknown = '00000000-0000-4000-8000-000000000000'
  const before = await face([rebalances[0].id, unknown])
  expect(before.closed).toHaveLength(1)
  const told: string[] = []
  for (const [name, fail] of FAILURES) {
    const [state, code] = await fail()
    told.push(`${state} ${code}`)
    const { rebalances: jobs } = await served.fund.ok('GET', `/portfolios/${full}/rebalances`)
    expect(await face([jobs[0].id, unknown]), `${name}: ${code}`).toEqual(before)
  }
  // The fund itself is told what failed.
  expect(told.filter((line) => line.startsWith('confirmed'))).toEqual([])
  expect(new Set(told).size, told.join(', ')).toBe(FAILURES.length)

  await served.fund.run(`/portfolios/${full}/rebalances`, heartbeat, 'control')
  const after = await face([rebalances[0].id, unknown])
  expect(after.closed).toEqual(before.closed)
  expect(after.records).not.toEqual(before.records)
  expect(after.chain).not.toEqual(before.chain)
})

test('the record and the events of a step have one shape, whatever the book and the trade', async () => {
  const authorization = `Bearer ${served.apiKey}`
  const shapes = await Promise.all(
    [full, bare].map(async (id) => {
      const { body, headers } = await served.app.inject({
        url: `/public/portfolios/${id}`,
        headers: { authorization },
      })
      const { date: _, ...rest } = headers
      return [Object.keys(JSON.parse(body)), body.length, rest]
    }),
  )
  expect(shapes[0]).toEqual(shapes[1])
  const runs = [
    [full, heartbeat],
    [full, trades('-1')],
    [bare, heartbeat],
  ] as const
  const followed: unknown[] = []
  for (const [id, body] of runs) {
    const key = { 'idempotency-key': `shape-${followed.length}` }
    const job = await served.fund.ok('POST', `/portfolios/${id}/rebalances`, body, key)
    const events = await fetch(`${served.baseUrl}/rebalances/${job.id}/events`, {
      headers: { authorization },
    })
    const text = (await events.text()).replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    const receipt = await served.fund.ok('GET', `/rebalances/${job.id}/proof`)
    followed.push([text, Object.keys(receipt), receipt.x.length, receipt.sealedTrade.length])
  }
  expect(followed[1]).toEqual(followed[0])
  expect(followed[2]).toEqual(followed[0])
})
