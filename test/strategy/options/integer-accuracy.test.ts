import { describe, expect, test } from 'vitest'
import { abs } from '#portfolio/units.js'
import type { OptionInput } from '#strategy/options/black-scholes.js'
import { ONE } from '#strategy/options/fixed-point.js'
import { normalDistribution } from '#strategy/options/integer-black76.js'
import { Prng } from '#test/helpers/prng.js'
import { hasGivenData } from '../given-data.js'
import { CHAINS, givenChain, givenRows } from './given-options.js'
import { integerErrors } from './integer-errors.js'

/**
 * The bound asked for, and the one the formula states: twice 2e-15, since the floating-point side has its own roundings, and
 * a fifth more for a forward of three units that was rounded to whole ones.
 */
function within(input: OptionInput): boolean {
  const { price, vega, delta } = integerErrors(input)
  const stated = 4e-15 * (1 + (1.2 * input.strike) / input.forward)
  return price < Math.min(2e-9, stated) && vega < 2e-9 && delta < 4e-15
}

describe('integer Black 1976 is within 2e-9 of the forward in price and vega, and 2e-9 in delta', () => {
  const [YEARS, VOLS, RATIOS] = [
    [1e-5, 1],
    [0.0002, 2000],
    [3e-6, 3e20],
  ] as const

  test('at every corner of the torture range, and at the money between them', () => {
    for (const type of ['call', 'put'] as const) {
      for (const years of YEARS) {
        for (const vol of VOLS) {
          for (const ratio of [...RATIOS, 1]) {
            const input = { type, forward: 0.01 * ratio, strike: 0.01, vol, years }
            expect([input, within(input)]).toEqual([input, true])
          }
        }
      }
    }
  })

  test('on 2,000 random options of that range, half of them within four deviations of the money', () => {
    const rng = new Prng(20_260_102)
    const uniform = (low: number, high: number) => low + (high - low) * (rng.int(0, 1e9) / 1e9)
    const between = ([low, high]: readonly [number, number]) =>
      Math.exp(uniform(Math.log(low), Math.log(high)))
    for (let i = 0; i < 2_000; i++) {
      const [vol, years] = [between(VOLS), between(YEARS)]
      const moneyness = uniform(-4, 4) * vol * Math.sqrt(years)
      // ln 3e-6 = −12.7, ln 3e20 = 47.1.
      const ratio = i % 2 === 0 ? between(RATIOS) : Math.exp(Math.min(Math.max(moneyness, -12.7), 47.1))
      const strike = between([1e-2, 1e6])
      const input = {
        type: rng.oneIn(2) ? 'call' : 'put',
        forward: strike * ratio,
        strike,
        vol,
        years,
      } as const
      expect([i, within(input)]).toEqual([i, true])
    }
  })

  describe.skipIf(!hasGivenData)('on given data (skipped without ../shared/data)', () => {
    test('on the 101 vectors of py_vollib', () => {
      for (const row of givenRows('testvectors/py_vollib_bs_101.csv')) {
        const [spot, strike, rate, years, vol] = ['S', 'K', 'R', 't', 'v'].map((name) => Number(row[name]))
        for (const type of ['call', 'put'] as const) {
          const forward = spot! * Math.exp(rate! * years!)
          expect([spot, within({ type, forward, strike: strike!, vol: vol!, years: years! })]).toEqual([
            spot,
            true,
          ])
        }
      }
    })

    test.each(CHAINS)('on every option of the chain %s', (name) => {
      const chain = givenChain(name)
      expect(chain.length).toBeGreaterThan(1_300)
      expect(chain.filter(({ iv, ...option }) => !within({ ...option, vol: iv }))).toEqual([])
    })
  })
})

describe('integer Φ', () => {
  /** 256 binary places, and another way there: the alternating series of the error function. */
  const WIDE = 1n << 256n
  const pi = 4n * (4n * arcCotangent(5n) - arcCotangent(239n))
  const rootTwoPi = integerRoot(2n * pi * WIDE)

  function exactDistribution(x: bigint): bigint {
    const wide = x * (WIDE / ONE)
    const square = (wide * wide) / WIDE
    let term = wide
    let total = wide
    for (let n = 1n; term !== 0n; n++) {
      term = -((term * square) / WIDE) / (2n * n)
      total += term / (2n * n + 1n)
    }
    return WIDE / 2n + (total * WIDE) / rootTwoPi
  }

  const errorAt = (x: bigint): number =>
    Number(abs(normalDistribution(x) * (WIDE / ONE) - exactDistribution(x))) / Number(WIDE)

  test('is within its bound of 2e-15, and most of that bound is needed just inside the cut', () => {
    const rng = new Prng(96)
    let largest = 0
    for (let x = -9n * ONE; x <= 9n * ONE; x += ONE / 16n) {
      const error = errorAt(x + rng.big(-ONE / 32n, ONE / 32n))
      expect(error).toBeLessThan(2e-15)
    }
    for (let i = 0; i < 100; i++) largest = Math.max(largest, errorAt(-8n * ONE + rng.big(0n, ONE / 256n)))
    expect(largest).toBeLessThan(2e-15)
    expect(largest).toBeGreaterThan(1e-15)
  })

  test('cuts off a tail of 6.3e-16 and is good to 1e-26 up to three deviations', () => {
    expect(errorAt(-8n * ONE)).toBeLessThan(6.3e-16)
    expect(errorAt(8n * ONE)).toBeLessThan(6.3e-16)
    for (let x = -3n * ONE; x <= 3n * ONE; x += ONE / 7n) expect(errorAt(x)).toBeLessThan(1e-26)
  })

  function arcCotangent(n: bigint): bigint {
    let [power, total] = [WIDE / n, 0n]
    for (let k = 1n; power !== 0n; k += 2n) {
      total += k % 4n === 1n ? power / k : -(power / k)
      power /= n * n
    }
    return total
  }

  function integerRoot(x: bigint): bigint {
    let root = 1n << BigInt((x.toString(2).length + 1) >> 1)
    for (let next = root; ; root = next) {
      next = (root + x / root) >> 1n
      if (next >= root) return root
    }
  }
})
