import { concatHex, type Hex, keccak256, numberToHex, type PublicClient, sliceHex } from 'viem'
import { groth16VerifierAbi } from '#verifier-contracts/abi.js'
import { deployContract } from '#verifier-contracts/deploy.js'
import type { LocalChain } from '../verifier-contracts/local-chain.js'

/** Where the verifier's mapping of keys is, behind its governors. */
const KEYS_SLOT = numberToHex(2, { size: 32 })

/** A fresh verifier, governed by the chain's first account, with one key under one circuit. */
export async function deployVerifier(chain: LocalChain, circuitId: Hex, key: Hex): Promise<Hex> {
  const [walletClient, { publicClient }] = [chain.wallet(0), chain]
  const address = await deployContract({ walletClient, publicClient }, 'Groth16Verifier', [
    walletClient.account.address,
  ])
  const args = [circuitId, key, false] as const
  const hash = await walletClient.writeContract({
    address,
    abi: groth16VerifierAbi,
    functionName: 'registerKey',
    args,
  })
  const receipt = await publicClient.waitForTransactionReceipt({ hash, checkReplacement: false })
  if (receipt.status !== 'success') throw new Error('the key was not registered')
  return address
}

/** Puts other bytes in the place a registered key is read from, as no contract would. */
export async function overwriteKey(
  client: PublicClient,
  verifier: Hex,
  circuitId: Hex,
  key: Hex,
): Promise<void> {
  const slot = keccak256(concatHex([circuitId, KEYS_SLOT]))
  const word = await client.getStorageAt({ address: verifier, slot })
  if (!word || BigInt(word) === 0n) throw new Error('no key is kept there')
  const params = [sliceHex(word, 12), concatHex(['0x00', key])]
  await client.request({ method: 'anvil_setCode', params } as never)
}

/** The same hex with the lowest bit of one byte flipped. */
export function flipped(bytes: Hex, byte: number): Hex {
  const copy = Buffer.from(bytes.slice(2), 'hex')
  copy[byte]! ^= 1
  return `0x${copy.toString('hex')}`
}
