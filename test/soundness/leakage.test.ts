import { describe, expect, test } from 'vitest'
import { playCommitments } from './leakage/play-commitments.js'
import { playOnChain } from './leakage/play-on-chain.js'
import { coinOf } from './leakage/random.js'
import type { Flaw } from './leakage/view.js'

const SEED = 'sample of 2026'
const TRIALS = 240
/** Five standard deviations of a fair coin; the campaign plays 10,000 trials and asks for 50 ± 2 %. */
const bound = (trials: number) => (5 * Math.sqrt(trials)) / 2

test('no distinguisher tells two books apart by commitments, signals, sealed trade, call data and event', async () => {
  const { trials, right, pairs } = await playCommitments({ from: 0, to: TRIALS, seed: SEED })
  expect(trials).toBe(TRIALS)
  expect(Object.keys(pairs)).toHaveLength(6)
  expect(Object.keys(right).length).toBeGreaterThan(20)
  const winners = Object.entries(right).filter(([, count]) => Math.abs(count - trials / 2) > bound(trials))
  expect(winners, `seed ${SEED}`).toEqual([])
})

describe('the same distinguishers win against', () => {
  const THERE = 'heartbeats | every slot there and back'
  const BARE = 'cash, then one position | every position'
  const cases: [Flaw, string, readonly string[]][] = [
    [
      'constant blinding',
      BARE,
      ['seen before', 'opened book', 'best bit', 'best byte', 'threshold bits set', 'logistic'],
    ],
    ['constant blinding', THERE, ['low bit trade', 'difference of books', 'opened trade']],
    ['blinding kept for every epoch', THERE, ['equal commitments', 'best bit', 'logistic']],
    ['the epoch as blinding', THERE, ['opened book', 'opened budget', 'opened trade']],
    ['one blinding for every label', 'the same trade | of another book', ['opened book']],
    [
      'unpadded blob',
      THERE,
      [
        'threshold blob length',
        'threshold call data length',
        'threshold event length',
        'threshold sum of blob bytes',
      ],
    ],
    ['legs shown', THERE, ['threshold zero bytes', 'threshold call data gas', 'best byte']],
  ]
  test.each(cases)('%s, when the pair is %s', async (flaw, name, distinguishers) => {
    const { pairs } = await playCommitments({ from: 0, to: 288, seed: SEED, only: name }, flaw)
    const { trials, right } = pairs[name]!
    const rates = distinguishers.map((each) => [each, right[each]! / trials > 0.95])
    expect(rates, `seed ${SEED}`).toEqual(distinguishers.map((each) => [each, true]))
  })
})

test('one length and one class of gas on a real chain, whatever is held and whatever is traded', async () => {
  // Trial 0 trades every slot of a full book there and back, trial 1 goes from cash to one position and rests.
  const seed = 'shapes 2'
  expect([coinOf(seed, 0), coinOf(seed, 1)], seed).toEqual([1, 0])
  const { trials, right, seen } = await playOnChain({ from: 0, to: 2, seed })
  expect(trials).toBe(2)
  expect(Object.values(right).every((count) => count <= trials)).toBe(true)
  const several = Object.entries(seen).filter(([, values]) => Object.keys(values).length !== 1)
  expect(several).toEqual([])
  expect(Object.values(seen['rebalance execution']!)).toEqual([4])
  expect(Object.values(seen['rebalance call data length']!)).toEqual([4])
}, 300_000)
