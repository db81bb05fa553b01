import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { OPENING_BUDGET } from '#portfolio/budget.js'
import { ConfigError, readConfig } from '#server/config.js'
import type { Receipt } from '#server/schemas/receipt.js'
import { readSecretFile } from '#server/secret-file.js'
import { DirectoryLockedError, lockDirectory } from '#server/store/directory-lock.js'
import { SealError, Sealer } from '#server/store/seal.js'
import { openStore } from '#server/store/store.js'

const ROOT = mkdtempSync(join(tmpdir(), 'ballast-store-'))
afterAll(() => rmSync(ROOT, { recursive: true, force: true }))
const PLACE = { table: 'books', row: '1', portfolioId: '0xaa', version: 3 }

test('a sealed value opens with its key at its place, and nowhere else', () => {
  const key = randomBytes(32)
  const sealer = new Sealer(key)
  const value = { cash: [1n, -(1n << 125n)], text: 'x', list: [{ q: 0n }] }
  const sealed = sealer.seal(value, PLACE)
  expect(sealer.open(sealed, PLACE)).toEqual(value)
  expect(sealer.seal(value, PLACE)).not.toBe(sealed)
  const elsewhere = [{ table: 'jobs' }, { row: '2' }, { portfolioId: '0xab' }, { version: 4 }]
  for (const change of elsewhere)
    expect(() => sealer.open(sealed, { ...PLACE, ...change })).toThrow(SealError)
  expect(() => new Sealer(randomBytes(32)).open(sealed, PLACE)).toThrow(SealError)
  const bytes = Buffer.from(sealed, 'base64')
  for (let i = 0; i < bytes.length; i++) {
    const flipped = Buffer.from(bytes)
    flipped[i]! ^= 1 << (i % 8)
    expect(() => sealer.open(flipped.toString('base64'), PLACE)).toThrow(SealError)
  }
  expect(() => sealer.open(bytes.subarray(0, 20).toString('base64'), PLACE)).toThrow(SealError)
})

test('a directory has one holder; the lock of a process that is gone is taken over', () => {
  const directory = join(ROOT, 'locked')
  const lock = lockDirectory(directory)
  expect(() => lockDirectory(directory)).toThrow(DirectoryLockedError)
  const script = `import('#server/store/directory-lock.js').then(({ lockDirectory }) => lockDirectory(process.argv[1]))
    .then(() => process.exit(0), (error) => { console.log(error.code); process.exit(3) })`
  const other = () =>
    spawnSync(
      process.execPath,
      ['--import', 'tsx', '--conditions=source', '--input-type=module', '-e', script, directory],
      {
        encoding: 'utf8',
      },
    )
  const refused = other()
  expect([refused.status, refused.stdout.trim()]).toEqual([3, 'SERVER_DIRECTORY_LOCKED'])
  lock.release()
  // The other process takes the lock and ends without releasing it, as a killed one would.
  expect(other().status).toBe(0)
  expect(existsSync(join(directory, 'lock'))).toBe(true)
  lockDirectory(directory).release()
})

test('a number given to another process since does not hold a lock', () => {
  const directory = join(ROOT, 'reused')
  mkdirSync(directory)
  writeFileSync(join(directory, 'lock'), `${process.ppid} 1`)
  lockDirectory(directory).release()
})

test('a store opens only with the key and for the chain it was written with', async () => {
  const dataDir = join(ROOT, 'store')
  const options = { dataDir, keyFile: join(ROOT, 'a.key'), binding: 'chain 1', afterCommit: () => {} }
  await (await openStore(options)).close()
  await expect(openStore({ ...options, keyFile: join(ROOT, 'b.key') })).rejects.toMatchObject({
    code: 'SERVER_SEAL',
  })
  await expect(openStore({ ...options, binding: 'chain 2' })).rejects.toMatchObject({
    code: 'SERVER_WRONG_CHAIN',
  })
  const again = await openStore(options)
  await expect(openStore(options)).rejects.toBeInstanceOf(DirectoryLockedError)
  await again.close()
})

test('a book kept before trades were dated, priced and counted has none of these; what is kept comes back', async () => {
  const [dataDir, keyFile] = [join(ROOT, 'old'), join(ROOT, 'old.key')]
  const store = await openStore({ dataDir, keyFile, binding: 'chain 1', afterCommit: () => {} })
  try {
    const id = `0x${'0b'.repeat(32)}`
    await store.executor.executeSql(
      `insert into portfolios (id, universe_id, universe, mandate, creation, terms, recipients, sealed)
       values ('${id}', '1', '{}', '{}', '{}', '{}', '[]', '')`,
    )
    const blinded = { epoch: 1, attempt: 0 }
    const book = { universeId: 1n, cash: [1n], quantities: [2n] }
    const secrets = { book, budget: OPENING_BUDGET, bookBlinded: blinded, budgetBlinded: null }
    const keep = async (epoch: number, value: object) => {
      const place = { table: 'books', row: `${epoch}`, portfolioId: id, version: 0 }
      const sealed = new Sealer(readSecretFile(keyFile, 'X')).seal(value, place)
      await store.executor.executeSql(
        `insert into books (portfolio_id, epoch, version, commitment, budget_commitment, previous_head, head, sealed)
         values ('${id}', ${epoch}, 0, '5', '6', '0x', '0x', '${sealed}')`,
      )
      return store.portfolios.currentBook(id)
    }
    expect(await keep(1, secrets)).toMatchObject({
      ...{ epoch: 1, book, lastTradeAt: null },
      ...{ prices: [], spent: null },
    })
    const spent = { strategyVersion: 3, cost: 10n ** 30n }
    const prices = [
      { judgement: { asset: 'BTC', usable: true, price: 90_000.5, sources: [] }, marketPrices: [90_001] },
    ]
    const kept = { lastTradeAt: 7n, prices, spent }
    expect(await keep(2, { ...secrets, ...kept })).toMatchObject({ epoch: 2, ...kept })
  } finally {
    await store.close()
  }
})

test('proofs and transactions lie sealed, since an open trade that is never executed is never public', async () => {
  const [dataDir, keyFile] = [join(ROOT, 'sealed'), join(ROOT, 'sealed.key')]
  const store = await openStore({ dataDir, keyFile, binding: 'chain 1', afterCommit: () => {} })
  try {
    const id = `0x${'0c'.repeat(32)}` as const
    const legs = '1234567890123456789'
    const g1 = [legs, legs, '1']
    const receipt: Receipt = {
      circuitId: id,
      x: [legs],
      digest: legs,
      publicSignals: [legs, '2', '3'],
      proof: { protocol: 'groth16', curve: 'bn128', pi_a: g1, pi_b: [g1, g1, g1], pi_c: g1 },
      sealedTrade: '0xfeedbeef',
    }
    await store.executor.executeSql(
      `insert into portfolios (id, universe_id, universe, mandate, creation, terms, recipients, sealed)
       values ('${id}', '1', '{}', '{}', '{}', '{}', '[]', '')`,
    )
    const asked = { portfolioId: id, kind: 'rebalance' as const, request: {}, key: 'k' }
    const queued = await store.jobs.create(asked, async () => {})
    expect(await store.jobs.receipt(queued)).toBeUndefined()
    const proved = await store.jobs.advance(queued, 'proved', { receipt })
    expect(await store.jobs.receipt(proved)).toEqual(receipt)
    const signed = { hash: id, raw: '0xfeedbeef', sender: id, nonce: 4 } as const
    await store.jobs.advance(proved, 'signed', {}, (tx) => store.outbox.keep(tx, signed))
    expect(await store.outbox.get(id)).toEqual(signed)
    for (const table of ['jobs', 'outbox']) {
      const { rows } = await store.executor.executeSql(
        `select row_to_json(${table})::text as kept from ${table}`,
      )
      const kept = JSON.stringify(rows)
      expect([table, rows.length]).toEqual([table, 1])
      expect(kept).toContain(id)
      for (const part of [legs, 'feedbeef']) expect([table, kept.includes(part)]).toEqual([table, false])
    }
    // What is proven anew has no proof meanwhile, not the one it had.
    const again = await store.jobs.advance(await store.jobs.get(queued.id), 'planning', { retry: true })
    expect(await store.jobs.receipt(again)).toBeUndefined()
    // Kept by a release that sealed neither.
    await store.executor.executeSql('update jobs set receipt = $1', [receipt])
    await store.executor.executeSql('update outbox set raw = $1', [signed.raw])
    expect(await store.jobs.receipt(again)).toEqual(receipt)
    expect(await store.outbox.get(id)).toEqual(signed)
  } finally {
    await store.close()
  }
})

test('a key file is made for its owner alone and read back', () => {
  const path = join(ROOT, 'fresh', 'api.key')
  const key = readSecretFile(path, 'X')
  expect(key).toHaveLength(32)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readSecretFile(path, 'X')).toEqual(key)
})

test('configuration has safe defaults and refuses what it does not know how to read', () => {
  expect(readConfig({})).toMatchObject({ host: '127.0.0.1', tier: 'desk', provers: 1, crashAt: undefined })
  // A job waits for nobody unless it is told to.
  expect(readConfig({}).batches).toEqual({ max: 16, waitSeconds: 0, baseFeeLimit: undefined })
  const most = {
    BALLAST_BATCH_MAX: '64',
    BALLAST_BATCH_WAIT_SECONDS: '86400',
    BALLAST_BATCH_BASE_FEE_GWEI: '999999.999999999',
  }
  expect(readConfig(most).batches).toEqual({
    max: 64,
    waitSeconds: 86_400,
    baseFeeLimit: 999_999_999_999_999n,
  })
  const least = {
    BALLAST_BATCH_MAX: '1',
    BALLAST_BATCH_WAIT_SECONDS: '0',
    BALLAST_BATCH_BASE_FEE_GWEI: '0',
  }
  expect(readConfig(least).batches).toEqual({ max: 1, waitSeconds: 0, baseFeeLimit: 0n })
  const wrong = [
    ['BALLAST_PORT', '65536'],
    ['BALLAST_PROVERS', '0'],
    ['BALLAST_TIER', 'huge'],
    ['BALLAST_RPC_URL', 'file:///etc/passwd'],
    ['BALLAST_BATCH_MAX', '0'],
    ['BALLAST_BATCH_MAX', '65'],
    ['BALLAST_BATCH_WAIT_SECONDS', '86401'],
    ['BALLAST_BATCH_BASE_FEE_GWEI', '1000000'],
    ['BALLAST_BATCH_BASE_FEE_GWEI', '0.0000000001'],
    ['BALLAST_BATCH_BASE_FEE_GWEI', '-3'],
    ['BALLAST_LOG_LEVEL', 'loud'],
  ] as const
  for (const [name, value] of wrong) {
    const error = (() => {
      try {
        readConfig({ [name]: value })
      } catch (thrown) {
        return thrown as ConfigError
      }
    })()
    expect(error).toBeInstanceOf(ConfigError)
    expect(error!.field).toBe(name)
    expect(error!.message).not.toContain(value)
  }
})
