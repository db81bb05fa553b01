import {
  createPublicClient,
  createTestClient,
  createWalletClient,
  type Hex,
  http,
  type TransactionReceipt,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { expect } from 'vitest'
import type { BatchRules } from '#server/jobs/batch-rule.js'
import type { JobState } from '#server/jobs/job-state.js'
import type { Job } from '#server/schemas/rebalance.js'
import { rebalanceLedgerAbi } from '#verifier-contracts/abi.js'
import type { FundClient } from './fund-client.js'
import { type Served, TinyService } from './tiny-service.js'

/** Somebody on the chain whom the service knows nothing of. */
const STRANGER = mnemonicToAccount('test test test test test test test test test test test junk', {
  addressIndex: 9,
})
const GWEI = 1_000_000_000n

/** Open portfolios under one service, which is started again with other rules for batches over the same data. */
export class BatchDesk {
  #served: Served | undefined

  readonly ids: Hex[] = []
  universeId = ''

  private constructor(private readonly service: TinyService) {}

  static async open(count: number): Promise<BatchDesk> {
    const desk = new BatchDesk(await TinyService.start())
    await desk.serve({})
    for (let i = 0; i < count; i++) {
      const { id, universeId } = await desk.fund.openTiny(desk.service.local.accounts.attestor)
      desk.ids.push(id as Hex)
      desk.universeId = universeId
    }
    return desk
  }

  async close(): Promise<void> {
    await this.#served?.close()
    await this.service.stop()
  }

  async serve(rules: Partial<BatchRules>): Promise<void> {
    await this.#served?.close()
    const batches = { max: 16, waitSeconds: 0, baseFeeLimit: undefined, ...rules }
    this.#served = await this.service.serve({ batches })
  }

  get served(): Served {
    return this.#served!
  }

  get fund(): FundClient {
    return this.served.fund
  }

  get chain() {
    return createPublicClient({ chain: foundry, transport: http(this.service.rpcUrl), cacheTime: 0 })
  }

  get anvil() {
    return createTestClient({ chain: foundry, mode: 'anvil', transport: http(this.service.rpcUrl) })
  }

  /** Asks for a heartbeat of portfolio `i`, once per key. */
  heartbeat(i: number, key: string): Promise<Job> {
    const path = `/portfolios/${this.ids[i]}/rebalances`
    return this.fund.ok('POST', path, { mode: 'heartbeat' }, { 'idempotency-key': key })
  }

  /** Asks for a heartbeat of every portfolio. */
  heartbeats(key: string): Promise<Job[]> {
    return Promise.all(this.ids.map((_, i) => this.heartbeat(i, key)))
  }

  settled(jobs: readonly Job[]): Promise<Job[]> {
    return Promise.all(jobs.map(({ id }) => this.fund.settled(id)))
  }

  /** The job once it has come this far. */
  async reached(id: string, state: JobState): Promise<Job> {
    for (;;) {
      const job: Job = await this.fund.ok('GET', `/rebalances/${id}`)
      if (job.state === state) return job
      if (['failed', 'cancelled'].includes(job.state)) throw new Error(`ended ${job.state} ${job.failure}`)
      await new Promise((go) => setTimeout(go, 40))
    }
  }

  receipt(hash: string | null): Promise<TransactionReceipt> {
    return this.chain.getTransactionReceipt({ hash: hash as Hex })
  }

  /** Portfolio and epoch of every step in a transaction. */
  async stepsOf(hash: string | null): Promise<[Hex, bigint][]> {
    const { blockNumber } = await this.receipt(hash)
    const logs = await this.chain.getContractEvents({
      address: this.service.local.deployment.ledger,
      abi: rebalanceLedgerAbi,
      eventName: 'Rebalanced',
      fromBlock: blockNumber,
      toBlock: blockNumber,
      strict: true,
    })
    return logs
      .filter(({ transactionHash }) => transactionHash === hash)
      .map(({ args }) => [args.portfolioId, args.epoch])
  }

  /** Every stored book is the one that its portfolio's head on chain commits to. */
  async expectBooksAreHeads(): Promise<void> {
    for (const id of this.ids) {
      const { head, epoch } = await this.chain.readContract({
        address: this.service.local.deployment.ledger,
        abi: rebalanceLedgerAbi,
        functionName: 'portfolio',
        args: [id],
      })
      const book = await this.served.app.store.portfolios.currentBook(id)
      expect([book.head, BigInt(book.epoch)]).toEqual([head, epoch])
    }
  }

  /** Sets the base fee, in wei, of the next block and mines it. */
  async setBaseFee(baseFeePerGas: bigint): Promise<void> {
    await this.anvil.setNextBlockBaseFeePerGas({ baseFeePerGas })
    await this.anvil.mine({ blocks: 1 })
  }

  /** Sets the most gas that a block from the next one on has. */
  async setBlockGasLimit(gasLimit: bigint): Promise<void> {
    await this.anvil.setBlockGasLimit({ gasLimit })
    await this.anvil.mine({ blocks: 1 })
  }

  /** Sends a call to the ledger from elsewhere, for more than the service pays, and mines both. */
  async sendAhead(data: Hex): Promise<void> {
    const transport = http(this.service.rpcUrl)
    const wallet = createWalletClient({ account: STRANGER, chain: foundry, transport })
    const { ledger: to } = this.service.local.deployment
    const fees = { maxPriorityFeePerGas: 50n * GWEI, maxFeePerGas: 100n * GWEI }
    const hash = await wallet.sendTransaction({ to, data, gas: 2_000_000n, ...fees })
    await this.anvil.mine({ blocks: 1 })
    expect((await this.receipt(hash)).status).toBe('success')
  }
}
