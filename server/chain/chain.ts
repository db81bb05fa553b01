import {
  type Abi,
  type Account,
  type Address,
  type ContractFunctionArgs,
  type ContractFunctionName,
  createPublicClient,
  createWalletClient,
  encodeFunctionData,
  type Hex,
  http,
  type LocalAccount,
  type PublicClient,
  type TransactionReceipt,
} from 'viem'
import { configuredChain } from './configured-chain.js'
import { ChainUnavailableError, ContractError, chainError } from './contract-error.js'
import { type Deployment, WrongChainError } from './deployment.js'
import type { Keystore, Role } from './keystore.js'

const POLL_MS = 40
const RECEIPT_TIMEOUT_MS = 120_000

type Call = {
  readonly address: Address
  readonly abi: Abi
  readonly functionName: string
  readonly args: readonly unknown[]
}

/** One chain with the deployment on it and the keys of the roles this process signs for. All failures are typed. */
export class Chain<R extends Role = Role> {
  readonly client: PublicClient
  readonly deployment: Deployment
  readonly keystore: Keystore<R>
  readonly #rpcUrl: string
  readonly #turns = new Map<Role, Promise<unknown>>()
  readonly #receipts = new Map<Hex, Promise<TransactionReceipt>>()

  private constructor(rpcUrl: string, deployment: Deployment, keystore: Keystore<R>) {
    this.#rpcUrl = rpcUrl
    this.deployment = deployment
    this.keystore = keystore
    this.client = createPublicClient({ chain: this.#chain, transport: http(rpcUrl), cacheTime: 0 })
  }

  /** @throws `WrongChainError` when the URL serves another chain or no ledger; `ChainUnavailableError` when nothing does. */
  static async connect<R extends Role>(
    rpcUrl: string,
    deployment: Deployment,
    keystore: Keystore<R>,
  ): Promise<Chain<R>> {
    const chain = new Chain(rpcUrl, deployment, keystore)
    const chainId = await chain.guard(chain.client.getChainId())
    if (chainId !== deployment.chainId) throw new WrongChainError()
    const code = await chain.guard(chain.client.getCode({ address: deployment.ledger }))
    if (!code) throw new WrongChainError()
    return chain
  }

  get #chain() {
    return configuredChain(this.deployment.chainId, this.#rpcUrl)
  }

  /** Reads a view. @throws `ContractError`, `ChainUnavailableError` */
  async read<const abi extends Abi, name extends ContractFunctionName<abi, 'view' | 'pure'>>(call: {
    address: Address
    abi: abi
    functionName: name
    args: ContractFunctionArgs<abi, 'view' | 'pure', name>
  }) {
    return this.guard(
      this.client.readContract<abi, name, ContractFunctionArgs<abi, 'view' | 'pure', name>>(call),
    )
  }

  /** Time of the newest block in seconds: the clock of everything that the chain judges. */
  async now(): Promise<bigint> {
    return (await this.guard(this.client.getBlock({ blockTag: 'latest' }))).timestamp
  }

  /** Base fee of the newest block in wei per gas; 0 on a chain without one. */
  async baseFee(): Promise<bigint> {
    return (await this.guard(this.client.getBlock({ blockTag: 'latest' }))).baseFeePerGas ?? 0n
  }

  /** Runs a call without sending it. @throws `ContractError` by the name the contract reverted with. */
  async simulate(account: Address, to: Address, data: Hex): Promise<void> {
    await this.guard(this.client.call({ account, to, data }))
  }

  /**
   * Simulates a call, sends it and waits until it is mined; calls of one role happen one after the other.
   *
   * @param signal stops it before it is sent, and the waiting after that.
   * @throws `ContractError` when it reverts, `ChainUnavailableError`, the signal's reason
   */
  async send(role: R, call: Call, signal?: AbortSignal): Promise<TransactionReceipt> {
    return this.inTurn(role, async () => {
      const account: LocalAccount = this.keystore[role]
      const data = encodeFunctionData(call)
      await this.simulate(account.address, call.address, data)
      signal?.throwIfAborted()
      const wallet = createWalletClient({ account, chain: this.#chain, transport: http(this.#rpcUrl) })
      const gas = await this.#gas(account, call.address, data)
      const hash = await this.guard(wallet.sendTransaction({ to: call.address, data, gas }))
      const receipt = await this.pollReceipt(hash, RECEIPT_TIMEOUT_MS, signal)
      if (receipt.status !== 'success') throw new ContractError('Reverted')
      return receipt
    })
  }

  /** Signs a call without sending it. */
  async sign(role: R, to: Address, data: Hex, nonce: number): Promise<Hex> {
    const account: Account = this.keystore[role]
    const [gas, fees] = await Promise.all([
      this.#gas(account, to, data),
      this.guard(this.client.estimateFeesPerGas()),
    ])
    return this.keystore[role].signTransaction({
      chainId: this.deployment.chainId,
      type: 'eip1559',
      to,
      data,
      nonce,
      gas,
      maxFeePerGas: fees.maxFeePerGas * 2n,
      maxPriorityFeePerGas: fees.maxPriorityFeePerGas,
    })
  }

  /** An estimate with a quarter to spare: what a call writes may depend on the time of the block it gets into. */
  async #gas(account: Account, to: Address, data: Hex): Promise<bigint> {
    const estimate = await this.guard(this.client.estimateGas({ account, to, data }))
    return (estimate * 5n) / 4n
  }

  /**
   * The receipt of exactly this transaction, as soon as there is one; whoever waits for the same one waits together.
   *
   * @throws `ChainUnavailableError` on time-out
   */
  async receipt(hash: Hex): Promise<TransactionReceipt> {
    const waiting = this.#receipts.get(hash) ?? this.pollReceipt(hash)
    this.#receipts.set(hash, waiting)
    try {
      return await waiting
    } finally {
      this.#receipts.delete(hash)
    }
  }

  /** The same for one who waits alone, for so long or until `signal`. */
  async pollReceipt(
    hash: Hex,
    timeoutMs = RECEIPT_TIMEOUT_MS,
    signal?: AbortSignal,
  ): Promise<TransactionReceipt> {
    const end = Date.now() + timeoutMs
    for (;;) {
      const receipt = await this.findReceipt(hash)
      if (receipt) return receipt
      signal?.throwIfAborted()
      if (Date.now() > end) throw new ChainUnavailableError()
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }

  async findReceipt(hash: Hex): Promise<TransactionReceipt | undefined> {
    try {
      return await this.client.getTransactionReceipt({ hash })
    } catch (error) {
      if ((error as Error).name === 'TransactionReceiptNotFoundError') return undefined
      throw chainError(error)
    }
  }

  /** Runs `work` when every earlier work of the role is done, so that no two use one nonce. */
  async inTurn<T>(role: R, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(role) ?? Promise.resolve()
    const mine = before.then(work, work)
    this.#turns.set(
      role,
      mine.catch(() => {}),
    )
    return mine
  }

  async guard<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      throw chainError(error)
    }
  }
}
