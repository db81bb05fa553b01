import {
  type Account,
  type Chain,
  createPublicClient,
  createWalletClient,
  http,
  type PublicClient,
  type Transport,
  type WalletClient,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { type Anvil, startAnvil } from '#server/anvil.js'

/** A fresh anvil with a reader, and a sender for each of its first accounts. */
export type LocalChain = Anvil & {
  readonly publicClient: PublicClient<Transport, Chain>
  wallet(index: number): WalletClient<Transport, Chain, Account>
  /** Moves the clock by `seconds` and mines. */
  pass(seconds: number): Promise<void>
  now(): Promise<bigint>
}

const MNEMONIC = 'test test test test test test test test test test test junk'

/** anvil's published test account number `index`. */
export const testAccount = (index: number) => mnemonicToAccount(MNEMONIC, { addressIndex: index })

export async function startLocalChain(args: readonly string[] = [], chainId = 31337): Promise<LocalChain> {
  const anvil = await startAnvil([...args, '--chain-id', `${chainId}`])
  const chain = { ...foundry, id: chainId }
  const transport = http(anvil.rpcUrl)
  const publicClient = createPublicClient({ chain, transport, pollingInterval: 20, cacheTime: 0 })
  // Cast: viem lists no such method of the node.
  const rpc = (method: string, params: unknown[]) => publicClient.request({ method, params } as never)
  return {
    ...anvil,
    publicClient,
    wallet: (index) =>
      createWalletClient({ account: testAccount(index), chain, transport, pollingInterval: 20 }),
    async pass(seconds) {
      await rpc('evm_increaseTime', [seconds])
      await rpc('evm_mine', [])
    },
    now: async () => (await publicClient.getBlock()).timestamp,
  }
}
