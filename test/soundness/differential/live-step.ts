import type { Market } from '#portfolio/market.js'
import type { Step } from '#portfolio/step.js'
import { stepFrom } from '#test/fixtures/tiny-fund.js'
import type { Prng } from '#test/helpers/prng.js'
import { WINDOW_LENGTH } from '#test/helpers/roles.js'
import { bump } from './draft-step.js'
import type { LiveFund } from './live-fund.js'

/** What a manager may try next, two in three in good faith; the model's verdict, not the name, says what is lawful. */
export const ATTEMPTS = [
  'trade',
  'invented cash',
  'fee and carry',
  'reduce',
  'trade far too much',
  'transfer',
  'unit',
  'heartbeat',
  'reduce more',
  'sell above the mark',
] as const

/** A step of a fund from its current book at `market`, carrying `netFlow`: the attempt that `seed` names, in random size. */
export function liveStep(seed: number, rng: Prng, fund: LiveFund, market: Market, netFlow: bigint): Step {
  const attempt = ATTEMPTS[seed % ATTEMPTS.length]!
  const { book, budget, mandate } = fund
  const share = (q: bigint, lo: bigint, hi: bigint) => (q * rng.big(lo, hi)) / 1_000n
  const trades = book.quantities.map((q, i) => {
    if (i >= mandate.slots.length) return 0n
    if (attempt === 'reduce' || attempt === 'reduce more')
      return -share(q, 50n, attempt === 'reduce' ? 100n : 400n)
    if (attempt === 'trade far too much') return q * rng.big(3n, 40n)
    if (attempt === 'unit') return rng.big(-1n, 1n)
    return attempt === 'heartbeat' || attempt === 'transfer' ? 0n : share(q, -60n, 60n)
  })
  const step = stepFrom(book, market, mandate, {
    trades,
    budget,
    windowLength: BigInt(WINDOW_LENGTH),
    netFlow,
  })
  const { newBook } = step
  const cashed = (cash: readonly bigint[]): Step => ({ ...step, newBook: { ...newBook, cash } })
  switch (attempt) {
    case 'fee and carry': {
      const [fee, carryGain, carryLoss] = [0, 1, 2].map(() => rng.big(0n, 10n ** 16n)) as [
        bigint,
        bigint,
        bigint,
      ]
      return { ...cashed(bump(newBook.cash, 0, carryGain - carryLoss - fee)), fee, carryGain, carryLoss }
    }
    case 'transfer': {
      const amount = share(newBook.cash[0]!, -300n, 300n)
      return cashed(bump(bump(newBook.cash, 0, -amount), 1, amount))
    }
    case 'invented cash':
      return cashed(bump(newBook.cash, rng.int(0, 1), 1n))
    case 'sell above the mark': {
      const better = step.fills.map((fill, i) =>
        trades[i]! > 0n ? (fill * 95n) / 100n : (fill * 105n) / 100n,
      )
      const won = trades.reduce((sum, t, i) => sum + t * (step.fills[i]! - better[i]!), 0n)
      return { ...cashed(bump(newBook.cash, 0, won)), fills: better }
    }
    default:
      return step
  }
}
