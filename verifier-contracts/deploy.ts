import {
  type Account,
  type Address,
  type Chain,
  encodeDeployData,
  getContractAddress,
  type Hex,
  isAddressEqual,
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

/**
 * One deployment serves one shape. The wallet's account becomes the governor of the verifier, which registers keys, of the
 * list of attestors, and of the market, whose risk signers it changes, unless `marketGovernor` is; it has no other power, but
 * for being the guardian where no other is named. `sequencer` is the uptime feed of a rollup. `minInterval`, `optionMaxAge`,
 * `notice`, that of mandates, roles and attestors, `marketNotice` and `grace` in seconds.
 */
export type DeployOptions = {
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
  readonly minInterval?: number
  readonly optionMaxAge?: number
  readonly spotToleranceBps?: number
  readonly notice?: number
  readonly guardian?: Address
  readonly marketGovernor?: Address
  readonly marketNotice?: number
  readonly sequencer?: { readonly feed: Address; readonly grace: number }
}

/** Where everything is, and the block from which its events are worth reading. */
export type Deployment = {
  readonly chainId: number
  readonly verifier: Address
  readonly settings: Address
  readonly snapshots: Address
  readonly mandates: Address
  readonly ledger: Address
  readonly attestors: Address
  readonly fromBlock: bigint
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
  const keys = Object.values(circuits).map((circuit) => usableKey(circuit, chainId))
  const fromBlock = await options.publicClient.getBlockNumber()
  const verifier = await deployContract(options, 'Groth16Verifier', [account.address])
  for (const key of keys) await registerKey(options, verifier, key)
  if (options.guardian) await scheduleGuardian(options, verifier, options.guardian)
  const settings = await deployContract(options, 'MarketSettings', [
    options.marketGovernor ?? account.address,
    BigInt(options.marketNotice ?? 172_800),
    options.riskSigners.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)),
    BigInt(options.riskThreshold ?? 1),
    options.sequencer?.feed ?? zeroAddress,
    BigInt(options.sequencer?.grace ?? 0),
  ])
  const rules = {
    minInterval: BigInt(options.minInterval ?? 15),
    optionMaxAge: BigInt(options.optionMaxAge ?? 300),
    spotToleranceBps: BigInt(options.spotToleranceBps ?? 50),
  }
  const snapshots = await deployContract(options, 'MarketSnapshots', [
    verifier,
    settings,
    await deployContract(options, 'UniverseRules', []),
    circuits.digestMarket.circuitId,
    shape,
    rules,
  ])
  const notice = BigInt(options.notice ?? 86_400)
  const attestors = await deployContract(options, 'AttestorList', [
    account.address,
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
  return { chainId, verifier, settings, snapshots, mandates, ledger, attestors, fromBlock }
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
  clients: Pick<DeployOptions, 'walletClient' | 'publicClient'>,
  verifier: Address,
  predecessor: Hex,
  circuit: CircuitKey,
): Promise<void> {
  await registerKey(
    clients,
    verifier,
    usableKey(circuit, await clients.publicClient.getChainId()),
    predecessor,
  )
}

async function registerKey(
  clients: Pick<DeployOptions, 'walletClient' | 'publicClient'>,
  verifier: Address,
  { circuitId, bytes, development }: ReturnType<typeof usableKey>,
  predecessor?: Hex,
): Promise<void> {
  const contract = { address: verifier, abi: groth16VerifierAbi } as const
  const key = [circuitId, bytes, development] as const
  const hash = await (predecessor === undefined
    ? clients.walletClient.writeContract({ ...contract, functionName: 'registerKey', args: key })
    : clients.walletClient.writeContract({
        ...contract,
        functionName: 'registerSuccessor',
        args: [predecessor, ...key],
      }))
  await succeeded(clients, hash, 'registerKey')
  const held = await clients.publicClient.readContract({
    ...contract,
    functionName: 'keyOf',
    args: [circuitId],
  })
  if (held !== bytes) throw new DeployedKeyError()
}

async function scheduleGuardian(
  clients: Pick<DeployOptions, 'walletClient' | 'publicClient'>,
  verifier: Address,
  guardian: Address,
): Promise<void> {
  const contract = { address: verifier, abi: groth16VerifierAbi } as const
  const hash = await clients.walletClient.writeContract({
    ...contract,
    functionName: 'scheduleGuardian',
    args: [guardian],
  })
  await succeeded(clients, hash, 'scheduleGuardian')
}

/** Deploys one contract of this folder by name, e.g. the demo's `PriceFeed`. @throws {@link DeploymentError} */
export async function deployContract(
  clients: Pick<DeployOptions, 'walletClient' | 'publicClient'>,
  name: string,
  args: readonly unknown[],
): Promise<Address> {
  const artefact = compileContracts()[name]
  if (!artefact) throw new DeploymentError(name)
  const { abi, bytecode } = artefact
  const hash = await clients.walletClient.sendTransaction({ data: encodeDeployData({ abi, bytecode, args }) })
  const { contractAddress } = await succeeded(clients, hash, name)
  if (!contractAddress) throw new DeploymentError(name)
  return contractAddress
}

/** Waits until exactly this transaction is mined. @throws {@link DeploymentError} naming the step when it failed */
export async function succeeded(
  clients: Pick<DeployOptions, 'publicClient'>,
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
