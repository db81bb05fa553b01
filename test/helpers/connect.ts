import { type Account, createPublicClient, createTestClient, createWalletClient, http } from 'viem'
import { foundry } from 'viem/chains'

/** Clients of a local chain: one that reads, one that moves its clock, one per role that sends. */
export const connect = (rpcUrl: string) => {
  const transport = http(rpcUrl)
  return {
    reader: createPublicClient({ chain: foundry, transport, pollingInterval: 50 }),
    chain: createTestClient({ chain: foundry, transport, mode: 'anvil' }),
    as: (role: Account) => createWalletClient({ chain: foundry, transport, account: role }),
  }
}
