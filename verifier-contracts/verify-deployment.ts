import {
  type Address,
  domainSeparator,
  getAddress,
  type Hex,
  isAddressEqual,
  keccak256,
  type PublicClient,
  toHex,
  zeroAddress,
} from 'viem'
import { BaseError } from '#portfolio/base-error.js'
import type { Shape } from '#portfolio/shape.js'
import { assertKeyForChain } from '#prover/key-check.js'
import { sealedTradeLength } from '#prover/sealed-trade.js'
import { attestorListAbi, groth16VerifierAbi } from './abi.js'
import { compileContracts } from './compile.js'
import type { Deployment } from './deployment.js'
import { decodeKey } from './encode-key.js'
import { inspectCode } from './inspect-code.js'

export type DeploymentRequest = {
  readonly client: PublicClient
  readonly deployment: Deployment
  readonly shape: Shape
  readonly emptyBudget: bigint
  /** Hash of each circuit's verification key, and what it is registered under, by another source than the deployment. */
  readonly keys: Deployment['keys']
}

export type VerifiedDeployment = {
  /** Contracts whose code and immutables are as they must be. */
  readonly contracts: Readonly<Record<string, Address>>
  /** Seconds since 1970 from which each circuit's key is live. */
  readonly liveFrom: Readonly<Record<keyof Deployment['keys'], number>>
  /** What has been changed since by those who may. */
  readonly changed: readonly string[]
}

/**
 * Checks a deployment from the chain alone: the code of every contract against the sources here, each value that its
 * constructor put into it against the deployment's, and every registered key against both the deployment's hash and `keys`.
 *
 * @throws {@link DeploymentDiffersError} naming everything that differs.
 * @throws `UnusableKeyError`, `DevelopmentKeyError` when a registered key proves nothing on this chain.
 */
export async function verifyDeployment(request: DeploymentRequest): Promise<VerifiedDeployment> {
  const { client, deployment } = request
  const chainId = await client.getChainId()
  if (chainId !== deployment.chainId) throw new DeploymentDiffersError([`the chain is ${chainId}`])
  const faults: string[] = []
  const contracts = await checkContracts(request, faults)
  if (faults.length > 0) throw new DeploymentDiffersError(faults)
  const liveFrom: Record<string, number> = {}
  const changed: string[] = []
  for (const statement of Object.keys(deployment.keys) as (keyof Deployment['keys'])[]) {
    const { circuitId, keyHash } = deployment.keys[statement]
    const expected = request.keys[statement]
    if (circuitId !== expected.circuitId) faults.push(`${statement} is another circuit`)
    if (keyHash !== expected.keyHash) faults.push(`the recorded key of ${statement} is not the pinned one`)
    const contract = { address: deployment.verifier, abi: groth16VerifierAbi, args: [circuitId] } as const
    const key = await client.readContract({ ...contract, functionName: 'keyOf' })
    if (keccak256(key) !== keyHash) faults.push(`the registered key of ${statement} is not the recorded one`)
    else assertKeyForChain(decodeKey(key), chainId)
    const [from, suspended] = await client.readContract({ ...contract, functionName: 'keyState' })
    if (suspended) changed.push(`the key of ${statement} is suspended`)
    liveFrom[statement] = Number(from)
  }
  if (faults.length > 0) throw new DeploymentDiffersError(faults)
  changed.push(...(await changedRoles(client, deployment)))
  return { contracts, liveFrom: liveFrom as VerifiedDeployment['liveFrom'], changed }
}

/** Code and immutables of every contract, those that snapshots and ledger name themselves among them. */
async function checkContracts(request: DeploymentRequest, faults: string[]) {
  const { client, deployment } = request
  const { verifier, settings, snapshots, attestors, mandates, ledger } = deployment
  const artefacts = compileContracts()
  const contracts: Record<string, Address> = {}
  /** Returns the immutables, for what only they name. */
  const check = async (
    name: string,
    address: Address,
  ): Promise<Readonly<Record<string, Hex | undefined>>> => {
    contracts[name] = address
    const { asCompiled, immutables } = inspectCode(await client.getCode({ address }), artefacts[name]!)
    if (!asCompiled) {
      faults.push(`the code of ${name} is not what the sources here compile to`)
      return {}
    }
    const expected = immutablesOf(request, name, address)
    for (const [immutable, value] of Object.entries(immutables)) {
      const holds = value !== undefined && (FOLLOWED.includes(immutable) || value === expected[immutable])
      if (!holds) faults.push(`${immutable} of ${name} is not the recorded one`)
    }
    return immutables
  }
  await check('Groth16Verifier', verifier)
  await check('MarketSettings', settings)
  const { UNIVERSE_RULES } = await check('MarketSnapshots', snapshots)
  if (UNIVERSE_RULES) await check('UniverseRules', addressIn(UNIVERSE_RULES))
  await check('AttestorList', attestors)
  await check('Mandates', mandates)
  const { EXECUTOR } = await check('RebalanceLedger', ledger)
  if (EXECUTOR) await check('TradeExecutor', addressIn(EXECUTOR))
  return contracts
}

/** Seconds, as KeyGuard.sol has it: a deployment with another one does not verify. */
export const KEY_NOTICE = 172_800

/** Contracts that are recorded nowhere but in the one that made or names them. */
const FOLLOWED = ['UNIVERSE_RULES', 'EXECUTOR']

const addressIn = (word: Hex): Address => getAddress(`0x${word.slice(26)}`)

/** What the immutables of a contract must be, by their names in the sources. */
function immutablesOf(
  { deployment, shape, emptyBudget }: DeploymentRequest,
  name: string,
  address: Address,
): Record<string, Hex> {
  const { chainId, keys, rules } = deployment
  const notices = { Groth16Verifier: KEY_NOTICE, MarketSettings: rules.marketNotice }
  const statement = { MarketSnapshots: 'digest-market', Mandates: 'digest-mandate' } as const
  const circuit = keys[statement[name as keyof typeof statement] ?? 'rebalance']
  const domain = { name: 'Ballast', version: '1', chainId, verifyingContract: address }
  const values: Record<string, Hex | number | bigint> = {
    VERIFIER: deployment.verifier,
    SETTINGS: deployment.settings,
    SNAPSHOTS: deployment.snapshots,
    MANDATES: deployment.mandates,
    LEDGER: deployment.ledger,
    ATTESTORS: deployment.attestors,
    CIRCUIT_ID: circuit.circuitId,
    EMPTY_BUDGET: emptyBudget,
    SEALED_BYTES: sealedTradeLength(shape.slots),
    NOTICE: notices[name as keyof typeof notices] ?? rules.notice,
    MIN_INTERVAL: rules.minInterval,
    OPTION_MAX_AGE: rules.optionMaxAge,
    SPOT_TOLERANCE_BPS: rules.spotToleranceBps,
    SEQUENCER_FEED: rules.sequencer?.feed ?? zeroAddress,
    SEQUENCER_GRACE: rules.sequencer?.grace ?? 0,
    _SLOTS: shape.slots,
    _GROUPS: shape.groups,
    _ACCOUNTS: shape.accounts,
    _SCENARIOS: shape.scenarios,
    _CHAIN_ID: chainId,
    _SEPARATOR: domainSeparator({ domain }),
  }
  return Object.fromEntries(
    Object.entries(values).map(([immutable, value]) => [immutable, toHex(BigInt(value), { size: 32 })]),
  )
}

/** Governors and guardian that are no longer, or not yet, those recorded. */
async function changedRoles(client: PublicClient, deployment: Deployment): Promise<string[]> {
  const { verifier, attestors, settings, fromBlock } = deployment
  const guard = { address: verifier, abi: groth16VerifierAbi } as const
  const scheduled = await client.getContractEvents({ ...guard, eventName: 'GuardianScheduled', fromBlock })
  const guardian =
    scheduled.at(-1)?.args.guardian ?? (await client.readContract({ ...guard, functionName: 'guardian' }))
  // The three are governed alike.
  const governorOf = async (address: Address) =>
    (await client.readContract({ address, abi: attestorListAbi, functionName: 'governors' }))[0]
  const now: readonly (readonly [role: string, address: Address, recorded: Address])[] = [
    ['guardian', guardian, deployment.guardian],
    ['governor of the verifier', await governorOf(verifier), deployment.governor],
    ['governor of attestors', await governorOf(attestors), deployment.governor],
    ['governor of the market', await governorOf(settings), deployment.marketGovernor],
  ]
  return now
    .filter(([, address, recorded]) => !isAddressEqual(address, recorded))
    .map(([role, address]) => `the ${role} is ${address}`)
}

/** What is on chain is not the recorded deployment of these sources and keys. */
export class DeploymentDiffersError extends BaseError {
  constructor(faults: readonly string[]) {
    super(`The deployment is not the recorded one: ${faults.join('; ')}.`, {
      code: 'CONTRACTS_DEPLOYMENT_DIFFERS',
      hints: [
        'Use nothing of it before you know why; check that the sources here are those it was made from.',
      ],
    })
  }
}
