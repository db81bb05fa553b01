import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Abi, Hex } from 'viem'
import { BaseError } from '#portfolio/base-error.js'

/** A run of bytes. */
export type Place = { readonly start: number; readonly length: number }

/** One contract as compiled. `runtime` is the code it leaves on chain, zero where each of its `immutables` is put in. */
export type Artefact = {
  readonly abi: Abi
  readonly bytecode: Hex
  readonly runtime: Hex
  readonly immutables: Readonly<Record<string, readonly Place[]>>
}

type Evm = {
  bytecode: { object: string }
  deployedBytecode: { object: string; immutableReferences?: Record<string, Place[]> }
}
type SolcOutput = {
  errors?: { severity: string; formattedMessage: string }[]
  contracts?: Record<string, Record<string, { abi: Abi; evm: Evm }>>
  sources?: Record<string, { ast: unknown }>
}

const FOLDER = dirname(fileURLToPath(import.meta.url))
const SETTINGS = {
  evmVersion: 'cancun',
  optimizer: { enabled: true, runs: 10_000 },
  metadata: { bytecodeHash: 'none', appendCBOR: false },
  outputSelection: {
    '*': {
      '*': [
        'abi',
        'evm.bytecode.object',
        'evm.deployedBytecode.object',
        'evm.deployedBytecode.immutableReferences',
      ],
      '': ['ast'],
    },
  },
}

/**
 * Compiles every contract of this folder with npm's solc, or reads the result of the same sources from the cache.
 *
 * @returns artefacts by contract name.
 * @throws {@link SolidityError} with the compiler's own messages.
 */
export function compileContracts(): Record<string, Artefact> {
  const sources = readSources()
  const input = JSON.stringify({ language: 'Solidity', sources, settings: SETTINGS })
  const require = createRequire(import.meta.url)
  const version: string = require('solc/package.json').version
  const hash = createHash('sha256').update(version).update(input).digest('hex').slice(0, 32)
  const cached = join(FOLDER, 'build', `${hash}.json`)
  if (existsSync(cached)) return JSON.parse(readFileSync(cached, 'utf8'))

  const solc: { compile(input: string): string } = require('solc')
  const output: SolcOutput = JSON.parse(solc.compile(input))
  const faults = (output.errors ?? []).filter(({ severity }) => severity !== 'info')
  if (faults.length > 0) throw new SolidityError(faults.map(({ formattedMessage }) => formattedMessage))
  const artefacts = collect(output)
  mkdirSync(dirname(cached), { recursive: true })
  const partial = `${cached}.${process.pid}`
  writeFileSync(partial, JSON.stringify(artefacts))
  renameSync(partial, cached)
  return artefacts
}

/** Sources by path below this folder, in the order of their paths; build output and the forge set-up left out. */
function readSources(): Record<string, { content: string }> {
  const paths = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.sol'))
    .map((entry) => relative(FOLDER, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((path) => !path.startsWith('build/'))
    .sort()
  return Object.fromEntries(
    paths.map((path) => [path, { content: readFileSync(join(FOLDER, path), 'utf8') }]),
  )
}

function collect(output: SolcOutput): Record<string, Artefact> {
  const artefacts: Record<string, Artefact> = {}
  const names = new Map(Object.values(output.sources ?? {}).flatMap(({ ast }) => immutablesIn(ast)))
  for (const contracts of Object.values(output.contracts ?? {})) {
    for (const [name, { abi, evm }] of Object.entries(contracts)) {
      const places = Object.entries(evm.deployedBytecode.immutableReferences ?? {})
      artefacts[name] = {
        abi,
        bytecode: `0x${evm.bytecode.object}`,
        runtime: `0x${evm.deployedBytecode.object}`,
        immutables: Object.fromEntries(places.map(([id, at]) => [names.get(id)!, at])),
      }
    }
  }
  return artefacts
}

/** Every immutable declared below a node of a syntax tree: what the compiler calls it, and its name. */
function immutablesIn(node: unknown): [id: string, name: string][] {
  if (typeof node !== 'object' || node === null) return []
  const { mutability, id, name } = node as { mutability?: string; id?: number; name?: string }
  const own: [string, string][] = mutability === 'immutable' ? [[`${id}`, name!]] : []
  return [...own, ...Object.values(node).flatMap(immutablesIn)]
}

/** The contracts do not compile, or compile with a warning. */
export class SolidityError extends BaseError {
  constructor(messages: readonly string[]) {
    super(`The contracts do not compile cleanly:\n${messages.join('\n')}`, { code: 'CONTRACTS_SOLIDITY' })
  }
}
