import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Edit, editsOf } from './operators.js'

/** One wrong line in one circuit file. `line` counts from 1; `before` and `after` are the line's code. */
export type Mutant = {
  readonly id: string
  readonly file: string
  readonly line: number
  readonly operator: string
  readonly before: string
  readonly after: string
}

/** Taken wherever they apply: a statement without its check, its range or its bound. */
const ALWAYS = ['drop-check', 'drop-range', 'loosen', 'tighten', 'comparison']
const WIDTHS = ['narrow', 'widen']
const LAYOUT = 'layout.circom'
/** Wiring by generated positions is alike line after line; a part of it stands for the rest. */
const LAYOUT_EVERY = 3
const LOOP_EVERY = 2

type Site = { readonly file: string; readonly line: number; readonly code: string; readonly edits: Edit[] }

/** The circom sources, in the order of the enumeration. */
export function circuitFiles(): string[] {
  const gadgets = readdirSync('circuits/gadgets').filter((name) => name.endsWith('.circom'))
  return ['rebalance.circom', 'digest.circom', ...gadgets.sort().map((name) => `gadgets/${name}`), LAYOUT]
}

/**
 * The mutants of the circuits as they are, the same on every machine: one of every statement, and every
 * {@link ALWAYS}. Where a line can go wrong in several ways, the way is the one used least so far for what it could be
 * used on, so that all operators are spread over all files.
 */
export function enumerateMutants(): Mutant[] {
  const sites = circuitFiles().flatMap(sitesOf)
  const available = new Map<string, number>()
  for (const { edits } of sites) for (const { operator } of edits) add(available, operator)
  const used = new Map<string, number>()
  return sites.flatMap((site) => {
    const always = site.edits.filter(
      ({ operator }) => ALWAYS.includes(operator) || (isWidth(site) && WIDTHS.includes(operator)),
    )
    const chosen = always.some(isWhole) ? always : [...always, ...rarest(site, used, available)]
    for (const { operator } of chosen) add(used, operator)
    return chosen.map((edit) => mutantOf(site, edit))
  })
}

export const mutantCount = (): number => enumerateMutants().length

/** A check that is gone or turned round says little of its parts. */
const isWhole = ({ operator }: Edit): boolean => operator !== 'drop-check' && operator !== 'comparison'

const isWidth = ({ file, code }: Site): boolean => file === LAYOUT && code.includes('BITS_')

const add = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1)

function mutantOf({ file, line, code, edits }: Site, { operator, after }: Edit): Mutant {
  const alike = edits.filter((edit) => edit.operator === operator)
  const n = alike.findIndex((edit) => edit.after === after)
  return { id: `${file}:${line}:${operator}:${n}`, file, line, operator, before: code, after }
}

/** An edit of the least used operator; of its edits on this line, which one depends on the line alone. */
function rarest(site: Site, used: Map<string, number>, available: Map<string, number>): Edit[] {
  const share = (operator: string) => (used.get(operator) ?? 0) / available.get(operator)!
  const others = site.edits.filter(({ operator }) => !ALWAYS.includes(operator))
  const operators = [...new Set(others.map(({ operator }) => operator))]
  if (operators.length === 0) return []
  const operator = operators.reduce((best, other) => (share(other) < share(best) ? other : best))
  const edits = others.filter((edit) => edit.operator === operator)
  return [edits[site.line % edits.length]!]
}

/** The lines of a file that can go wrong, without comments. */
function sitesOf(file: string): Site[] {
  const text = readFileSync(join('circuits', file), 'utf8')
  const words = new Set(text.match(/\w+/g))
  const isKnown = ({ after }: Edit) => (after.match(/[A-Za-z_]\w*/g) ?? []).every((word) => words.has(word))
  const codes = text.split('\n').map((source) => source.replace(/\s*\/\/.*$/, ''))
  const sites = codes.map((code, index) => {
    const edits = isWiring(codes.slice(index)) ? [] : editsOf(code).filter(isKnown)
    return { file, line: index + 1, code, edits }
  })
  const able = sites.filter(({ edits, code }) => edits.length > 0 && isCalled(file, code))
  let loops = 0
  return able.filter((site, index) => {
    if (/^\s*for \(/.test(site.code)) return loops++ % LOOP_EVERY === 0
    return file !== LAYOUT || isWidth(site) || index % LAYOUT_EVERY === 0
  })
}

/** A loop that makes components or feeds them: with a turn less the compiler finds an input without a value. */
function isWiring([first = '', ...rest]: readonly string[]): boolean {
  if (!/^\s*for \(/.test(first)) return false
  const body = rest.slice(0, rest.indexOf(first.replace(/for.*/, '}')))
  return body.some((code) => /= [A-Z]\w+\(|\.\w+(\[.*\])? <==/.test(code))
}

/** Constants of the layout that no circuit reads cannot go wrong. */
function isCalled(file: string, code: string): boolean {
  if (file !== LAYOUT) return true
  const name = /^function (\w+)/.exec(code)?.[1]
  const others = circuitFiles().filter((other) => other !== LAYOUT)
  return others.some((other) => readFileSync(join('circuits', other), 'utf8').includes(`${name}(`))
}
