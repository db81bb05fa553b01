import { FIELD } from '#portfolio/units.js'
import { loadDigest } from '#prover/digest.js'
import { type Sample, scoreLearned } from './learned.js'
import { openingOf } from './openings.js'
import { pairsOf, sceneOf, stepsOf } from './pairs.js'
import { coinOf } from './random.js'
import { type Flaw, NAMES, type View, viewOf } from './view.js'

/** Right guesses per distinguisher, in all and per pair; half of `trials` is what knowing nothing gives. */
export type Score = { readonly trials: number; readonly right: Readonly<Record<string, number>> }
export type GameCounts = Score & { readonly pairs: Readonly<Record<string, Score>> }

type Guess = 0 | 1 | undefined

/**
 * The distinguishing game over what needs no chain: commitments, public vector, c, α, β, sealed trade, call data and event
 * of two steps in a row. A coin picks one of a pair's two lines, the product's code produces what the public sees, and
 * every distinguisher names the side. Trial t plays pair t mod 6; learners learn on one half of the slice and guess the
 * other, so slices of some thousands play best.
 *
 * @param only plays one pair by its name, and of the trials those that are its own.
 * @param flaw spoils the hiding in one way: the control that the distinguishers can win.
 */
export async function playCommitments(
  { from, to, seed = 'leakage', only }: { from: number; to: number; seed?: string; only?: string },
  flaw?: Flaw,
): Promise<GameCounts> {
  const scene = sceneOf('tiny')
  const digest = await loadDigest()
  const all = pairsOf(scene)
  const pairs: Record<string, Score> = {}
  for (const [p, pair] of all.entries()) {
    if (only !== undefined && pair.name !== only) continue
    const lines = [stepsOf(scene, pair.lines[0]), stepsOf(scene, pair.lines[1])] as const
    const adversary = adversaryOf(openingOf(digest, lines, pair.tradeKnown))
    const samples: Sample[] = []
    const right: Record<string, number> = {}
    for (let trial = from; trial < to; trial++) {
      if (trial % all.length !== p) continue
      const coin = coinOf(seed, trial)
      const view = await viewOf(scene, lines[coin], seed, trial, flaw)
      for (const [name, guess] of Object.entries(adversary(view, coin))) {
        right[name] = (right[name] ?? 0) + ((guess ?? 0) === coin ? 1 : 0)
      }
      samples.push(sampleOf(view, coin))
    }
    if (samples.length > 0)
      pairs[pair.name] = { trials: samples.length, right: { ...right, ...scoreLearned(samples) } }
  }
  return { ...total(Object.values(pairs)), pairs }
}

export function total(scores: readonly Score[]): Score {
  const right: Record<string, number> = {}
  for (const score of scores)
    for (const [name, count] of Object.entries(score.right)) right[name] = (right[name] ?? 0) + count
  return { trials: scores.reduce((sum, { trials }) => sum + trials, 0), right }
}

/** Distinguishers that learn nothing: fixed rules, openings by brute force, and what was seen before. */
function adversaryOf(open: ReturnType<typeof openingOf>) {
  const seen = new Map<bigint, 0 | 1>()
  return (view: View, coin: 0 | 1): Record<string, Guess> => {
    const { book, budget, trade } = open(view)
    const [before, now] = view.steps
    const commitments = [before.oldBook, before.newBook, now.newBook, before.oldBudget, before.newBudget]
    commitments.push(now.newBudget, before.trade, now.trade)
    const upper = (a: bigint, b: bigint): Guess => ((a - b + FIELD) % FIELD > FIELD / 2n ? 1 : 0)
    const remembered = commitments.map((x) => seen.get(x)).find((side) => side !== undefined)
    // The coin is shown after the guess, as a challenger would.
    for (const x of commitments) seen.set(x, coin)
    return {
      ...Object.fromEntries(NAMES.map((name) => [`low bit ${name}`, Number(now[name] & 1n) as Guess])),
      'difference of books': upper(now.newBook, now.oldBook),
      'difference of budgets': upper(now.newBudget, now.oldBudget),
      'equal commitments': new Set(commitments).size < commitments.length ? 0 : 1,
      'seen before': remembered,
      'opened book': book,
      'opened budget': budget,
      'opened trade': trade,
    }
  }
}

function sampleOf({ steps, blob, calldata, event }: View, coin: 0 | 1): Sample {
  const [before, now] = steps
  const numbers = [before.oldBook, before.oldBudget, before.trade, ...NAMES.map((name) => now[name])]
  const bits = new Uint8Array(numbers.flatMap((x) => [...x.toString(2).padStart(254, '0')].map(Number)))
  return {
    coin,
    bits,
    bytes: calldata,
    scalars: { ...shapeOfBytes({ blob, calldata, event }), ...densities(bits, blob) },
  }
}

const densities = (bits: Uint8Array, blob: Uint8Array) => ({
  'bits set': bits.reduce((sum, bit) => sum + bit, 0),
  'sum of blob bytes': blob.reduce((sum, byte) => sum + byte, 0),
})

/** Lengths, and what the bytes alone cost: 4 gas for a zero byte of call data, 16 for another. */
export function shapeOfBytes(parts: { blob: Uint8Array; calldata: Uint8Array; event: Uint8Array }) {
  const zeros = parts.calldata.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0)
  return {
    'blob length': parts.blob.length,
    'call data length': parts.calldata.length,
    'event length': parts.event.length,
    'zero bytes': zeros,
    'call data gas': 4 * zeros + 16 * (parts.calldata.length - zeros),
  }
}
