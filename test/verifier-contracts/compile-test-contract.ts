import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Abi, Hex } from 'viem'

/** One contract of this folder, with whatever it imports, compiled as the deployed ones are. */
export function compileTestContract(file: string, name: string): { abi: Abi; bytecode: Hex } {
  const path = `test/verifier-contracts/${file}`
  const solc: {
    compile(input: string, read: { import: (path: string) => { contents: string } }): string
  } = createRequire(import.meta.url)('solc')
  const contents = (from: string) => readFileSync(new URL(`../../${from}`, import.meta.url), 'utf8')
  const input = {
    language: 'Solidity',
    sources: { [path]: { content: contents(path) } },
    settings: {
      evmVersion: 'cancun',
      optimizer: { enabled: true, runs: 10_000 },
      outputSelection: { [path]: { [name]: ['abi', 'evm.bytecode.object'] } },
    },
  }
  const output = solc.compile(JSON.stringify(input), { import: (from) => ({ contents: contents(from) }) })
  const { abi, evm } = JSON.parse(output).contracts[path][name]
  return { abi, bytecode: `0x${evm.bytecode.object}` }
}
