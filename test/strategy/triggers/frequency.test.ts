import { expect, test } from 'vitest'
import { Random } from '#strategy/random.js'
import { threshold } from '#strategy/triggers/threshold.js'
import { contextOf, NAV, roundDesk } from './trigger-desk.js'

const base = contextOf(roundDesk)

/** How often a band of 200 bp is passed in `steps` steps of an exposure that drifts with `vol`, brought back each time. */
function trades(vol: number, steps: number, seed: number): number {
  const random = new Random(seed)
  const line = base.tracking[0]!
  let off = 0
  let count = 0
  for (let n = 0; n < steps; n++) {
    off += vol * random.normal()
    const distance = BigInt(Math.round(Math.abs(off) * 1e12)) * (NAV / 10n ** 12n)
    const tracking = [{ ...line, exposure: line.wanted + (off < 0 ? -distance : distance), distance }]
    const context = { ...base, tracking: [...tracking, { ...base.tracking[1]!, distance: 0n }] }
    if (threshold({ kind: 'threshold', bandBps: 200 }, context).length === 0) continue
    off = 0
    count++
  }
  return count
}

test('at twice the volatility the same band trades about four times as often', () => {
  // Steps small against the band; the drift of a random walk grows with its variance.
  const [calm, rough] = [trades(0.001, 40_000, 11), trades(0.002, 40_000, 12)]
  console.log('trades in a calm and a rough market, seeds 11 and 12', calm, rough)
  expect(calm).toBeGreaterThan(80)
  expect(rough / calm).toBeGreaterThan(3)
  expect(rough / calm).toBeLessThan(5)
})
