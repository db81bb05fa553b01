import { type Address, getAddress, type Hex, size } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectedKeys } from '#cli/expected-keys.js'
import { runDeployment } from '#cli/run-deployment.js'
import { shapeOf } from '#portfolio/shape.js'
import { loadCircuits, pinOf } from '#prover/circuits.js'
import { loadDigest, openingBudget } from '#prover/digest.js'
import type { CeremonyKeyPin } from '#prover/production-key.js'
import type { Deployment } from '#server/chain/deployment.js'
import { attestorListAbi, groth16VerifierAbi } from '#verifier-contracts/abi.js'
import { compileContracts } from '#verifier-contracts/compile.js'
import { encodeKey } from '#verifier-contracts/encode-key.js'
import { DEPLOYMENT_GAS } from '#verifier-contracts/probe-chain.js'
import {
  type DeploymentRequest,
  KEY_NOTICE,
  verifyDeployment,
} from '#verifier-contracts/verify-deployment.js'
import { flipped, overwriteKey } from '../soundness/registered-key.js'
import { type LocalChain, startLocalChain } from '../verifier-contracts/local-chain.js'
import { makeSignalsCircuit, type SignalsCircuit } from '../verifier-contracts/signals-circuit.js'
import { ACCOUNT, gasSpent, runOn, setCode, underKey } from './deployment-bench.js'

const FOREIGN = 424_242
/** What a transaction may use at most since Ethereum's Osaka (EIP-7825). */
const TRANSACTION_GAS_MAX = 2n ** 24n

let signals: SignalsCircuit
let chain: LocalChain
let deployment: Deployment
let request: DeploymentRequest
beforeAll(async () => {
  ;[signals, chain] = await Promise.all([makeSignalsCircuit(), startLocalChain([], FOREIGN)])
  const circuits = underKey(await loadCircuits('tiny'), signals.vkey)
  ;[deployment] = await runDeployment(runOn(chain, FOREIGN, circuits))
  request = {
    client: chain.publicClient,
    deployment,
    shape: shapeOf('tiny'),
    emptyBudget: openingBudget(await loadDigest()),
    keys: deployment.keys,
  }
})
afterAll(async () => {
  await chain?.stop()
  await signals?.remove()
})

test('a deployment leaves the deployer without power, and its gas is what was asked for', async () => {
  const { verifier, attestors, settings } = deployment
  const [{ publicClient: client }, governor] = [chain, ACCOUNT.governor.address]
  const guard = { address: verifier, abi: groth16VerifierAbi } as const
  // The three are governed alike.
  const governorOf = async (address: Address) =>
    (await client.readContract({ address, abi: attestorListAbi, functionName: 'governors' }))[0]
  const who = async () => ({
    keys: await governorOf(verifier),
    guardian: await client.readContract({ ...guard, functionName: 'guardian' }),
    attestors: await governorOf(attestors),
    market: await governorOf(settings),
  })
  expect(await who()).toEqual({ keys: governor, guardian: governor, attestors: governor, market: governor })
  await chain.pass(KEY_NOTICE)
  expect((await who()).guardian).toBe(ACCOUNT.guardian.address)

  const spent = new Map([...(await gasSpent(chain))].map(([from, gas]) => [getAddress(from), gas]))
  const total = (gas: readonly bigint[] = []) => gas.reduce((sum, each) => sum + each, 0n)
  for (const [payer, most] of [
    [ACCOUNT.deployer, DEPLOYMENT_GAS.contracts],
    [ACCOUNT.governor, DEPLOYMENT_GAS.governor],
  ] as const) {
    const gas = spent.get(payer.address)
    expect(total(gas)).toBeLessThan(most)
    expect(total(gas)).toBeGreaterThan((most * 3n) / 4n)
    expect(gas!.filter((each) => each >= TRANSACTION_GAS_MAX)).toEqual([])
  }
})

test('a deployment is verified as it stands, and by the name of whatever has a byte changed', async () => {
  const { contracts, changed } = await verifyDeployment(request)
  expect(changed).toEqual([])
  const artefacts = compileContracts()
  for (const [name, address] of Object.entries(contracts)) {
    const code = (await chain.publicClient.getCode({ address }))!
    const places = Object.entries(artefacts[name]!.immutables)
    const constant = [...Array(size(code)).keys()].find(
      (byte) =>
        byte > 400 && !places.some(([, at]) => at.some(({ start }) => byte >= start && byte < start + 32)),
    )!
    await setCode(chain, address, flipped(code, constant))
    await expect(verifyDeployment(request), name).rejects.toThrow(`the code of ${name} is not`)
    for (const [immutable, at] of places) {
      // One place of it, then all of them: neither is what the constructor was to put in.
      const one = flipped(code, at[0]!.start + 31)
      await setCode(chain, address, one)
      await expect(verifyDeployment(request), immutable).rejects.toThrow(/is not/)
      const all = at.slice(1).reduce((bytes, { start }) => flipped(bytes, start + 31), one)
      await setCode(chain, address, all)
      await expect(verifyDeployment(request), immutable).rejects.toThrow(/is not/)
    }
    await setCode(chain, address, code)
  }
  expect((await verifyDeployment(request)).changed).toEqual([])
})

test('another key on chain, in the file, or pinned is found', async () => {
  const { rebalance, ...others } = deployment.keys
  const other = { ...rebalance, keyHash: `0x${'ab'.repeat(32)}` as Hex }
  await expect(verifyDeployment({ ...request, keys: { ...others, rebalance: other } })).rejects.toThrow(
    'the recorded key of rebalance is not the pinned one',
  )
  const moved = { ...deployment, keys: { ...others, rebalance: other } }
  await expect(verifyDeployment({ ...request, deployment: moved, keys: moved.keys })).rejects.toThrow(
    'the registered key of rebalance is not the recorded one',
  )
  const key = encodeKey(signals.vkey)
  const put = (bytes: Hex) =>
    overwriteKey(chain.publicClient, deployment.verifier, rebalance.circuitId, bytes)
  await put(flipped(key, 100))
  await expect(verifyDeployment(request)).rejects.toThrow('the registered key of rebalance is not')
  await put(key)
})

test('what is expected off the local chain is the pinned ceremony, and nothing where none is pinned', async () => {
  const pins = Object.fromEntries(
    Object.entries(deployment.keys).map(([statement, { keyHash }]) => {
      const name = `${statement}-tiny`
      return [name, { keyHash, r1cs: pinOf(name)!.r1cs } as CeremonyKeyPin]
    }),
  )
  expect(await expectedKeys(deployment, pins)).toEqual(deployment.keys)
  const newer = {
    ...pins,
    'digest-market-tiny': { ...pins['digest-market-tiny']!, r1cs: pinOf('digest-market-desk')!.r1cs },
  }
  const keys = await expectedKeys(deployment, newer)
  await expect(verifyDeployment({ ...request, keys })).rejects.toThrow('digest-market is another circuit')
  await expect(expectedKeys(deployment, {})).rejects.toMatchObject({ code: 'PROVER_CEREMONY_KEY' })
})

test('what its governors have changed since is said', async () => {
  const abi = groth16VerifierAbi
  const call = { address: deployment.verifier, abi, functionName: 'scheduleGuardian' } as const
  const hash = await chain.wallet(1).writeContract({ ...call, args: [ACCOUNT.stranger.address] })
  await chain.publicClient.waitForTransactionReceipt({ hash })
  expect((await verifyDeployment(request)).changed).toEqual([`the guardian is ${ACCOUNT.stranger.address}`])
})
