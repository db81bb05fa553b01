import { buildPoseidon } from 'circomlibjs'
import { type Book, bookElements } from '#portfolio/book.js'
import { type Budget, budgetElements, OPENING_BUDGET } from '#portfolio/budget.js'
import { TAGS } from '#portfolio/layout.js'
import { type Mandate, mandateVector } from '#portfolio/mandate.js'
import { type Market, marketVector } from '#portfolio/market.js'
import type { Shape } from '#portfolio/shape.js'
import { toField } from '#portfolio/units.js'

/** Elements per block: Poseidon of width 17 has 16 inputs, one of which chains the blocks. */
const BLOCK = 15

/** digest(tag, elements): the vector's elements are signed integers, −x standing for the field element r − x. */
export type Digest = (tag: bigint, elements: readonly bigint[]) => bigint

let loaded: Promise<Digest> | undefined

/**
 * Loads Poseidon over BN254 (circomlibjs; the same as circomlib's) and returns the digest function of docs/protocol.md,
 * section 3: a chain over blocks of 15 that starts as tag · 2^64 + length, the last block filled with zeros.
 */
export function loadDigest(): Promise<Digest> {
  loaded ??= buildPoseidon().then((poseidon) => (tag: bigint, elements: readonly bigint[]) => {
    let chain = (tag << 64n) + BigInt(elements.length)
    for (let start = 0; start < elements.length; start += BLOCK) {
      const block = elements.slice(start, start + BLOCK).map(toField)
      while (block.length < BLOCK) block.push(0n)
      chain = poseidon.F.toObject(poseidon([chain, ...block]))
    }
    return chain
  })
  return loaded
}

export const commitBook = (digest: Digest, book: Book, blinding: bigint): bigint =>
  digest(TAGS.book, [...bookElements(book), blinding])

export const commitBudget = (digest: Digest, budget: Budget, blinding: bigint): bigint =>
  digest(TAGS.budget, [...budgetElements(budget), blinding])

/** What the executing desk may open: quantities traded, fills, fee. */
export type Trade = {
  readonly trades: readonly bigint[]
  readonly fills: readonly bigint[]
  readonly fee: bigint
}

export const commitTrade = (digest: Digest, { trades, fills, fee }: Trade, blinding: bigint): bigint =>
  digest(TAGS.trade, [...trades, ...fills, fee, blinding])

const REMEMBERED_MAX = 32
const remembered = new Map<string, bigint>()

/**
 * Digest of a public vector. The last ones are remembered, since every step at one market asks for the same; no private
 * vector passes here.
 */
export function digestPublic(digest: Digest, tag: 'market' | 'mandate', vector: readonly bigint[]): bigint {
  const elements = vector.map(toField)
  const key = `${tag} ${elements.join()}`
  const known = remembered.get(key)
  if (known !== undefined) return known
  const value = digest(TAGS[tag], elements)
  for (const oldest of remembered.keys()) {
    if (remembered.size < REMEMBERED_MAX) break
    remembered.delete(oldest)
  }
  remembered.set(key, value)
  return value
}

export const digestMarket = (digest: Digest, market: Market): bigint =>
  digestPublic(digest, 'market', marketVector(market))

export const digestMandate = (digest: Digest, mandate: Mandate, shape: Shape): bigint =>
  digestPublic(digest, 'mandate', mandateVector(mandate, shape))

/** The budget every portfolio opens with: no counters, blinding 0, so that anyone can recompute it. */
export const openingBudget = (digest: Digest): bigint => commitBudget(digest, OPENING_BUDGET, 0n)
