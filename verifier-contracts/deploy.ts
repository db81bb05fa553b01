import {
  type Account,
  type Address,
  type Chain,
  encodeDeployData,
  getContractAddress,
  type Hex,
  isAddressEqual,
  keccak256,
  type PublicClient,
  type TransactionReceipt,
  type Transport,
  type WalletClient,
  zeroAddress,
} from 'viem'
import { BaseError } from '#portfolio/base-error.js'
import type { Shape } from '#portfolio/shape.js'
import { assertKeyForChain, isDevelopmentKey } from '#prover/key-check.js'
import { sealedTradeLength } from '#prover/sealed-trade.js'
import type { VerificationKey } from '#prover/verification-key.js'
import { groth16VerifierAbi } from './abi.js'
import { compileContracts } from './compile.js'
import { DEFAULT_RULES, type Deployment, type DeploymentRules, type RegisteredKey } from './deployment.js'
import { encodeKey } from './encode-key.js'

/**
 * A circuit to accept proofs of. `development` marks a key of the fixed-seed set-up: refused off chain 31337. Such a key is
 * known by its points too, and registered as what it is even when the mark says otherwise.
 */
export type CircuitKey = {
  readonly circuitId: Hex
  readonly vkey: VerificationKey
  readonly development: boolean
}

/** A listed attestor and the highest evidence tier (1 to 3) it may state. */
export type ListedAttestor = { readonly address: Address; readonly tier: number }

/** One who sends, and one who reads. */
export type Clients = Pick<DeployOptions, 'walletClient' | 'publicClient'>

/** A call that only the governor may make. */
export type GovernorCall = {
  readonly address: Address
  readonly functionName: 'registerKey' | 'registerSuccessor' | 'scheduleGuardian'
  readonly args: readonly unknown[]
}

/** Who governs, and how a call of theirs comes onto the chain; `make` returns once it is there. */
export type Governor = { readonly address: Address; readonly make: (call: GovernorCall) => Promise<void> }

/**
 * One deployment serves one shape. The governor registers the verifier's keys and changes the list of attestors, and the
 * market's risk signers unless `marketGovernor` does; it is the guardian where no other is named. Without a `governor` the
 * wallet's account is it; with one, the wallet's account has no power over what it has deployed.
 */
export type DeployOptions = Partial<DeploymentRules> & {
  readonly walletClient: WalletClient<Transport, Chain, Account>
  readonly publicClient: PublicClient<Transport, Chain>
  readonly shape: Shape
  readonly circuits: {
    readonly rebalance: CircuitKey
    readonly digestMarket: CircuitKey
    readonly digestMandate: CircuitKey
  }
  readonly emptyBudget: bigint
  readonly attestors: readonly ListedAttestor[]
  readonly riskSigners: readonly Address[]
  readonly riskThreshold?: number
  readonly governor?: Governor
  readonly guardian?: Address
  readonly marketGovernor?: Address
  /** Hears of every contract once it is there. */
  readonly onDeployed?: (name: string, address: Address) => void
}

/**
 * Deploys verifier, keys, market settings, snapshots, list of attestors, mandates and ledger, in that order. Every key is checked
 * before the first transaction, and read back from the chain before anything is built on it. Off the local chain, keys and a
 * guardian of its own are live two days later.
 *
 * @throws `UnusableKeyError`, `MalformedKeyError`, `DevelopmentKeyError` for a key that may not be used on this chain.
 * @throws {@link DeployedKeyError} when the chain holds another key than the one sent.
 * @throws {@link DeploymentError} when a transaction fails or the account is used by somebody else meanwhile.
 */
export async function deployBallast(options: DeployOptions): Promise<Deployment> {
  const { walletClient, shape, circuits } = options
  const { account } = walletClient
  const chainId = await options.publicClient.getChainId()
  const keys = [circuits.rebalance, circuits.digestMarket, circuits.digestMandate].map((circuit) =>
    usableKey(circuit, chainId),
  )
  const fromBlock = await options.publicClient.getBlockNumber()
  const governor = options.governor ?? { address: account.address, make: (call) => makeCall(options, call) }
  const [guardian, marketGovernor] = [options.guardian, options.marketGovernor ?? governor.address]
  const rules = rulesOf(options)
  const verifier = await deployContract(options, 'Groth16Verifier', [governor.address])
  for (const key of keys) await registerKey(options.publicClient, governor, verifier, key)
  if (guardian) await governor.make({ address: verifier, functionName: 'scheduleGuardian', args: [guardian] })
  const settings = await deployContract(options, 'MarketSettings', [
    marketGovernor,
    BigInt(rules.marketNotice),
    options.riskSigners.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)),
    BigInt(options.riskThreshold ?? 1),
    rules.sequencer?.feed ?? zeroAddress,
    BigInt(rules.sequencer?.grace ?? 0),
  ])
  const snapshots = await deployContract(options, 'MarketSnapshots', [
    verifier,
    settings,
    await deployContract(options, 'UniverseRules', []),
    circuits.digestMarket.circuitId,
    shape,
    {
      minInterval: BigInt(rules.minInterval),
      optionMaxAge: BigInt(rules.optionMaxAge),
      spotToleranceBps: BigInt(rules.spotToleranceBps),
    },
  ])
  const notice = BigInt(rules.notice)
  const attestors = await deployContract(options, 'AttestorList', [
    governor.address,
    notice,
    options.attestors.map(({ address }) => address),
    options.attestors.map(({ tier }) => tier),
  ])
  // Mandates and ledger know each other: the ledger's address follows from the nonce after the mandates'.
  const nonce = await options.publicClient.getTransactionCount({
    address: account.address,
    blockTag: 'pending',
  })
  const expected = getContractAddress({ from: account.address, nonce: BigInt(nonce) + 1n })
  const mandates = await deployContract(options, 'Mandates', [
    verifier,
    snapshots,
    expected,
    circuits.digestMandate.circuitId,
    shape,
    notice,
  ])
  const ledger = await deployContract(options, 'RebalanceLedger', [
    verifier,
    snapshots,
    mandates,
    circuits.rebalance.circuitId,
    options.emptyBudget,
    BigInt(sealedTradeLength(shape.slots)),
    attestors,
  ])
  if (!isAddressEqual(ledger, expected)) throw new DeploymentError('RebalanceLedger')
  const [rebalance, digestMarket, digestMandate] = keys.map(
    ({ circuitId, bytes }): RegisteredKey => ({ circuitId, keyHash: keccak256(bytes) }),
  )
  return {
    ...{ chainId, verifier, settings, snapshots, mandates, ledger, attestors, fromBlock },
    governor: governor.address,
    guardian: guardian ?? governor.address,
    marketGovernor,
    keys: { rebalance: rebalance!, 'digest-market': digestMarket!, 'digest-mandate': digestMandate! },
    rules,
  }
}

function rulesOf(options: DeployOptions): DeploymentRules {
  const { sequencer, ...given } = options
  const values = Object.entries(DEFAULT_RULES).map(([name, value]) => [
    name,
    given[name as keyof typeof given] ?? value,
  ])
  return { ...(Object.fromEntries(values) as DeploymentRules), ...(sequencer ? { sequencer } : {}) }
}

/** @throws when the key proves nothing, or is for development and the chain is not local */
function usableKey({ circuitId, vkey, development }: CircuitKey, chainId: number) {
  const key = assertKeyForChain(development ? { ...vkey, development } : vkey, chainId)
  return { circuitId, bytes: encodeKey(vkey), development: isDevelopmentKey(key) }
}

/**
 * Registers a circuit to which portfolios that are proven by `predecessor` may move: a mended one, or the same with a key of
 * another ceremony, whose id is then `successorIdOf`. The wallet's account governs the verifier.
 *
 * @throws as {@link deployBallast} for a key that may not be used, or was not registered as sent
 */
export async function registerSuccessor(
  clients: Clients,
  verifier: Address,
  predecessor: Hex,
  circuit: CircuitKey,
): Promise<void> {
  const key = usableKey(circuit, await clients.publicClient.getChainId())
  const { address } = clients.walletClient.account
  const governor = { address, make: (call: GovernorCall) => makeCall(clients, call) }
  await registerKey(clients.publicClient, governor, verifier, key, predecessor)
}

async function registerKey(
  client: DeployOptions['publicClient'],
  governor: Governor,
  verifier: Address,
  { circuitId, bytes, development }: ReturnType<typeof usableKey>,
  predecessor?: Hex,
): Promise<void> {
  const key = [circuitId, bytes, development] as const
  await governor.make(
    predecessor === undefined
      ? { address: verifier, functionName: 'registerKey', args: key }
      : { address: verifier, functionName: 'registerSuccessor', args: [predecessor, ...key] },
  )
  const contract = { address: verifier, abi: groth16VerifierAbi, args: [circuitId] } as const
  if ((await client.readContract({ ...contract, functionName: 'keyOf' })) !== bytes)
    throw new DeployedKeyError()
}

/** Has a call of the governor sent by a wallet. @throws {@link DeploymentError} */
export async function makeCall(clients: Clients, call: GovernorCall): Promise<void> {
  // Cast: what the arguments are depends on the function.
  const hash = await clients.walletClient.writeContract({ ...call, abi: groth16VerifierAbi } as never)
  await succeeded(clients, hash, call.functionName)
}

/** Deploys one contract of this folder by name, e.g. the demo's `PriceFeed`. @throws {@link DeploymentError} */
export async function deployContract(
  clients: Clients & Pick<DeployOptions, 'onDeployed'>,
  name: string,
  args: readonly unknown[],
): Promise<Address> {
  const artefact = compileContracts()[name]
  if (!artefact) throw new DeploymentError(name)
  const { abi, bytecode } = artefact
  const hash = await clients.walletClient.sendTransaction({ data: encodeDeployData({ abi, bytecode, args }) })
  const { contractAddress } = await succeeded(clients, hash, name)
  if (!contractAddress) throw new DeploymentError(name)
  clients.onDeployed?.(name, contractAddress)
  return contractAddress
}

/** Waits until exactly this transaction is mined. @throws {@link DeploymentError} naming the step when it failed */
export async function succeeded(
  clients: Pick<Clients, 'publicClient'>,
  hash: Hex,
  step: string,
): Promise<TransactionReceipt> {
  const receipt = await clients.publicClient.waitForTransactionReceipt({ hash, checkReplacement: false })
  if (receipt.status !== 'success' || receipt.transactionHash !== hash) throw new DeploymentError(step)
  return receipt
}

/** A step of a deployment failed; nothing deployed so far is usable. */
export class DeploymentError extends BaseError {
  constructor(step: string) {
    super(`The deployment failed at ${step}.`, {
      code: 'CONTRACTS_DEPLOYMENT',
      field: step,
      hints: ['Use an account that nobody else is sending from, and deploy again.'],
    })
  }
}

/** The verifier holds another key than the one it was sent. */
export class DeployedKeyError extends BaseError {
  constructor() {
    super('The verification key read back from the chain is not the one that was sent.', {
      code: 'CONTRACTS_DEPLOYED_KEY',
      hints: ['Use nothing of this deployment; check the node and the account, and deploy again.'],
    })
  }
}
