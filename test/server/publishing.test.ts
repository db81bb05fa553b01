import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatDeployment, readDeployment } from '#server/chain/deployment.js'
import { readPublisherKeystore } from '#server/chain/keystore.js'
import { publishReason, type SourceView } from '#server/chain/publish-reason.js'
import { readConfig } from '#server/config.js'
import { readMarksFile } from '#server/marks-file.js'
import { startPublisher } from '#server/publisher-service.js'
import { writeSecretFile } from '#server/secret-file.js'
import { TINY_PRICES, TINY_UNIVERSE } from '#test/fixtures/tiny-desk.js'
import { priceFeedAbi } from '#verifier-contracts/abi.js'
import { KeeperStack } from './keeper-stack.js'
import { TinyService } from './tiny-service.js'

/** A universe of its own, so that nothing of it is published yet. */
const ANOTHER = {
  universe: {
    instruments: TINY_UNIVERSE.instruments.map((line) => ({ ...line, shocksBps: ['-2000', '2000'] })),
  },
}
const DATA = mkdtempSync(join(tmpdir(), 'ballast-publisher-'))
const file = (name: string) => join(DATA, name)
afterAll(() => rmSync(DATA, { recursive: true, force: true }))

describe('settings', () => {
  const alone = {
    BALLAST_MODE: 'publisher',
    BALLAST_RPC_URL: 'http://127.0.0.1:1',
    BALLAST_PUBLISH_SECONDS: '300',
    BALLAST_PUBLISH_UNIVERSES: '7,8',
  }

  test('say when markets are published; without them none is', () => {
    expect(readConfig({}).publishing).toBeUndefined()
    expect(readConfig(alone)).toMatchObject({
      mode: 'publisher',
      publishing: {
        intervalSeconds: 300,
        moveBps: 0,
        checkSeconds: 15,
        universes: [7n, 8n],
        marksFile: undefined,
      },
    })
    const edges = { ...alone, BALLAST_PUBLISH_SECONDS: '15', BALLAST_PUBLISH_MOVE_BPS: '10000' }
    expect(readConfig(edges).publishing).toMatchObject({ intervalSeconds: 15, moveBps: 10_000 })
    expect(readConfig({ ...alone, BALLAST_PUBLISH_SECONDS: '86400' }).publishing?.intervalSeconds).toBe(
      86_400,
    )
  })

  test.each([
    ['BALLAST_MODE', { BALLAST_MODE: 'alone' }],
    ['BALLAST_RPC_URL', { ...alone, BALLAST_RPC_URL: undefined }],
    ['BALLAST_PUBLISH_UNIVERSES', { ...alone, BALLAST_PUBLISH_UNIVERSES: undefined }],
    ['BALLAST_PUBLISH_UNIVERSES', { ...alone, BALLAST_PUBLISH_UNIVERSES: '7,' }],
    ['BALLAST_PUBLISH_SECONDS', { ...alone, BALLAST_PUBLISH_SECONDS: undefined }],
    ['BALLAST_PUBLISH_SECONDS', { BALLAST_PUBLISH_SECONDS: '14' }],
    ['BALLAST_PUBLISH_SECONDS', { BALLAST_PUBLISH_SECONDS: '86401' }],
    ['BALLAST_PUBLISH_MOVE_BPS', { BALLAST_PUBLISH_MOVE_BPS: '10001' }],
    ['BALLAST_PUBLISH_CHECK_SECONDS', { BALLAST_PUBLISH_CHECK_SECONDS: '0' }],
    ['BALLAST_PUBLISH_CHECK_SECONDS', { BALLAST_PUBLISH_CHECK_SECONDS: '3601' }],
  ])('%s that cannot be are refused by name', (field, environment) => {
    expect(() => readConfig(environment)).toThrow(expect.objectContaining({ code: 'SERVER_CONFIG', field }))
  })
})

describe('a reason to publish', () => {
  const cadence = { intervalSeconds: 300, moveBps: 100 }
  const calm: SourceView = {
    priceE8: 10_000n,
    quote: { priceE8: 10_000n, jumpE8: 0n, jumpedAt: 0 },
    believed: true,
    suspended: false,
  }
  const reason = (age: number | undefined, source: Partial<SourceView> = {}) =>
    publishReason({ age, sources: [calm, { ...calm, ...source }] }, cadence)

  test('is the first, the interval, a slot that can return, a move; or there is none', () => {
    expect(reason(undefined)).toBe('first')
    expect([reason(299), reason(300)]).toEqual([undefined, 'interval'])
    expect(reason(0, { suspended: true })).toBe('recovered')
    expect(reason(0, { suspended: true, believed: false })).toBeUndefined()
    expect([reason(0, { priceE8: 10_100n }), reason(0, { priceE8: 10_101n })]).toEqual([undefined, 'move'])
    expect([reason(0, { priceE8: 9_900n }), reason(0, { priceE8: 9_899n })]).toEqual([undefined, 'move'])
    expect(reason(0, { priceE8: undefined })).toBeUndefined()
  })

  test('is measured from the price that waits, while one does', () => {
    const quote = { priceE8: 10_000n, jumpE8: 12_000n, jumpedAt: 1 }
    expect(reason(0, { quote, priceE8: 12_100n })).toBeUndefined()
    expect(reason(0, { quote, priceE8: 10_000n })).toBe('move')
    expect(reason(0, { quote: { priceE8: 0n, jumpE8: 0n, jumpedAt: 0 } })).toBeUndefined()
  })
})

describe('a file of marks', () => {
  const marks = {
    time: '2026-01-02T21:16:23Z',
    options: { 'BTC-CALL': { forward: '90500', iv: '0.5', mark: '7000' } },
    volShocksBps: ['3000', '-1500'],
    minMarginBps: '1000',
  }
  const time = BigInt(Date.parse(marks.time) / 1000)
  const read = (content: unknown, now = time) => {
    writeFileSync(file('marks.json'), typeof content === 'string' ? content : JSON.stringify(content))
    return readMarksFile(file('marks.json'), now, 300n)
  }

  test('is read while it is as fresh as signed numbers must be', async () => {
    const { options } = await read(marks, time + 300n)
    expect(options.get('BTC-CALL')).toEqual({ forwardE8: 9_050_000_000_000n, ivE8: 50_000_000n })
    await expect(read(marks, time + 301n)).rejects.toThrow(
      expect.objectContaining({ code: 'SERVER_MARKS_OLD' }),
    )
    await expect(read(marks, time - 1n)).rejects.toThrow(
      expect.objectContaining({ code: 'SERVER_MARKS_OLD' }),
    )
  })

  test.each([
    ['no JSON', '{'],
    ['no time', { ...marks, time: undefined }],
    ['a time that is none', { ...marks, time: 'now' }],
    ['a field too many', { ...marks, spot: {} }],
    ['a volatility of nothing', { ...marks, options: { 'BTC-CALL': { forward: '90500', iv: '0' } } }],
  ])('with %s is refused, and nothing of it repeated', async (_, content) => {
    const refusal = expect.objectContaining({ code: 'SERVER_MARKS_FILE', field: 'BALLAST_MARKS_FILE' })
    await expect(read(content)).rejects.toThrow(refusal)
    await expect(readMarksFile(file('none.json'), time, 300n)).rejects.toThrow(refusal)
  })
})

describe('a publisher alone', () => {
  let stack: KeeperStack
  let child: ChildProcess | undefined
  beforeAll(async () => {
    stack = await KeeperStack.start(TINY_UNIVERSE)
    const { publisher, riskSigner } = stack.local.privateKeys
    writeSecretFile(file('deployment.json'), formatDeployment(stack.local.deployment))
    writeSecretFile(file('keystore.json'), JSON.stringify({ publisher, riskSigner }))
  })
  afterAll(async () => {
    child?.kill('SIGKILL')
    await stack?.stop()
  })

  test('reads the deployment it is given, second feeds and all', () => {
    expect(readDeployment(file('deployment.json'))).toEqual(stack.local.deployment)
  })

  test('holds two keys and no other', () => {
    expect(Object.keys(readPublisherKeystore(file('keystore.json'))).sort()).toEqual([
      'publisher',
      'riskSigner',
    ])
    writeSecretFile(file('all.json'), JSON.stringify(stack.local.privateKeys))
    expect(() => readPublisherKeystore(file('all.json'))).toThrow(
      expect.objectContaining({ code: 'SERVER_SECRET_FILE' }),
    )
  })

  test('does not start for a universe that nobody registered', async () => {
    const publishing = {
      intervalSeconds: 300,
      moveBps: 0,
      checkSeconds: 15,
      universes: [7n],
      marksFile: undefined,
    }
    const { rpcUrl, circuits, local } = stack
    const config = { ...readConfig({ BALLAST_TIER: 'tiny' }), publishing }
    const keystore = readPublisherKeystore(file('keystore.json'))
    const start = startPublisher({ config, rpcUrl, deployment: local.deployment, keystore, circuits })
    await expect(start).rejects.toThrow(expect.objectContaining({ code: 'CHAIN_UNKNOWN_UNIVERSE' }))
  })

  test('publishes, logs what is public, and ends when asked to', async () => {
    child = spawn(process.execPath, ['--import', 'tsx', '--conditions=source', 'server/main.ts'], {
      env: {
        ...process.env,
        BALLAST_MODE: 'publisher',
        BALLAST_DATA_DIR: DATA,
        BALLAST_TIER: 'tiny',
        BALLAST_RPC_URL: stack.rpcUrl,
        BALLAST_PUBLISH_SECONDS: '300',
        BALLAST_PUBLISH_UNIVERSES: `${stack.universeId}`,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = new Promise<number | null>((resolve) => child!.once('exit', resolve))
    let output = ''
    await new Promise<void>((resolve, reject) => {
      child!.stdout!.on('data', (text: Buffer) => {
        output += text
        if (output.includes('"state":"published"') && output.includes('serves nothing')) resolve()
      })
      void ended.then(() => reject(new Error(`ended early: ${output}`)))
    })
    expect((await stack.times()).published).toBeGreaterThan(0n)
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    const line = JSON.parse(output.split('\n').find((text) => text.includes('published'))!)
    expect(Object.keys(line).sort()).toEqual(['kind', 'level', 'ms', 'reason', 'state', 'time', 'universeId'])
    expect(line).toMatchObject({ kind: 'market', reason: 'first', universeId: `${stack.universeId}` })
  })
})

describe('the service', () => {
  let tiny: TinyService
  beforeAll(async () => {
    tiny = await TinyService.start()
  })
  afterAll(async () => tiny?.stop())

  test('publishes slots without a believable price as suspended, if it is asked to', async () => {
    const { fund, close } = await tiny.serve()
    const { universeId } = await fund.createPortfolio()
    await fund.ok('POST', '/markets', { universeId })
    const { address } = tiny.local.deployment.feeds.BTC!
    const args = [7_000_000_000_000n]
    const set = { address, abi: priceFeedAbi, functionName: 'set', args }
    await tiny.chain().then((chain) => chain.send('publisher', set))
    const refused = await fund.call('POST', '/markets', { universeId })
    expect([refused.status, refused.body.code]).toEqual([409, 'CHAIN_PRICE_JUMPED'])
    await fund.ok('POST', '/markets', { universeId, suspend: true })
    const { slots } = await fund.ok('GET', `/markets/latest?universeId=${universeId}`)
    expect(slots.map(({ suspended }: { suspended: boolean }) => suspended)).toEqual([
      true,
      false,
      false,
      false,
    ])
    const odd = await fund.call('POST', '/markets', { universeId, suspend: 'yes' })
    expect([odd.status, odd.body.field]).toEqual([400, 'suspend'])
    await close()
  })

  test('keeps the markets of its portfolios fresh when it is told to', async () => {
    await tiny.setPrices(TINY_PRICES)
    const publishing = {
      intervalSeconds: 300,
      moveBps: 0,
      checkSeconds: 1,
      universes: undefined,
      marksFile: undefined,
    }
    const { fund, close } = await tiny.serve({ publishing })
    const { universeId } = await fund.createPortfolio(ANOTHER)
    const path = `/markets/latest?universeId=${universeId}`
    while ((await fund.call('GET', path)).status !== 200)
      await new Promise((resolve) => setTimeout(resolve, 60))
    expect((await fund.ok('GET', '/healthz')).publishing).toMatchObject({ failing: 0 })
    await close()
    const lines = tiny.logs.map((line) => JSON.parse(line)).filter(({ kind }) => kind === 'market')
    expect(lines).toContainEqual(expect.objectContaining({ universeId, state: 'published', reason: 'first' }))

    const { app, fund: later, close: end } = await tiny.serve()
    expect((await later.ok('GET', '/healthz')).publishing).toBeNull()
    expect(app.keeper).toBeUndefined()
    await end()
  })
})
