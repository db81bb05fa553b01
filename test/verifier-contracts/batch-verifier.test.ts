import { buildBn128 } from 'ffjavascript'
import { type Abi, concatHex, encodeFunctionData, type Hex, keccak256, numberToHex, toHex } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BASE_FIELD, SCALAR_FIELD } from '#prover/bn254.js'
import type { SolidityProof } from '#prover/groth16-proof.js'
import { errorsAbi, groth16VerifierAbi } from '#verifier-contracts/abi.js'
import { encodeKey } from '#verifier-contracts/encode-key.js'
import { compileTestContract } from './compile-test-contract.js'
import { type LocalChain, startLocalChain } from './local-chain.js'
import { makeSignalsCircuit, type SignalsCircuit } from './signals-circuit.js'

const CIRCUIT: Hex = keccak256(toHex('signals'))
const SIZE = 5
const abi = [...groth16VerifierAbi, ...errorsAbi]

/** The eleven words of a claim: proof, then c, alpha, beta. */
type Words = readonly bigint[]

let circuit: SignalsCircuit
let chain: LocalChain
/** The verifier, which also tells its coefficients, and one whose coefficients are all 1. */
let shown: Hex
let equal: Hex
let shownAbi: Abi
let honest: Words[]
/** A proof of other signals than any of `honest`. */
let stranger: Words

const wordsOf = ({ a, b, c }: SolidityProof, signals: readonly bigint[]): Words => [
  ...a,
  ...b.flat(),
  ...c,
  ...signals,
]

const bytesOf = (claims: readonly Words[]): Hex =>
  concatHex(claims.flat().map((word) => numberToHex(word, { size: 32 })))

const verify = (claims: readonly Words[], address = shown) =>
  chain.publicClient.readContract({
    address,
    abi,
    functionName: 'verifyBatch',
    args: [CIRCUIT, bytesOf(claims)],
  })

const coefficients = async (claims: readonly Words[]) =>
  (await chain.publicClient.readContract({
    address: shown,
    abi: shownAbi,
    functionName: 'coefficients',
    args: [CIRCUIT, bytesOf(claims)],
  })) as readonly bigint[]

/** The claims with one word changed. */
const changed = (claims: readonly Words[], claim: number, word: number, value: bigint): Words[] =>
  claims.map((words, i) => (i === claim ? words.with(word, value) : [...words]))

async function deploy(name: string): Promise<{ address: Hex; abi: Abi }> {
  const contract = compileTestContract('WeakBatches.sol', name)
  const wallet = chain.wallet(0)
  const mined = async (hash: Hex) => {
    const receipt = await chain.publicClient.waitForTransactionReceipt({ hash, checkReplacement: false })
    expect(receipt.status).toBe('success')
    return receipt
  }
  const made = await mined(await wallet.deployContract({ ...contract, args: [wallet.account.address] }))
  const address = made.contractAddress!
  const args = [CIRCUIT, encodeKey(circuit.vkey), false] as const
  await mined(await wallet.writeContract({ address, abi, functionName: 'registerKey', args }))
  return { address, abi: contract.abi }
}

beforeAll(async () => {
  ;[circuit, chain] = await Promise.all([makeSignalsCircuit(), startLocalChain()])
  ;({ address: shown, abi: shownAbi } = await deploy('ShownCoefficients'))
  ;({ address: equal } = await deploy('EqualCoefficients'))
  const claim = async (signals: readonly [bigint, bigint, bigint]) =>
    wordsOf(await circuit.prove(...signals), signals)
  honest = []
  for (let i = 1n; i <= SIZE; i++) honest.push(await claim([11n * i, SCALAR_FIELD - i, 3333n + i]))
  stranger = await claim([1n, 2n, 3n])
})
afterAll(async () => {
  await chain?.stop()
  await circuit?.remove()
})

describe('verifyBatch', () => {
  it.each([1, 2, SIZE])('accepts %i honest proofs, in any order', async (size) => {
    await verify(honest.slice(0, size))
    await verify(honest.slice(0, size).reverse())
  })

  it.each([1, 2, SIZE])('refuses one forged proof among %i at each place', async (size) => {
    for (let i = 0; i < size; i++) {
      const forged = [...stranger.slice(0, 8), ...honest[i]!.slice(8)]
      await expect(verify(honest.slice(0, size).with(i, forged))).rejects.toThrow('InvalidProof')
    }
  })

  it('refuses two proofs that have changed places', async () => {
    const [first, second] = honest as [Words, Words]
    const swapped = [
      [...second.slice(0, 8), ...first.slice(8)],
      [...first.slice(0, 8), ...second.slice(8)],
    ]
    await expect(verify(swapped)).rejects.toThrow('InvalidProof')
  })

  it.each(Array.from({ length: SIZE }, (_, i) => i))(
    'refuses every number of claim %i changed, and its alias',
    async (i) => {
      for (let word = 0; word < 11; word++) {
        const value = honest[i]![word]!
        const [field, name] =
          word < 8 ? [BASE_FIELD, 'NonCanonicalCoordinate'] : [SCALAR_FIELD, 'NonCanonicalScalar']
        const other = value + 1n < field ? value + 1n : 0n
        await expect(verify(changed(honest, i, word, other))).rejects.toThrow('InvalidProof')
        await expect(verify(changed(honest, i, word, value + field))).rejects.toThrow(name)
      }
    },
  )

  it('refuses a batch of none, of a part of a claim, and under no key', async () => {
    const call = (claims: Hex, id = CIRCUIT) =>
      chain.publicClient.readContract({
        address: shown,
        abi,
        functionName: 'verifyBatch',
        args: [id, claims],
      })
    await expect(call('0x')).rejects.toThrow('EmptyBatch')
    await expect(call(`${bytesOf(honest)}00`)).rejects.toThrow('WrongBatchLength')
    await expect(call(bytesOf(honest).slice(0, -2) as Hex)).rejects.toThrow('WrongBatchLength')
    await expect(call(bytesOf(honest), keccak256('0x00'))).rejects.toThrow('UnknownKey')
  })

  it('refuses points at infinity', async () => {
    const nothing = [...Array<bigint>(8).fill(0n), ...honest[0]!.slice(8)]
    await expect(verify([nothing])).rejects.toThrow('InvalidProof')
    await expect(verify(honest.with(2, nothing))).rejects.toThrow('InvalidProof')
  })

  it('never answers yes when gas runs out on the way', async () => {
    const data = encodeFunctionData({ abi, functionName: 'verifyBatch', args: [CIRCUIT, bytesOf(honest)] })
    const { address: account } = chain.wallet(0).account
    const call = (gas: bigint) => chain.publicClient.call({ account, to: shown, data, gas })
    // Half a million is needed; the node counts the call data too.
    for (let gas = 60_000n; gas < 420_000n; gas += 15_000n) await expect(call(gas)).rejects.toThrow()
    await call(900_000n)
  })

  it('costs one pairing and two multiplications more for each proof more', async () => {
    const { address: account } = chain.wallet(0).account
    const gas = async (claims: readonly Words[]) =>
      chain.publicClient.estimateGas({
        account,
        to: shown,
        data: encodeFunctionData({ abi, functionName: 'verifyBatch', args: [CIRCUIT, bytesOf(claims)] }),
      })
    const each = ((await gas(honest)) - (await gas(honest.slice(0, 1)))) / BigInt(SIZE - 1)
    // 34,000 and 12,000, call data at most 5,632, and the bookkeeping.
    expect(each).toBeGreaterThan(46_000n)
    expect(each).toBeLessThan(55_000n)
  })
})

describe('two errors that cancel', () => {
  it('pass under equal coefficients and not under drawn ones: C + D beside C − D', async () => {
    const { G1 } = await buildBn128(true)
    const point = (x: bigint, y: bigint) => G1.fromObject([x, y, 1n])
    const shift = (words: Words, by: Uint8Array): Words => {
      const moved = G1.toObject(G1.toAffine(G1.add(point(words[6]!, words[7]!), by))) as bigint[]
      return words.with(6, moved[0]!).with(7, moved[1]!)
    }
    const by = G1.timesScalar(G1.g, 123_456_789n)
    const pair = [shift(honest[0]!, by), shift(honest[1]!, G1.neg(by))]
    for (const claims of [pair, [honest[2]!, pair[0]!, honest[3]!, pair[1]!]]) {
      await verify(claims, equal)
      await expect(verify(claims)).rejects.toThrow('InvalidProof')
    }
    await expect(verify([pair[0]!], equal)).rejects.toThrow('InvalidProof')
  })

  it.each([8, 9, 10])(
    'pass under equal coefficients and not under drawn ones: signal %i − 8 one more, one less',
    async (word) => {
      const one = changed(honest, 1, word, (honest[1]![word]! + 1n) % SCALAR_FIELD)
      const both = changed(one, 3, word, (honest[3]![word]! + SCALAR_FIELD - 1n) % SCALAR_FIELD)
      await verify(both, equal)
      await expect(verify(both)).rejects.toThrow('InvalidProof')
      await expect(verify(one, equal)).rejects.toThrow('InvalidProof')
    },
  )
})

describe('coefficients', () => {
  it('are not zero, have 128 bits, differ, and all change with any number of any claim', async () => {
    const claims = honest.slice(0, 3)
    const drawn = await coefficients(claims)
    expect(new Set(drawn).size).toBe(3)
    for (const each of drawn) {
      expect(each).toBeGreaterThan(0n)
      expect(each).toBeLessThan(1n << 128n)
    }
    const seen = new Set(drawn)
    for (let i = 0; i < 3; i++) {
      for (let word = 0; word < 11; word++) {
        const others = await coefficients(changed(claims, i, word, claims[i]![word]! ^ 1n))
        for (const each of others) seen.add(each)
      }
    }
    for (const other of [claims.toReversed(), honest.slice(0, 4), claims.slice(0, 2)])
      for (const each of await coefficients(other)) seen.add(each)
    expect(seen.size).toBe(3 * (1 + 33) + 3 + 4 + 2)
  })
})
