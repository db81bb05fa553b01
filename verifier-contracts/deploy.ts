import {
  type Account,
  type Address,
  type Chain,
  encodeDeployData,
  getContractAddress,
  type Hex,
  isAddressEqual,
  type PublicClient,
  type Transport,
  type WalletClient,
} from 'viem'
import { BaseError } from '#portfolio/base-error.js'
import type { Shape } from '#portfolio/shape.js'
import type { VerificationKey } from '#prover/verification-key.js'
import { groth16VerifierAbi } from './abi.js'
import { compileContracts } from './compile.js'
import { encodeKey } from './encode-key.js'

/** A circuit to accept proofs of. `development` marks a key of the fixed-seed set-up: refused off chain 31337. */
export type CircuitKey = {
  readonly circuitId: Hex
  readonly vkey: VerificationKey
  readonly development: boolean
}

/** A listed attestor and the highest evidence tier (1 to 3) it may state. */
export type ListedAttestor = { readonly address: Address; readonly tier: number }

/**
 * One deployment serves one shape. The wallet's account becomes the verifier's governor, which registers keys; it has no
 * other power. `minInterval`, `optionMaxAge` and `mandateNotice` in seconds.
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
  readonly mandateNotice?: number
}

/** Where everything is, and the block from which its events are worth reading. */
export type Deployment = {
  readonly chainId: number
  readonly verifier: Address
  readonly snapshots: Address
  readonly mandates: Address
  readonly ledger: Address
  readonly fromBlock: bigint
}

/**
 * Deploys verifier, keys, snapshots, mandates and ledger, in that order.
 *
 * @throws {@link DeploymentError} when a transaction fails or the account is used by somebody else meanwhile.
 */
export async function deployBallast(options: DeployOptions): Promise<Deployment> {
  const { walletClient, shape, circuits } = options
  const { account } = walletClient
  const fromBlock = await options.publicClient.getBlockNumber()
  const verifier = await deployContract(options, 'Groth16Verifier', [account.address])
  for (const { circuitId, vkey, development } of Object.values(circuits)) {
    const hash = await walletClient.writeContract({
      address: verifier,
      abi: groth16VerifierAbi,
      functionName: 'registerKey',
      args: [circuitId, encodeKey(vkey), development],
    })
    await succeeded(options, hash, 'registerKey')
  }
  const rules = {
    minInterval: BigInt(options.minInterval ?? 15),
    optionMaxAge: BigInt(options.optionMaxAge ?? 300),
    spotToleranceBps: BigInt(options.spotToleranceBps ?? 50),
  }
  const snapshots = await deployContract(options, 'MarketSnapshots', [
    verifier,
    circuits.digestMarket.circuitId,
    shape,
    rules,
    options.riskSigners,
    BigInt(options.riskThreshold ?? 1),
  ])
  // Mandates and ledger know each other: the ledger's address follows from the nonce after the mandates'.
  const nonce = await options.publicClient.getTransactionCount({
    address: account.address,
    blockTag: 'pending',
  })
  const expected = getContractAddress({ from: account.address, nonce: BigInt(nonce) + 1n })
  const notice = BigInt(options.mandateNotice ?? 86_400)
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
    options.attestors.map(({ address }) => address),
    options.attestors.map(({ tier }) => tier),
  ])
  if (!isAddressEqual(ledger, expected)) throw new DeploymentError('RebalanceLedger')
  return { chainId: walletClient.chain.id, verifier, snapshots, mandates, ledger, fromBlock }
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

async function succeeded(clients: Pick<DeployOptions, 'publicClient'>, hash: Hex, step: string) {
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
