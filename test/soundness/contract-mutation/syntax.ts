import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** A node of solc's syntax tree, with the fields that are read here. `src` is `start:length:file`, in bytes. */
export type Node = {
  readonly nodeType: string
  readonly src: string
  readonly id?: number
  readonly name?: string
  readonly kind?: string
  readonly operator?: string
  readonly value?: string
  readonly constant?: boolean
  readonly leftExpression?: Node
  readonly rightExpression?: Node
  readonly leftHandSide?: Node
  readonly rightHandSide?: Node
  readonly expression?: Node
  readonly condition?: Node
  readonly arguments?: readonly Node[]
  readonly functionName?: Node
  readonly referencedDeclaration?: number
  /** What a block of assembly reads of Solidity. */
  readonly externalReferences?: readonly { readonly declaration: number }[]
  readonly typeDescriptions?: { readonly typeString?: string }
}

/** A Solidity source below verifier-contracts/ and its tree. */
export type Source = { readonly file: string; readonly bytes: Buffer; readonly tree: Node }

const FOLDER = 'verifier-contracts'
/** Interfaces do nothing, and the demo's contracts guard nothing. */
const LEFT_OUT = /^(build|demo|interfaces)\//

/** The contracts' own sources, in the order of their paths. */
export const contractFiles = (): string[] => solidityFiles().filter((file) => !LEFT_OUT.test(file))

/** The sources of {@link contractFiles}, types resolved. */
export function readSyntax(): Source[] {
  const sources = Object.fromEntries(
    solidityFiles().map((file) => [file, { content: readFileSync(`${FOLDER}/${file}`, 'utf8') }]),
  )
  const solc: { compile(input: string): string } = createRequire(import.meta.url)('solc')
  const settings = { outputSelection: { '*': { '': ['ast'] } } }
  const output: { sources: Record<string, { ast: Node }> } = JSON.parse(
    solc.compile(JSON.stringify({ language: 'Solidity', sources, settings })),
  )
  return contractFiles().map((file) => ({
    file,
    bytes: Buffer.from(sources[file]!.content),
    tree: output.sources[file]!.ast,
  }))
}

/** The node's children, in the order of the source. */
export function childrenOf(node: Node): Node[] {
  const values: unknown[] = Object.values(node).flat(1)
  return values.filter(isNode).sort((a, b) => spanOf(a)[0] - spanOf(b)[0])
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'nodeType' in value

/** Where in the source the node begins and ends, in bytes. */
export function spanOf({ src }: Node): readonly [start: number, end: number] {
  const [start, length] = src.split(':').map(Number)
  return [start!, start! + length!]
}

const solidityFiles = (): string[] =>
  readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.sol') && !path.startsWith('build/'))
    .sort()
