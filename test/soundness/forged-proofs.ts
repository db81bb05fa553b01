import { type Hex, keccak256, toHex } from 'viem'
import { SCALAR_FIELD } from '#prover/bn254.js'
import { type Groth16Proof, parseProof, toSolidityProof } from '#prover/groth16-proof.js'
import type { VerificationKey } from '#prover/verification-key.js'
import { verifyProof } from '#prover/verify.js'
import { errorsAbi, groth16VerifierAbi } from '#verifier-contracts/abi.js'
import { encodeKey } from '#verifier-contracts/encode-key.js'
import { Prng } from '../helpers/prng.js'
import { refusalIn } from '../helpers/refusal.js'
import { type LocalChain, startLocalChain } from '../verifier-contracts/local-chain.js'
import { makeSignalsCircuit } from '../verifier-contracts/signals-circuit.js'
import { deployVerifier, overwriteKey } from './registered-key.js'

/** Forgeries tried, and how many each verifier took under a key nobody contributed to and under a finished one. */
export type ForgeryCounts = {
  readonly tried: number
  readonly unfinished: { readonly offChain: number; readonly onChain: number }
  readonly finished: { readonly offChain: number; readonly onChain: number }
}

type Signals = readonly [bigint, bigint, bigint]

const CIRCUIT = keccak256(toHex('forged proofs'))

/**
 * Forges proofs `from` to `to` (left out) from public points alone, A = α, B = β, C = −vk_x, each for random public signals,
 * and shows them to the off-chain verifier and to the contract. With δ = γ all are taken, else none.
 */
export async function forgeProofs(from: number, to: number): Promise<ForgeryCounts> {
  const [circuit, chain] = await Promise.all([makeSignalsCircuit(), startLocalChain()])
  try {
    const counts = async (key: VerificationKey) => {
      const verifier = await deployVerifier(chain, CIRCUIT, encodeKey(circuit.vkey))
      // The contract refuses to register a key without contribution, so it is put in its place.
      await overwriteKey(chain.publicClient, verifier, CIRCUIT, encodeKey(key))
      const forge = forger(key)
      let [offChain, onChain] = [0, 0]
      for (let i = from; i < to; i++) {
        const rng = new Prng(i)
        const element = () => rng.big(0n, SCALAR_FIELD - 1n)
        const signals: Signals = [element(), element(), element()]
        const proof = forge(signals)
        if (await verifyProof({ vkey: key, proof, publicSignals: signals.map(String) })) offChain++
        if (await isTaken(chain, verifier, proof, signals)) onChain++
      }
      return { offChain, onChain }
    }
    const unfinished = await counts(circuit.unfinishedKey)
    return { tried: to - from, unfinished, finished: await counts(circuit.vkey) }
  } finally {
    await chain.stop()
    await circuit.remove()
  }
}

function forger(key: VerificationKey): (signals: Signals) => Groth16Proof {
  // makeSignalsCircuit has put it there.
  const { G1 } = globalThis.curve_bn128!
  const [constant, ...ic] = key.IC.map((point) => G1.fromObject(point.map(BigInt)))
  return (signals) => {
    const sum = ic.reduce(
      (partial, point, i) => G1.add(partial, G1.timesScalar(point, signals[i]!)),
      constant!,
    )
    const c = G1.toObject(G1.toAffine(G1.neg(sum))) as bigint[]
    const { protocol, curve, vk_alpha_1: pi_a, vk_beta_2: pi_b } = key
    return parseProof({ protocol, curve, pi_a, pi_b, pi_c: c.map(String) })
  }
}

async function isTaken(
  chain: LocalChain,
  address: Hex,
  proof: Groth16Proof,
  signals: Signals,
): Promise<boolean> {
  const abi = [...groth16VerifierAbi, ...errorsAbi] as const
  const args = [CIRCUIT, toSolidityProof(proof), ...signals] as const
  try {
    await chain.publicClient.readContract({ address, abi, functionName: 'verify', args })
    return true
  } catch (error) {
    // Anything but the contract's own word would be no answer.
    if (refusalIn(error)?.[0] === 'InvalidProof') return false
    throw error
  }
}
