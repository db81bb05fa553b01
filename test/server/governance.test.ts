import { createWalletClient, type Hex, http } from 'viem'
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Mandate } from '#portfolio/mandate.js'
import { digestMandate } from '#prover/digest.js'
import { scheduleMandate } from '#server/chain/mandate-registrar.js'
import { TINY_BOOK, TINY_PRICES, TINY_TERMS } from '#test/fixtures/tiny-desk.js'
import { attestorListAbi, groth16VerifierAbi, mandatesAbi } from '#verifier-contracts/abi.js'
import { signAttestation } from './fund-client.js'
import { expectRefusal } from './refusals.js'
import { startTinyStack, type TinyStack } from './tiny-stack.js'

const NOTICE = 86_400n
const second = privateKeyToAccount(generatePrivateKey())

let stack: TinyStack
beforeAll(async () => {
  stack = await startTinyStack()
  await act('attestors', 'scheduleAttestor', [second.address, 2])
  await pass(NOTICE)
})
afterAll(async () => stack?.stop())

const ABIS = { attestors: attestorListAbi, verifier: groth16VerifierAbi, mandates: mandatesAbi }

/** Sends as whoever deployed, who governs verifier and list and is the guardian, or as another account. */
async function act(
  to: keyof typeof ABIS,
  functionName: string,
  args: readonly unknown[],
  account: PrivateKeyAccount = stack.accounts.publisher,
): Promise<void> {
  const wallet = createWalletClient({ account, chain: foundry, transport: http(stack.rpcUrl) })
  const call = { address: stack.deployment[to], abi: ABIS[to], functionName, args }
  // Cast: the function is one of three ABIs.
  const hash = await wallet.writeContract(call as never)
  const receipt = await stack.app.chain.receipt(hash)
  expect([functionName, receipt.status]).toEqual([functionName, 'success'])
}

/** Moves the clock, then gives every feed a price of that time. */
async function pass(seconds: bigint): Promise<void> {
  await stack.warp((await stack.app.chain.now()) + seconds)
  await stack.setPrices(TINY_PRICES)
}

const step = (id: string, key: string) =>
  stack.fund.run(`/portfolios/${id}/rebalances`, { mode: 'heartbeat' }, key)
const record = (id: string) => stack.fund.ok('GET', `/public/portfolios/${id}`)

describe('a mandate that asks for two attestors', () => {
  test('opens with both words, in whatever order, and with nothing less', async () => {
    const { fund, accounts } = stack
    const { id, universeId } = await fund.createPortfolio({
      terms: { ...TINY_TERMS, attestationQuorum: '2' },
    })
    await fund.ok('POST', '/markets', { universeId })
    const { attestationRequest: asked } = await fund.ok('PUT', `/portfolios/${id}/book`, TINY_BOOK)
    const own = await signAttestation(asked, accounts.attestor)
    const wordOf = async (attestor: PrivateKeyAccount, change = {}) => {
      const { attestation, signature } = await signAttestation(asked, attestor, change)
      const { tier, evidence } = attestation
      return { attestor: attestation.attestor, tier, evidence, signature }
    }
    const path = `/portfolios/${id}/attestations`
    const refused = (others: unknown, code: string, field: string) =>
      expectRefusal(stack, id, { path, body: { ...own, others } }, 422, code, field)
    const good = await wordOf(second)
    await refused(undefined, 'SERVER_ATTESTATION', 'others')
    await refused([], 'SERVER_ATTESTATION', 'others')
    await refused([await wordOf(accounts.attestor)], 'PORTFOLIO_OUT_OF_RANGE', 'others[0].attestor')
    await refused([good, good], 'PORTFOLIO_OUT_OF_RANGE', 'others[1].attestor')
    await refused([await wordOf(accounts.manager)], 'SERVER_ATTESTATION', 'others[0].attestor')
    await refused([await wordOf(second, { tier: '0' })], 'SERVER_ATTESTATION', 'others[0].tier')
    await refused([await wordOf(second, { asOf: '1' })], 'SERVER_ATTESTATION', 'others[0].signature')
    await refused([{ ...good, tier: '2' }], 'SERVER_ATTESTATION', 'others[0].signature')

    await fund.ok('POST', path, { ...own, others: [good] })
    const others = [await wordOf(accounts.attestor)]
    await fund.ok('POST', path, { ...(await signAttestation(asked, second)), others })
    const job = await fund.run(`/portfolios/${id}/open`, undefined, 'two')
    expect(job).toMatchObject({ state: 'confirmed' })
    expect(await record(id)).toMatchObject({ verdict: 'green', attestedBy: '2', attestedTier: '1' })
  })
})

describe('an open portfolio', () => {
  let id: string
  let universeId: string
  beforeAll(async () => {
    const opened = await stack.fund.openTiny(stack.accounts.attestor)
    id = opened.id
    universeId = opened.universeId
  })

  test('stands still while the guardian pauses, says so, and goes on', async () => {
    const { circuitId } = stack.app.circuits.rebalance
    const until = (await stack.app.chain.now()) + 3_600n
    await act('verifier', 'pause', [circuitId, until])
    expect(await record(id)).toMatchObject({ verdict: 'paused', reasons: ['paused'] })
    expect(await step(id, 'paused')).toMatchObject({ state: 'failed', failure: 'CHAIN_PAUSED' })
    await act('verifier', 'unpause', [circuitId])
    expect(await step(id, 'unpaused')).toMatchObject({ state: 'confirmed' })
    expect(await record(id)).toMatchObject({ verdict: 'green', reasons: [] })
  })

  test('is planned under the limits its governor tightened, at once', async () => {
    const portfolio = await stack.app.store.portfolios.get(id)
    const tighter = {
      ...portfolio,
      mandate: { ...portfolio.mandate, leverageBps: portfolio.mandate.leverageBps - 1n },
      terms: { ...portfolio.terms, heartbeat: portfolio.terms.heartbeat - 1 },
    }
    await scheduleMandate(stack.app.parts, tighter, AbortSignal.timeout(60_000))
    await act('mandates', 'activate', [id])
    expect(await record(id)).toMatchObject({
      verdict: 'stale',
      reasons: ['mandate_changed'],
      mandateVersion: '2',
    })
    expect(await step(id, 'tightened')).toMatchObject({ state: 'confirmed' })
    const { inquiries } = await stack.fund.ok('GET', `/portfolios/${id}/inquiries`)
    const digestOf = (mandate: Mandate) => `${digestMandate(stack.app.digest, mandate, stack.app.shape)}`
    const digests = inquiries.map((row: { mandateDigest: string }) => row.mandateDigest)
    expect([digests[0], digests.at(-1)]).toEqual([digestOf(tighter.mandate), digestOf(portfolio.mandate)])
    expect(await record(id)).toMatchObject({ verdict: 'green', mandateVersion: '2' })
  })

  test('knows another manager after the notice, and takes no step of the one before', async () => {
    const { governor, manager } = stack.accounts
    await act('mandates', 'proposeManager', [id, second.address], governor)
    expect(await stack.fund.ok('GET', `/portfolios/${id}`)).toMatchObject({ manager: manager.address })
    await pass(NOTICE)
    await act('mandates', 'rotateManager', [id])
    await stack.fund.ok('POST', '/markets', { universeId })
    expect(await stack.fund.ok('GET', `/portfolios/${id}`)).toMatchObject({ manager: second.address as Hex })
    expect(await step(id, 'rotated')).toMatchObject({ state: 'failed', failure: 'CHAIN_NOT_AUTHORIZED' })
  })
})
