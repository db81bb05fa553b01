import { describe, expect, test } from 'vitest'
import { arbitrageViolations } from '#strategy/options/arbitrage-violations.js'
import { optionSlot } from '#strategy/options/option-slot.js'
import { fitSmile } from '#strategy/options/smile.js'
import { volSurface } from '#strategy/options/vol-surface.js'
import { hasGivenData } from '../given-data.js'
import {
  atParityForwards,
  CHAINS,
  givenChain,
  type ListedOption,
  quantile,
  smileQuotes,
} from './given-options.js'
import { innerErrors, wingErrors } from './smile-errors.js'

const e8 = (x: number) => BigInt(Math.round(x * 1e8))

/** What a signer would sign for a listed option at its mark volatility, against what the exchange showed. */
function gapsOf({ type, strike, expiry, now, forward, spot, iv, mark, delta }: ListedOption) {
  const slot = optionSlot({
    terms: { type, strikeE8: e8(strike), expiry: BigInt(expiry) },
    spotE8: e8(spot),
    forwardE8: e8(forward),
    ivE8: e8(iv),
    now: BigInt(Math.round(now)),
    contractSizeE8: 100_000_000n,
    spotShocksBps: [],
    volShocksBps: [],
    minMarginBps: 0n,
  })
  return {
    mark: Math.abs(Number(slot.price) / 1e8 / forward - mark),
    delta: Math.abs(Number(slot.delta) / 1e8 / forward - delta),
  }
}

describe.skipIf(!hasGivenData)('two whole chains of Deribit (skipped without ../shared/data)', () => {
  describe.each(CHAINS)('%s', (name) => {
    test('marks in coins and deltas as the exchange shows them', () => {
      const chain = givenChain(name)
      const spread = (options: readonly ListedOption[], of: 'mark' | 'delta') => {
        const gaps = options.map((option) => gapsOf(option)[of])
        return [quantile(gaps, 0.5), quantile(gaps, 0.95)] as const
      }
      const listed = chain.filter(({ listedForward }) => listedForward)
      expect(listed.length).toBeGreaterThan(1_000)
      const [markMedian, markTail] = spread(listed, 'mark')
      expect([markMedian < 1e-5, markTail < 1.2e-4]).toEqual([true, true])
      const [deltaMedian, deltaTail] = spread(listed, 'delta')
      expect([deltaMedian < 1.7e-4, deltaTail < 1.3e-3]).toEqual([true, true])
      // Where no future is listed, the index shown in its place is not the forward the exchange marks with; parity tells that.
      const [parityMedian, parityTail] = spread(atParityForwards(chain), 'mark')
      expect([parityMedian < 5e-6, parityTail < 3e-5]).toEqual([true, true])
    })

    const expiries = hasGivenData ? smileQuotes(givenChain(name)) : []

    test('a left-out strike is guessed closer by the smile than by a straight line, a wing closer than by a flat one', () => {
      const inner = expiries.flatMap(innerErrors)
      const wings = expiries.filter(({ quotes }) => quotes.length >= 8).flatMap(wingErrors)
      expect([inner.length > 500, wings.length > 200]).toEqual([true, true])
      for (const errors of [inner, wings]) {
        for (const p of [0.5, 0.95]) {
          const [smile, simple] = (['smile', 'simple'] as const).map((way) =>
            quantile(
              errors.map((error) => error[way]),
              p,
            ),
          )
          expect(smile).toBeLessThan(simple!)
        }
      }
      expect(
        quantile(
          inner.map(({ smile }) => smile),
          0.5,
        ),
      ).toBeLessThan(1e-3)
    })

    test('the surface meets every quote, and the marks allow next to no arbitrage at their strikes', () => {
      for (const coin of ['BTC', 'ETH']) {
        const own = expiries.filter((expiry) => expiry.coin === coin)
        const smiles = own.map(({ quotes, forward, years }) => fitSmile(quotes, { forward, years }))
        const surface = volSurface(smiles)
        for (const { quotes, forward, years } of own) {
          for (const { strike, vol } of quotes)
            expect(surface({ strike, forward, years })).toBeCloseTo(vol, 10)
        }
        // At most: one strike in a hundred by more than a basis point of the forward, none by ten, no expiry against the next.
        const strikes = smiles.reduce((total, smile) => total + smile.strikes.length, 0)
        const found = arbitrageViolations(smiles, { tolerance: 1e-4 })
        expect(found.length).toBeLessThanOrEqual(strikes / 100)
        expect(found.filter(({ kind, amount }) => kind === 'calendar' || amount > 1e-3)).toEqual([])
      }
    })
  })
})
