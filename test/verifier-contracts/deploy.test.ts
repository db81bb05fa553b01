import { type Hex, keccak256, size, toHex } from 'viem'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { shapeOf } from '#portfolio/shape.js'
import { attestorListAbi, groth16VerifierAbi, rebalanceLedgerAbi } from '#verifier-contracts/abi.js'
import { compileContracts } from '#verifier-contracts/compile.js'
import { deployBallast } from '#verifier-contracts/deploy.js'
import { KEY_NOTICE } from '#verifier-contracts/verify-deployment.js'
import { type LocalChain, startLocalChain, testAccount } from './local-chain.js'
import { makeSignalsCircuit, type SignalsCircuit } from './signals-circuit.js'

/** The most that a chain keeps as the code of one contract (EIP-170). */
const CODE_MAX = 24_576

let circuit: SignalsCircuit
beforeAll(async () => {
  circuit = await makeSignalsCircuit()
})
afterAll(async () => circuit?.remove())

const deploy = (chain: LocalChain) => {
  const key = (name: string) => ({
    circuitId: keccak256(toHex(name)),
    vkey: circuit.vkey,
    development: false,
  })
  return deployBallast({
    walletClient: chain.wallet(0),
    publicClient: chain.publicClient,
    shape: shapeOf('tiny'),
    circuits: {
      rebalance: key('rebalance'),
      digestMarket: key('digest-market'),
      digestMandate: key('digest-mandate'),
    },
    emptyBudget: 1n,
    attestors: [
      { address: testAccount(3).address, tier: 3 },
      { address: testAccount(4).address, tier: 1 },
    ],
    riskSigners: [testAccount(5).address],
    guardian: testAccount(6).address,
  })
}

async function read(chain: LocalChain, at: { verifier: Hex; attestors: Hex }) {
  const verifier = { address: at.verifier, abi: groth16VerifierAbi } as const
  const list = { address: at.attestors, abi: attestorListAbi } as const
  const { publicClient: client } = chain
  const tierOf = (index: number) =>
    client.readContract({ ...list, functionName: 'tierOf', args: [testAccount(index).address] })
  return {
    guardian: await client.readContract({ ...verifier, functionName: 'guardian' }),
    live: await client.readContract({
      ...verifier,
      functionName: 'isLive',
      args: [keccak256(toHex('rebalance'))],
    }),
    tiers: [await tierOf(3), await tierOf(4), await tierOf(5)],
  }
}

it('every contract fits on a chain', () => {
  const sizes = Object.entries(compileContracts()).map(([name, { runtime }]) => [name, size(runtime)])
  expect(sizes.filter(([, bytes]) => Number(bytes) > CODE_MAX)).toEqual([])
})

it('a deployment names its guardian and attestors, and its ledger asks that list', async () => {
  const chain = await startLocalChain()
  try {
    const at = await deploy(chain)
    const tiers = [3, 1, 0]
    expect(await read(chain, at)).toEqual({ guardian: testAccount(6).address, live: true, tiers })
    const ledger = { address: at.ledger, abi: rebalanceLedgerAbi } as const
    const asked = await chain.publicClient.readContract({ ...ledger, functionName: 'ATTESTORS' })
    expect(asked.toLowerCase()).toBe(at.attestors)
  } finally {
    await chain.stop()
  }
})

it('off the local chain keys and guardian wait for two days', async () => {
  const chain = await startLocalChain([], 1)
  try {
    const at = await deploy(chain)
    const governor = testAccount(0).address
    expect(await read(chain, at)).toMatchObject({ guardian: governor, live: false })
    await chain.pass(KEY_NOTICE)
    expect(await read(chain, at)).toMatchObject({ guardian: testAccount(6).address, live: true })
  } finally {
    await chain.stop()
  }
})
