import type { Tier } from '#portfolio/shape.js'
import { type Sample, scoreLearned } from './learned.js'
import { LivePlay, type Shown } from './live-play.js'
import { pairsOf } from './pairs.js'
import { type Score, shapeOfBytes } from './play-commitments.js'
import { coinOf } from './random.js'

/**
 * `seen` counts, per kind of transaction, every value met: one value each is what the test asks for. `execution` is gas
 * used less 21,000 and less 4 gas per zero byte and 16 per other byte of call data, the only part of a step's gas that
 * may vary, and that varies with random bytes alone. (The floor of EIP-7623, 10 gas per token of call data, is far below
 * what a step executes, so it does not set the gas.)
 */
export type OnChainCounts = Score & {
  readonly seen: Readonly<Record<string, Readonly<Record<string, number>>>>
}

/** The pair of a fresh and a used budget needs an earlier step to use it: on chain it is what the first pair plays. */
const PAIRS = 5
/** `newBook` and what follows it in the call data of a rebalance, after selector, id and head: where a secret would show. */
const FIRST_COMMITMENT = 4 + 5 * 32
const PROOF = FIRST_COMMITMENT + 7 * 32

/**
 * The game with everything: real proofs, sealed trades and transactions on a chain that is set back after each trial, so
 * that both sides start from the same state. A trial opens with the line's book and takes its two steps.
 */
export async function playOnChain({
  from,
  to,
  seed = 'on chain',
  tier = 'tiny',
}: {
  from: number
  to: number
  seed?: string
  tier?: Tier
}): Promise<OnChainCounts> {
  const play = await LivePlay.start(tier)
  try {
    const pairs = pairsOf(play.scene).slice(0, PAIRS)
    const samples: Sample[] = []
    const right: Record<string, number> = {}
    const seen: Record<string, Record<string, number>> = {}
    for (let trial = from; trial < to; trial++) {
      const coin = coinOf(seed, trial)
      const shown = await play.run(pairs[trial % PAIRS]!.lines[coin], `${seed} ${trial}`)
      tallyShown(shown, seen)
      const last = shown.at(-1)!
      for (const [name, guess] of Object.entries(rules(last)))
        right[name] = (right[name] ?? 0) + (guess === coin ? 1 : 0)
      samples.push(sampleOf(last, coin))
    }
    return { trials: samples.length, right: { ...right, ...scoreLearned(samples) }, seen }
  } finally {
    await play.stop()
  }
}

function tallyShown(shown: readonly Shown[], seen: Record<string, Record<string, number>>): void {
  for (const { kind, calldata, event, execution, logs } of shown) {
    const values = { 'call data length': calldata.length, 'event length': event.length, execution, logs }
    for (const [name, value] of Object.entries(values)) {
      seen[`${kind} ${name}`] ??= {}
      const counts = seen[`${kind} ${name}`]!
      counts[value] = (counts[value] ?? 0) + 1
    }
  }
}

const lowBit = (bytes: Uint8Array, at: number): number => bytes[at + 31]! & 1

/** Low bits of the commitments, of c and of the proof's eight coordinates, and of the gas used. */
function rules({ calldata, gasUsed }: Shown): Record<string, number> {
  const words = Object.fromEntries(
    Array.from({ length: 8 }, (_, i) => [`low bit proof ${i}`, lowBit(calldata, PROOF + 32 * i)]),
  )
  const commitments = ['newBook', 'newBudget', 'trade'].map((name, i) => [
    `low bit ${name}`,
    lowBit(calldata, FIRST_COMMITMENT + 32 * i),
  ])
  return { ...Object.fromEntries(commitments), ...words, 'gas used': (gasUsed / 12) & 1 }
}

function sampleOf({ calldata, event, gasUsed, gasEstimate }: Shown, coin: 0 | 1): Sample {
  const proof = calldata.subarray(PROOF, PROOF + 8 * 32)
  const bits = new Uint8Array(
    [...proof].flatMap((byte) => Array.from({ length: 8 }, (_, i) => (byte >> i) & 1)),
  )
  const lengths = shapeOfBytes({ blob: new Uint8Array(), calldata, event })
  return {
    coin,
    bits,
    bytes: calldata,
    scalars: { ...lengths, 'gas used': gasUsed, 'gas estimate': gasEstimate },
  }
}
