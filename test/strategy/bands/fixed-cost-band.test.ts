import { describe, expect, test } from 'vitest'
import { fixedCostBand } from '#strategy/bands/fixed-cost-band.js'
import { hedgeBand } from '#strategy/bands/hedge-band.js'
import { intoBand } from '#strategy/bands/into-band.js'
import { zakamouline } from '#strategy/bands/zakamouline.js'
import { Prng } from '../../helpers/prng.js'

const AT = { gamma: 0.02, riskAversion: 0.5 }

describe('a band with a fixed cost', () => {
  test('is the band itself without one, and the fourth root around the centre with nothing else', () => {
    expect(fixedCostBand({ ...AT, halfWidth: 0.1, fixedCost: 0 })).toEqual({ trigger: 0.1, destination: 0.1 })
    const alone = fixedCostBand({ ...AT, halfWidth: 0, fixedCost: 0.01 })
    expect(alone.trigger).toBeCloseTo(((12 * 0.01 * 0.02 ** 2) / 0.5) ** 0.25, 12)
    expect(alone.destination).toBeCloseTo(0, 12)
  })

  test('meets both conditions of the optimum over sixteen decades of fixed cost', () => {
    const rng = new Prng(23)
    for (let n = 0; n < 500; n++) {
      const halfWidth = rng.int(1, 1000) / 1000
      const gamma = rng.int(1, 1000) / 1000
      const fixedCost = 10 ** -rng.int(-6, 10)
      const { trigger, destination } = fixedCostBand({ halfWidth, gamma, fixedCost, riskAversion: 1 })
      expect(destination).toBeLessThanOrEqual(halfWidth)
      expect(trigger).toBeGreaterThanOrEqual(halfWidth)
      const [sum, gap] = [trigger + destination, trigger - destination]
      expect((trigger * destination * sum) / (2 * halfWidth ** 3)).toBeCloseTo(1, 6)
      expect((gap ** 3 * sum) / (12 * fixedCost * gamma * gamma)).toBeCloseTo(1, 6)
    }
  })

  test('costs a random walk less per unit of time than any other band', () => {
    // x² is paid while the distance x moves with variance 1 (½aσ²S² = 1, ΓσS = 1, so a/Γ² = 2). From the destination d it
    // takes u² − d² on average until the trigger u, at (u⁴ − d⁴)/6, by Dynkin's formula.
    const rng = new Prng(31)
    for (let n = 0; n < 200; n++) {
      const [slope, fixedCost] = [rng.int(1, 300) / 100, 10 ** (rng.int(-300, 100) / 100)]
      const halfWidth = Math.cbrt((1.5 * slope) / 2)
      const best = fixedCostBand({ halfWidth, gamma: 1, riskAversion: 2, fixedCost })
      const rate = (u: number, d: number) =>
        ((u ** 4 - d ** 4) / 6 + fixedCost + slope * (u - d)) / (u * u - d * d)
      const least = rate(best.trigger, best.destination)
      for (const up of [-0.2, -0.02, 0, 0.02, 0.2]) {
        for (const down of [-0.2, -0.02, 0, 0.02, 0.2]) {
          const [trigger, destination] = [best.trigger * (1 + up), best.destination * (1 + down)]
          if (trigger > destination && !(up === 0 && down === 0))
            expect(rate(trigger, destination)).toBeGreaterThan(least)
        }
      }
    }
  })
})

describe("the engine's band", () => {
  const option = { price: 100, gamma: -0.03, vol: 0.5, years: 0.1, cost: 0.001, riskAversion: 0.1 }

  test('is that of Zakamouline without a fixed cost, to the edge', () => {
    const { base, width } = zakamouline(option)
    const band = hedgeBand({ ...option, fixedCost: 0 })
    expect(band.trigger).toBe(base + width)
    expect(band.destination).toBe(base + width)
    expect(band.vol).toBeGreaterThan(0.5)
    expect(hedgeBand({ ...option, gamma: 0.03, fixedCost: 0 }).vol).toBeLessThan(0.5)
    expect(hedgeBand({ ...option, gamma: 0, fixedCost: 0 })).toEqual({
      vol: 0.5,
      trigger: base,
      destination: base,
    })
  })

  test('of what has no gamma: a trade pays down to the base, and from √(2f/(aσ²S²τ)) beyond it', () => {
    const { price, vol, years, riskAversion } = option
    for (const fixedCost of [1e-4, 1e-2]) {
      const { base } = zakamouline({ ...option, gamma: 0 })
      const band = hedgeBand({ ...option, gamma: 0, fixedCost })
      expect(band.destination).toBe(base)
      // The distance beyond the base whose risk until expiry, ½aσ²S²τ·x², is the fixed cost.
      const beyond = band.trigger - base
      expect((riskAversion / 2) * (vol * price * beyond) ** 2 * years).toBeCloseTo(fixedCost, 12)
    }
  })

  test('waits longer and trades further the more a trade costs', () => {
    let last = hedgeBand({ ...option, fixedCost: 0 })
    for (const fixedCost of [1e-4, 1e-3, 1e-2, 0.1]) {
      const band = hedgeBand({ ...option, fixedCost })
      expect(band.trigger).toBeGreaterThan(last.trigger)
      expect(band.destination).toBeLessThan(last.destination)
      last = band
    }
  })
})

test('a hedge on the edge stays; beyond it goes to the destination of its side', () => {
  const band = { centre: 1, trigger: 0.5, destination: 0.25 }
  expect([0.5, 1, 1.5].map((held) => intoBand({ ...band, held }))).toEqual([0.5, 1, 1.5])
  expect([0.4, 1.6].map((held) => intoBand({ ...band, held }))).toEqual([0.75, 1.25])
})
