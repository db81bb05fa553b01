import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BaseError } from '#portfolio/base-error.js'
import { loadCircuits } from '#prover/circuits.js'
import { readKeystore } from '#server/chain/keystore.js'
import { readConfig } from '#server/config.js'
import { writeSecretFile } from '#server/secret-file.js'
import { startService } from '#server/service.js'
import { TINY_BOOK } from '#test/fixtures/tiny-desk.js'
import { portfolioRequest, signAttestation } from './fund-client.js'
import { type Call, expectRefusal } from './refusals.js'
import { startTinyStack, type TinyStack } from './tiny-stack.js'

let stack: TinyStack
let id: string
let universeId: string
// biome-ignore lint/suspicious/noExplicitAny: an answer of the service.
let asked: any

beforeAll(async () => {
  stack = await startTinyStack()
  const created = await stack.fund.createPortfolio()
  id = created.id
  universeId = created.universeId
  asked = (await stack.fund.ok('PUT', `/portfolios/${id}/book`, TINY_BOOK)).attestationRequest
})
afterAll(async () => stack?.stop())

const refused = (call: Call, status: number, code: string, field?: string) =>
  expectRefusal(stack, id, call, status, code, field)

describe('an attestation', () => {
  const path = () => `/portfolios/${id}/attestations`

  test('must be there before a portfolio opens', async () => {
    const headers = { 'idempotency-key': 'early' }
    await refused(
      { path: `/portfolios/${id}/open`, headers },
      409,
      'SERVER_MISSING_ATTESTATION',
      'attestation',
    )
  })

  test('must come from a listed attestor', async () => {
    const body = await signAttestation(asked, privateKeyToAccount(generatePrivateKey()))
    await refused({ path: path(), body }, 422, 'SERVER_ATTESTATION', 'attestation.attestor')
  })

  test('must carry its signature', async () => {
    const { attestor, manager } = stack.accounts
    const { attestation } = await signAttestation(asked, attestor)
    const { signature } = await signAttestation(asked, manager)
    await refused({ path: path(), body: { attestation, signature } }, 422, 'SERVER_ATTESTATION', 'signature')
  })

  const changes: [string, object][] = [
    ['commitment', { commitment: '5' }],
    ['deadline', { deadline: '1' }],
    ['asOf', { asOf: '1099511627775' }],
    ['portfolioId', { portfolioId: `0x${'22'.repeat(32)}` }],
    ['amount', { amount: '1' }],
    ['tier', { tier: '0' }],
  ]
  test.each(changes)('of another %s is refused', async (field, change) => {
    const body = await signAttestation(asked, stack.accounts.attestor, change)
    await refused({ path: path(), body }, 422, 'SERVER_ATTESTATION', `attestation.${field}`)
  })
})

describe('a market', () => {
  const marks = { options: {}, volShocksBps: ['0', '0'], minMarginBps: '1000' }

  test('with a negative price in its marks is refused', async () => {
    const body = { universeId, marks: { ...marks, options: { C: { forward: '-1', iv: '0.5' } } } }
    await refused({ path: '/markets', body }, 422, 'PORTFOLIO_OUT_OF_RANGE', 'marks.options.C.forward')
  })

  test('with marks for what is no option is refused', async () => {
    const body = { universeId, marks: { ...marks, options: { BTC: { forward: '1', iv: '0.5' } } } }
    await refused({ path: '/markets', body }, 422, 'SERVER_MARKS_MISSING', 'marks.options.BTC')
  })

  test('of an unknown universe is refused', async () => {
    await refused({ path: '/markets', body: { universeId: '7' } }, 422, 'PORTFOLIO_SHAPE', 'universeId')
  })

  test('whose feed answers below 0 is refused', async () => {
    await stack.setFeed('ETH', -1n)
    await refused({ path: '/markets', body: { universeId } }, 409, 'CHAIN_ANSWER_NOT_POSITIVE')
    await stack.setFeed('ETH', 300_000_000_000n)
  })

  test('whose feed is stale is refused, and nothing can be planned at a stale snapshot', async () => {
    const opened = await stack.fund.openTiny(stack.accounts.attestor)
    await stack.warp((await stack.app.chain.now()) + 7_200n)
    await refused({ path: '/markets', body: { universeId } }, 409, 'CHAIN_STALE_FEED')
    const path = `/portfolios/${opened.id}/plans`
    await refused({ path, body: { mode: 'targets' } }, 409, 'SERVER_STALE_MARKET')
    const job = await stack.fund.run(`/portfolios/${opened.id}/rebalances`, { mode: 'targets' }, 'stale')
    expect(job).toMatchObject({ state: 'failed', failure: 'SERVER_STALE_MARKET', txHash: null })
    expect(await stack.fund.ok('GET', `/public/portfolios/${opened.id}`)).toMatchObject({ epoch: '1' })
  })
})

describe('a request', () => {
  const raw = (method: string, path: string, headers: Record<string, string>, payload = '{}') =>
    stack.app.inject({
      method: method as 'POST',
      url: path,
      headers: { authorization: `Bearer ${stack.apiKey}`, ...headers },
      payload,
    })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json2',
    'application/xml',
    'text/json',
    'application/ json',
  ])('of type %s is refused', async (type) => {
    const answer = await raw('POST', '/portfolios', { 'content-type': type })
    expect([answer.statusCode, answer.json().code]).toEqual([415, 'SERVER_MEDIA_TYPE'])
  })

  test('that is no JSON, too large, elsewhere or of another method is refused as a problem', async () => {
    const json = { 'content-type': 'application/json' }
    const cases = [
      [await raw('POST', '/portfolios', json, '{"a":'), 400, 'SERVER_BAD_REQUEST'],
      [await raw('POST', '/portfolios', json, '{"__proto__":{}}'), 400, 'SERVER_BAD_REQUEST'],
      [await raw('POST', '/portfolios', json, `"${'x'.repeat(300_000)}"`), 413, 'SERVER_BODY_TOO_LARGE'],
      [await raw('POST', '/nowhere', json), 404, 'SERVER_NOT_FOUND'],
      [await raw('DELETE', `/portfolios/${id}`, json), 405, 'SERVER_METHOD'],
    ] as const
    for (const [answer, status, code] of cases) {
      expect([answer.statusCode, answer.json().code]).toEqual([status, code])
      expect(answer.headers['content-type']).toContain('application/problem+json')
    }
    expect(cases[4]![0].headers.allow).toBe('GET')
  })

  test('for a rebalance names its idempotency key, and a portfolio that is open', async () => {
    const path = `/portfolios/${id}/rebalances`
    await refused({ path, body: { mode: 'targets' } }, 400, 'SERVER_WIRE', 'headers.idempotency-key')
    const headers = { 'idempotency-key': 'draft' }
    await refused({ path, body: { mode: 'targets' }, headers }, 409, 'SERVER_NOT_OPEN')
    await refused({ path, body: { mode: 'sell everything' }, headers }, 400, 'SERVER_WIRE', 'mode')
    const trades = { mode: 'trades', trades: { DOGE: '1' } }
    await refused({ path, body: trades, headers }, 422, 'PORTFOLIO_UNKNOWN_INSTRUMENT', 'trades.DOGE')
  })
})

describe('a start', () => {
  const start = async (
    change: { chainId?: number; ledger?: string; wasm?: string; key?: 'open' | 'malformed' } = {},
  ) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'ballast-start-'))
    const keystoreFile = join(dataDir, 'keystore.json')
    writeSecretFile(keystoreFile, JSON.stringify(stack.privateKeys))
    const config = {
      ...readConfig({
        BALLAST_DATA_DIR: dataDir,
        BALLAST_PORT: '0',
        BALLAST_TIER: 'tiny',
        BALLAST_LOG_LEVEL: 'silent',
      }),
    }
    if (change.key) {
      writeFileSync(config.storeKeyFile, change.key === 'open' ? 'ab'.repeat(32) : 'short')
      chmodSync(config.storeKeyFile, change.key === 'open' ? 0o644 : 0o600)
    }
    const circuits = await loadCircuits('tiny')
    const market = circuits['digest-market']
    const hashes = { ...market.artifacts.hashes, wasm: `0x${'0'.repeat(64)}` as const }
    const tampered = { ...market, artifacts: { ...market.artifacts, hashes } }
    const service = await startService({
      config,
      rpcUrl: stack.rpcUrl,
      deployment: { ...stack.deployment, ...change } as typeof stack.deployment,
      keystore: readKeystore(keystoreFile),
      circuits: change.wasm ? { ...circuits, 'digest-market': tampered } : circuits,
    }).catch((error: unknown) => error)
    return { service, clean: () => rmSync(dataDir, { recursive: true, force: true }) }
  }

  const cases: [string, Parameters<typeof start>[0], string, string][] = [
    ['on another chain', { chainId: 1 }, 'SERVER_WRONG_CHAIN', 'BALLAST_RPC_URL'],
    ['at a ledger that is none', { ledger: `0x${'77'.repeat(20)}` }, 'SERVER_WRONG_CHAIN', 'BALLAST_RPC_URL'],
    ['with a key file others can read', { key: 'open' }, 'SERVER_SECRET_FILE', 'BALLAST_STORE_KEY_FILE'],
    ['with a key file that is none', { key: 'malformed' }, 'SERVER_SECRET_FILE', 'BALLAST_STORE_KEY_FILE'],
  ]
  test.each(cases)('%s is refused', async (_, change, code, field) => {
    const { service, clean } = await start(change)
    expect(service).toBeInstanceOf(BaseError)
    expect(service).toMatchObject({ code, field })
    clean()
  })

  test('with a circuit file that is not the pinned one proves nothing', async () => {
    const { service, clean } = await start({ wasm: 'tampered' })
    const { app, apiKey, close } = service as Awaited<ReturnType<typeof startService>>
    const headers = { authorization: `Bearer ${apiKey}` }
    const created = await app.inject({
      method: 'POST',
      url: '/portfolios',
      headers,
      payload: await portfolioRequest(),
    })
    for (const name of ['BTC', 'ETH', 'BTC-PERP']) await stack.setFeed(name, 300_000_000_000n)
    const payload = { universeId: created.json().universeId }
    const answer = await app.inject({ method: 'POST', url: '/markets', headers, payload })
    expect([answer.statusCode, answer.json().code]).toEqual([503, 'PROVER_ARTIFACT'])
    await close()
    clean()
  })
})
