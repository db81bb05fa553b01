import { createHash } from 'node:crypto'
import { OPERATORS } from './operators.js'
import { childrenOf, type Node, readSyntax, type Source, spanOf } from './syntax.js'

/** A contract with one thing changed. `text` is the whole source then, `file` its path below verifier-contracts/. */
export type Mutant = {
  /** What stands where, and what stands there instead: the same for as long as the function says so. */
  readonly id: string
  readonly file: string
  readonly operator: string
  readonly text: string
}

/** Every how many of a source's edits one is taken, and how many at least. */
const SHARE = 12
const LEAST = 3
const LENGTH_MAX = 90
const SEED = 'ballast'

/**
 * The mutants of the contracts as they are, the same on every machine. Of each source a share is taken by lot, from its
 * operators in turn, so that all operators are spread over all sources.
 */
export function enumerateContractMutants(): readonly Mutant[] {
  enumerated ??= enumerate()
  return enumerated
}

let enumerated: readonly Mutant[] | undefined

function enumerate(): Mutant[] {
  const sources = readSyntax()
  const read = new Set(sources.flatMap(({ tree }) => referencesIn(tree)))
  return sources.flatMap((source) => {
    const all = mutantsOf(source, read)
    const queues = Object.keys(OPERATORS)
      .map((operator) => all.filter((mutant) => mutant.operator === operator).sort(byLot))
      .filter((queue) => queue.length > 0)
    const rounds = Array.from({ length: all.length }, (_, round) =>
      queues.flatMap((queue) => queue[round] ?? []),
    )
    return rounds.flat().slice(0, Math.max(LEAST, Math.ceil(all.length / SHARE)))
  })
}

const lotOf = ({ id }: Mutant): string => createHash('sha256').update(SEED).update(id).digest('hex')
const byLot = (a: Mutant, b: Mutant): number => (lotOf(a) < lotOf(b) ? -1 : 1)

/** Every mutant of a source, but of constants that are not among the declarations `read`: they cannot go wrong. */
function mutantsOf({ file, bytes, tree }: Source, read: ReadonlySet<number>): Mutant[] {
  const text = (node: Node) => bytes.subarray(...spanOf(node)).toString()
  const times = new Map<string, number>()
  const visit = (node: Node, place: string): Mutant[] => {
    const { nodeType, name, kind, id } = node
    if (node.constant && !read.has(id!)) return []
    const isPlace = node.constant || /^(Contract|Function|Modifier)Definition$/.test(nodeType)
    const inside = isPlace ? name || kind! : place
    const own = Object.entries(OPERATORS).flatMap(([operator, apply]) =>
      apply(node, text).map(({ of, after }) => {
        const [start, end] = spanOf(of)
        const title = `${file} ${inside}: ${shown(text(of))} → ${after === '' ? 'nothing' : shown(after)}`
        const count = (times.get(title) ?? 0) + 1
        times.set(title, count)
        return {
          id: count === 1 ? title : `${title} (${count})`,
          file,
          operator,
          text: Buffer.concat([bytes.subarray(0, start), Buffer.from(after), bytes.subarray(end)]).toString(),
        }
      }),
    )
    return [...own, ...childrenOf(node).flatMap((child) => visit(child, inside))]
  }
  return visit(tree, '')
}

const referencesIn = (node: Node): number[] => [
  ...(node.referencedDeclaration === undefined ? [] : [node.referencedDeclaration]),
  ...(node.externalReferences ?? []).map(({ declaration }) => declaration),
  ...childrenOf(node).flatMap(referencesIn),
]

const shown = (text: string): string => {
  const line = text.replace(/\s+/g, ' ')
  return `\`${line.length > LENGTH_MAX ? `${line.slice(0, LENGTH_MAX)}…` : line}\``
}
