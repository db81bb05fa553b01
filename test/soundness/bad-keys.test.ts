import { execFile } from 'node:child_process'
import { type Hex, keccak256, toHex, zeroAddress } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyRecord } from '#cli/verify-record.js'
import { shapeOf } from '#portfolio/shape.js'
import { loadCircuits, type TierCircuits } from '#prover/circuits.js'
import type { VerificationKey } from '#prover/verification-key.js'
import { groth16VerifierAbi } from '#verifier-contracts/abi.js'
import { type CircuitKey, deployBallast, deployContract } from '#verifier-contracts/deploy.js'
import { encodeKey, keyHashOf } from '#verifier-contracts/encode-key.js'
import { type LocalChain, startLocalChain } from '../verifier-contracts/local-chain.js'
import { makeSignalsCircuit, type SignalsCircuit } from '../verifier-contracts/signals-circuit.js'
import { forgeProofs } from './forged-proofs.js'
import { deployVerifier, flipped, overwriteKey } from './registered-key.js'

const PLACES = ['rebalance', 'digestMarket', 'digestMandate'] as const
const CIRCUIT = keccak256(toHex('bad keys'))

let signals: SignalsCircuit
let circuits: TierCircuits
let local: LocalChain
let remote: LocalChain
beforeAll(async () => {
  ;[signals, circuits] = await Promise.all([makeSignalsCircuit(), loadCircuits('tiny')])
  ;[local, remote] = await Promise.all([startLocalChain(), startLocalChain([], 1)])
})
afterAll(async () => {
  await Promise.all([local?.stop(), remote?.stop()])
  await signals?.remove()
})

/** Keys under which anyone can prove anything. */
const BAD: readonly [name: string, make: () => VerificationKey][] = [
  ['nobody contributed to', () => signals.unfinishedKey],
  ['with δ = γ', () => ({ ...signals.vkey, vk_gamma_2: signals.vkey.vk_delta_2 })],
  ['with δ the generator', () => ({ ...signals.unfinishedKey, vk_gamma_2: signals.vkey.vk_delta_2 })],
]

const sound = (place: string): CircuitKey => ({
  circuitId: keccak256(toHex(place)),
  vkey: signals.vkey,
  development: false,
})

const clients = (on: LocalChain) => ({ walletClient: on.wallet(0), publicClient: on.publicClient })

const deploy = (
  on: LocalChain,
  keys: Partial<Record<(typeof PLACES)[number], CircuitKey>>,
  walletClient = on.wallet(0),
) =>
  deployBallast({
    walletClient,
    publicClient: on.publicClient,
    shape: shapeOf('tiny'),
    circuits: {
      rebalance: sound('rebalance'),
      digestMarket: sound('digestMarket'),
      digestMandate: sound('digestMandate'),
      ...keys,
    },
    emptyBudget: 1n,
    attestors: [],
    riskSigners: [on.wallet(1).account.address],
  })

/** Code of the error a promise is refused with. */
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: { code?: string }) => error.code ?? error,
  )

describe('a deployment', () => {
  const sent = (on: LocalChain) =>
    on.publicClient.getTransactionCount({ address: on.wallet(0).account.address, blockTag: 'pending' })

  test.each(BAD)('with a key %s is refused before anything is sent', async (_, make) => {
    const before = await sent(local)
    for (const place of PLACES.slice(0, make() === signals.unfinishedKey ? 3 : 1)) {
      const key = { ...sound(place), vkey: make() }
      expect([place, await refusal(deploy(local, { [place]: key }))]).toEqual([place, 'PROVER_UNUSABLE_KEY'])
    }
    expect(await sent(local)).toBe(before)
  })

  test('with a development key, marked or not, is refused off the local chain', async () => {
    const { development: _, ...unmarked } = circuits.rebalance.vkey
    const { circuitId } = circuits.rebalance
    const keys = [
      { circuitId, vkey: circuits.rebalance.vkey, development: true },
      { circuitId, vkey: unmarked, development: false },
      { circuitId, vkey: signals.vkey, development: true },
    ]
    for (const rebalance of keys) {
      expect(await refusal(deploy(remote, { rebalance }))).toBe('PROVER_DEVELOPMENT_KEY')
    }
    expect(await sent(remote)).toBe(0)
    expect(await refusal(deploy(remote, {}))).toBeUndefined()
  })

  test('registers a development key as one on the local chain, whatever its mark says', async () => {
    const { development: _, ...vkey } = circuits.rebalance.vkey
    const rebalance = { circuitId: circuits.rebalance.circuitId, vkey, development: false }
    const { verifier: address, fromBlock } = await deploy(local, { rebalance })
    const events = await local.publicClient.getContractEvents({
      address,
      abi: groth16VerifierAbi,
      eventName: 'KeyRegistered',
      fromBlock,
      strict: true,
    })
    expect(events.map(({ args }) => [args.circuitId, args.development])).toEqual([
      [rebalance.circuitId, true],
      [sound('digestMarket').circuitId, false],
      [sound('digestMandate').circuitId, false],
    ])
  })

  test('reads back what the chain holds', async () => {
    const wallet = local.wallet(0)
    const [first, second, ...rest] = signals.vkey.IC
    const other = encodeKey({ ...signals.vkey, IC: [second!, first!, ...rest] })
    // biome-ignore lint/suspicious/noExplicitAny: any contract call.
    const writeContract = (call: any) =>
      wallet.writeContract({ ...call, args: [call.args[0], other, call.args[2]] })
    const dishonest = { ...wallet, writeContract } as typeof wallet
    expect(await refusal(deploy(local, {}, dishonest))).toBe('CONTRACTS_DEPLOYED_KEY')
    expect(await refusal(deploy(local, {}))).toBeUndefined()
  })
})

describe('`ballast verify`', () => {
  /** A ledger that names a verifier with a sound key: all that is read before the first step. */
  const ledgerUnder = async (on: LocalChain) => {
    const verifier = await deployVerifier(on, CIRCUIT, encodeKey(signals.vkey))
    const args = [verifier, zeroAddress, zeroAddress, CIRCUIT, 1n, 1n, zeroAddress]
    return { verifier, ledger: await deployContract(clients(on), 'RebalanceLedger', args) }
  }
  const request = (on: LocalChain, ledger: Hex, keyHash: Hex) => ({
    rpcUrl: on.rpcUrl,
    ledger,
    portfolioId: CIRCUIT,
    keyHashes: [keyHash],
  })

  test.each(BAD)('refuses a key %s, also when its hash is the published one', async (_, make) => {
    const { verifier, ledger } = await ledgerUnder(local)
    await overwriteKey(local.publicClient, verifier, CIRCUIT, encodeKey(make()))
    expect(await refusal(verifyRecord(request(local, ledger, keyHashOf(make()))))).toBe('PROVER_UNUSABLE_KEY')
  })

  test('refuses a registered key with any one bit flipped; a sound one has no record yet', async () => {
    const { verifier, ledger } = await ledgerUnder(local)
    const check = () => verifyRecord(request(local, ledger, keyHashOf(signals.vkey)))
    await expect(check()).rejects.toThrow('no step is recorded')
    for (const byte of [0, 300, 703]) {
      const bytes = flipped(encodeKey(signals.vkey), byte)
      await overwriteKey(local.publicClient, verifier, CIRCUIT, bytes)
      await expect(check(), `byte ${byte}`).rejects.toThrow('is not a published one')
    }
  })

  test('says plainly that a development key proves nothing off the local chain', async () => {
    const { vkey } = circuits.rebalance
    const { verifier, ledger } = await ledgerUnder(remote)
    await overwriteKey(remote.publicClient, verifier, CIRCUIT, encodeKey(vkey))
    const keyHash = keyHashOf(vkey)
    expect(await refusal(verifyRecord(request(remote, ledger, keyHash)))).toBe('PROVER_DEVELOPMENT_KEY')
    const named = ['--rpc', remote.rpcUrl, '--ledger', ledger, '--portfolio', CIRCUIT, '--key-hash', keyHash]
    const args = ['--conditions=source', '--import', 'tsx', 'cli/main.ts', 'verify', ...named]
    const { code, said } = await new Promise<{ code: unknown; said: string }>((resolve) => {
      execFile(process.execPath, args, (error, _, stderr) => resolve({ code: error?.code, said: stderr }))
    })
    expect(code).toBe(1)
    expect(said).toContain('A development key proves nothing and is refused on chain 1.')
  })
})

test('a proof made of public points passes under a key nobody contributed to, and never under a finished one', async () => {
  const from = Number(process.env.SEED ?? 0)
  const { tried, unfinished, finished } = await forgeProofs(from, from + 100)
  expect([from, tried, unfinished, finished]).toEqual([
    from,
    100,
    { offChain: 100, onChain: 100 },
    { offChain: 0, onChain: 0 },
  ])
})
