import { encodeFunctionData, type Hex, keccak256, parseEventLogs, toHex } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BASE_FIELD, SCALAR_FIELD } from '#prover/bn254.js'
import { type SolidityProof, toSolidityProof } from '#prover/groth16-proof.js'
import { DEVELOPMENT_ALPHA } from '#prover/key-check.js'
import type { VerificationKey } from '#prover/verification-key.js'
import { forgedProof } from '#test/prover/forged-proof.js'
import { errorsAbi, groth16VerifierAbi } from '#verifier-contracts/abi.js'
import { deployContract } from '#verifier-contracts/deploy.js'
import { encodeKey, keyHashOf } from '#verifier-contracts/encode-key.js'
import { deployVerifier, overwriteKey } from '../soundness/registered-key.js'
import { type LocalChain, startLocalChain } from './local-chain.js'
import { makeSignalsCircuit, type SignalsCircuit } from './signals-circuit.js'

const CIRCUIT: Hex = keccak256(toHex('signals'))
const [C, ALPHA, BETA] = [11n, 222n, 3333n]

let circuit: SignalsCircuit
let chain: LocalChain
let verifier: Hex
let proof: SolidityProof

const clients = (on: LocalChain) => ({ publicClient: on.publicClient, walletClient: on.wallet(0) })
const abi = [...groth16VerifierAbi, ...errorsAbi]

const verify = (args: readonly [Hex, SolidityProof, bigint, bigint, bigint]) =>
  chain.publicClient.readContract({ address: verifier, abi, functionName: 'verify', args })

const register = (on: LocalChain, address: Hex, id: Hex, key: Hex, development = false, from = 0) =>
  on.publicClient
    .simulateContract({
      account: on.wallet(from).account,
      address,
      abi,
      functionName: 'registerKey',
      args: [id, key, development],
    })
    .then(({ request }) => on.wallet(from).writeContract(request))
    .then((hash) => on.publicClient.waitForTransactionReceipt({ hash, checkReplacement: false }))

beforeAll(async () => {
  ;[circuit, chain] = await Promise.all([makeSignalsCircuit(), startLocalChain()])
  verifier = await deployContract(clients(chain), 'Groth16Verifier', [chain.wallet(0).account.address])
  await register(chain, verifier, CIRCUIT, encodeKey(circuit.vkey))
  proof = await circuit.prove(C, ALPHA, BETA)
})
afterAll(async () => {
  await chain?.stop()
  await circuit?.remove()
})

describe('verify', () => {
  it('accepts an honest proof, and says which key it used', async () => {
    await verify([CIRCUIT, proof, C, ALPHA, BETA])
    const read = (functionName: 'keyHash' | 'isLive') =>
      chain.publicClient.readContract({ address: verifier, abi, functionName, args: [CIRCUIT] })
    expect(await read('keyHash')).toBe(keyHashOf(circuit.vkey))
    expect(await read('isLive')).toBe(true)
  })

  it.each([0, 1, 2])('refuses another public signal %i, and its alias', async (i) => {
    const signals = [C, ALPHA, BETA] as [bigint, bigint, bigint]
    const changed = signals.with(i, signals[i]! + 1n) as typeof signals
    await expect(verify([CIRCUIT, proof, ...changed])).rejects.toThrow('InvalidProof')
    const alias = signals.with(i, signals[i]! + SCALAR_FIELD) as typeof signals
    await expect(verify([CIRCUIT, proof, ...alias])).rejects.toThrow('NonCanonicalScalar')
  })

  it.each([0, 1, 2, 3, 4, 5, 6, 7])('refuses coordinate %i changed, and its alias', async (i) => {
    const change = (by: bigint): SolidityProof => {
      const words = [...proof.a, ...proof.b.flat(), ...proof.c]
      words[i] = words[i]! + by
      const [ax, ay, b00, b01, b10, b11, cx, cy] = words as [
        bigint,
        bigint,
        bigint,
        bigint,
        bigint,
        bigint,
        bigint,
        bigint,
      ]
      return {
        a: [ax, ay],
        b: [
          [b00, b01],
          [b10, b11],
        ],
        c: [cx, cy],
      }
    }
    await expect(verify([CIRCUIT, change(1n), C, ALPHA, BETA])).rejects.toThrow('InvalidProof')
    await expect(verify([CIRCUIT, change(BASE_FIELD), C, ALPHA, BETA])).rejects.toThrow(
      'NonCanonicalCoordinate',
    )
  })

  it('refuses points at infinity and an unknown circuit', async () => {
    const zero = [0n, 0n] as const
    await expect(verify([CIRCUIT, { a: zero, b: [zero, zero], c: zero }, C, ALPHA, BETA])).rejects.toThrow(
      'InvalidProof',
    )
    await expect(verify([keccak256('0x00'), proof, C, ALPHA, BETA])).rejects.toThrow('UnknownKey')
  })

  it('never answers yes when gas runs out on the way', async () => {
    const data = encodeFunctionData({
      abi,
      functionName: 'verify',
      args: [CIRCUIT, proof, C, ALPHA, BETA],
    })
    const { address: account } = chain.wallet(0).account
    const call = (gas: bigint) => chain.publicClient.call({ account, to: verifier, data, gas })
    for (let gas = 30_000n; gas < 220_000n; gas += 10_000n) await expect(call(gas)).rejects.toThrow()
    await call(400_000n)
  })
})

describe('a proof made of A = α, B = β, C = −vk_x', () => {
  const forge = async (key: VerificationKey) =>
    // Cast: snarkjs gives a proof no type.
    toSolidityProof((await forgedProof(key, [`${C}`, `${ALPHA}`, `${BETA}`])) as never)

  it('is accepted by the bare pairing under a key without contribution', async () => {
    const harness = await deployVerifier(chain, CIRCUIT, encodeKey(circuit.vkey))
    await overwriteKey(chain.publicClient, harness, CIRCUIT, encodeKey(circuit.unfinishedKey))
    await chain.publicClient.readContract({
      address: harness,
      abi,
      functionName: 'verify',
      args: [CIRCUIT, await forge(circuit.unfinishedKey), C, ALPHA, BETA],
    })
  })

  it('is refused under a finished key', async () => {
    await expect(verify([CIRCUIT, await forge(circuit.vkey), C, ALPHA, BETA])).rejects.toThrow('InvalidProof')
  })

  it('cannot be tried, because such a key is not registered', async () => {
    const other = keccak256('0x01')
    await expect(register(chain, verifier, other, encodeKey(circuit.unfinishedKey))).rejects.toThrow(
      'KeyWithoutContribution',
    )
    const generator = { ...circuit.unfinishedKey, vk_gamma_2: circuit.vkey.vk_delta_2 }
    await expect(register(chain, verifier, other, encodeKey(generator))).rejects.toThrow(
      'KeyWithoutContribution',
    )
  })
})

describe('registerKey', () => {
  const other = keccak256('0x02')
  const word = (key: Hex, index: number, value: bigint): Hex =>
    `0x${key.slice(2, 2 + 64 * index)}${value.toString(16).padStart(64, '0')}${key.slice(2 + 64 * (index + 1))}`

  it('refuses another caller, a second key, a wrong length', async () => {
    const key = encodeKey(circuit.vkey)
    await expect(register(chain, verifier, other, key, false, 1)).rejects.toThrow('NotGovernor')
    await expect(register(chain, verifier, CIRCUIT, key)).rejects.toThrow('KeyExists')
    await expect(register(chain, verifier, other, `${key}00`)).rejects.toThrow('WrongKeyLength')
    await expect(register(chain, verifier, other, key.slice(0, -2) as Hex)).rejects.toThrow('WrongKeyLength')
  })

  it.each(Array.from({ length: 22 }, (_, i) => i))(
    'refuses word %i off its curve, or not reduced',
    async (i) => {
      const key = encodeKey(circuit.vkey)
      const value = BigInt(`0x${key.slice(2 + 64 * i, 66 + 64 * i)}`)
      await expect(register(chain, verifier, other, word(key, i, value + 1n))).rejects.toThrow(
        'InvalidKeyPoint',
      )
      await expect(register(chain, verifier, other, word(key, i, value + BASE_FIELD))).rejects.toThrow(
        'NonCanonicalKey',
      )
    },
  )

  it.each([
    ['alpha', 0, 2],
    ['beta', 2, 4],
    ['gamma', 6, 4],
    ['delta', 10, 4],
    ['IC_3', 20, 2],
  ])('refuses %s at infinity', async (_, first, count) => {
    let key = encodeKey(circuit.vkey)
    for (let i = first; i < first + count; i++) key = word(key, i, 0n)
    await expect(register(chain, verifier, other, key)).rejects.toThrow('InvalidKeyPoint')
  })

  it('registers a successor of a circuit that it knows, as its governor alone says', async () => {
    const key = encodeKey(circuit.vkey)
    const contract = { address: verifier, abi } as const
    const next = keccak256('0x04')
    const succeed = async (predecessor: Hex, bytes: Hex, from = 0) => {
      const { request } = await chain.publicClient.simulateContract({
        ...contract,
        account: chain.wallet(from).account,
        functionName: 'registerSuccessor',
        args: [predecessor, next, bytes, false],
      })
      const hash = await chain.wallet(from).writeContract(request)
      return chain.publicClient.waitForTransactionReceipt({ hash, checkReplacement: false })
    }
    await expect(succeed(CIRCUIT, key, 1)).rejects.toThrow('NotGovernor')
    await expect(succeed(keccak256('0x05'), key)).rejects.toThrow('UnknownKey')
    await expect(succeed(CIRCUIT, `${key}00`)).rejects.toThrow('WrongKeyLength')
    const { logs } = await succeed(CIRCUIT, key)
    const [, named] = parseEventLogs({ abi, logs })
    expect(named).toMatchObject({
      eventName: 'KeySucceeds',
      args: { circuitId: next, predecessor: CIRCUIT },
    })
    const of = (id: Hex) =>
      chain.publicClient.readContract({ ...contract, functionName: 'predecessorOf', args: [id] })
    expect([await of(next), BigInt(await of(CIRCUIT))]).toEqual([CIRCUIT, 0n])
    await verify([next, proof, C, ALPHA, BETA])
    await expect(succeed(CIRCUIT, key)).rejects.toThrow('KeyExists')
  })

  it('takes a development key on chain 31337 and nowhere else, whatever its mark', async () => {
    const key = encodeKey(circuit.vkey)
    const fromTheSeed = word(word(key, 0, DEVELOPMENT_ALPHA[0]), 1, DEVELOPMENT_ALPHA[1])
    await register(chain, verifier, keccak256('0x03'), key, true)
    const elsewhere = await startLocalChain([], 1)
    try {
      const address = await deployContract(clients(elsewhere), 'Groth16Verifier', [
        elsewhere.wallet(0).account.address,
      ])
      for (const marked of [true, false]) {
        await expect(register(elsewhere, address, CIRCUIT, fromTheSeed, marked)).rejects.toThrow(
          'DevelopmentKeyRefused',
        )
      }
      await register(elsewhere, address, CIRCUIT, key, false)
    } finally {
      await elsewhere.stop()
    }
  })
})
