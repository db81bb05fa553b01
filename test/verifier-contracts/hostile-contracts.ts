import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Abi, Hex } from 'viem'

const SOURCES = [
  'test/verifier-contracts/Hostile.sol',
  'test/verifier-contracts/Relay.sol',
  'verifier-contracts/demo/DemoToken.sol',
  'verifier-contracts/interfaces/IERC20.sol',
  'verifier-contracts/interfaces/IUniswap.sol',
]

type Compiled = {
  contracts: Record<string, Record<string, { abi: Abi; evm: { bytecode: { object: string } } }>>
}

/** Pools and tokens that cheat, compiled for a real chain. */
export function compileHostile(): Record<'HostileFactory' | 'HostilePool' | 'OddToken', HostileContract> {
  const require = createRequire(import.meta.url)
  const solc: { compile(input: string): string } = require('solc')
  const sources = Object.fromEntries(
    SOURCES.map((path) => [
      path,
      { content: readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8') },
    ]),
  )
  const outputSelection = { '*': { '*': ['abi', 'evm.bytecode.object'] } }
  const settings = { evmVersion: 'cancun', outputSelection }
  const output: Compiled = JSON.parse(
    solc.compile(JSON.stringify({ language: 'Solidity', sources, settings })),
  )
  const contract = (name: string): HostileContract => {
    const { abi, evm } = output.contracts[SOURCES[0]!]![name]!
    return { abi, bytecode: `0x${evm.bytecode.object}` }
  }
  return {
    HostileFactory: contract('HostileFactory'),
    HostilePool: contract('HostilePool'),
    OddToken: contract('OddToken'),
  }
}

export type HostileContract = { readonly abi: Abi; readonly bytecode: Hex }
