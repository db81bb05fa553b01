import { defineChain } from 'viem'

/** A chain of which nothing is known but its id and a node. */
export const configuredChain = (id: number, rpcUrl: string) =>
  defineChain({
    id,
    name: 'configured',
    nativeCurrency: { name: 'ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  })
