import { describe, expect, test } from 'vitest'
import { Random } from '#strategy/random.js'
import { greekTargets } from '#strategy/sizing/greek-targets.js'

/** A perp of 50 000, cheap to trade, and two options that are not. */
const perp = { delta: 50_000, gamma: 0, vega: 0 }
const near = { delta: 25_000, gamma: 900, vega: 30 }
const far = { delta: 20_000, gamma: 300, vega: 90 }
const input = {
  nav: 1_000_000,
  held: { delta: 200_000, gamma: -9_000, vega: -400 },
  wanted: { delta: { target: 0.1, band: 0.01 } },
  units: [perp, near, far],
  costs: [25, 30, 40],
}
const zero = expect.closeTo(0, 9)

describe('Greek targets', () => {
  test('of delta alone trade the perp, to the near edge of the band', async () => {
    const { quantities, exposures, greeks, cost } = await greekTargets(input)
    // From 0.20 down to 0.11 of a million at 50 000 a unit.
    expect(quantities).toEqual([expect.closeTo(-1.8, 9), zero, zero])
    expect(exposures).toEqual([expect.closeTo(-0.09, 9), zero, zero])
    expect(greeks).toEqual({ delta: expect.closeTo(0.11, 9), gamma: -0.009, vega: -0.0004 })
    expect(cost).toBeCloseTo((1.8 * 25) / 1e6, 12)
  })

  test('that are met already trade nothing', async () => {
    const { quantities, cost } = await greekTargets({ ...input, wanted: { delta: { target: 0.2, band: 0 } } })
    expect([quantities, cost]).toEqual([[0, 0, 0], 0])
  })

  test('of all three are met exactly where there is one way to', async () => {
    const exact = (target: number) => ({ target, band: 0 })
    const wanted = { delta: exact(0.05), gamma: exact(0), vega: exact(0) }
    const { greeks, quantities } = await greekTargets({ ...input, wanted })
    expect(greeks.delta).toBeCloseTo(0.05, 9)
    expect(greeks.gamma).toBeCloseTo(0, 9)
    expect(greeks.vega).toBeCloseTo(0, 9)
    // 900·a + 300·b = 9 000 and 30·a + 90·b = 400.
    expect(quantities[1]).toBeCloseTo(9.583333, 5)
    expect(quantities[2]).toBeCloseTo(1.25, 5)
  })

  test('cost no more than any of many other ways to be inside the bands', async () => {
    const rng = new Random(2)
    const wanted = {
      delta: { target: 0, band: 0.02 },
      gamma: { target: 0, band: 0.002 },
      vega: { target: 0, band: 0.0002 },
    }
    const best = await greekTargets({ ...input, wanted })
    let others = 0
    for (let trial = 0; trial < 20_000; trial++) {
      const quantities = best.quantities.map((q) => q + 4 * (rng.uniform() - 0.5))
      const after = (name: 'delta' | 'gamma' | 'vega') =>
        quantities.reduce((sum, q, i) => sum + q * input.units[i]![name], input.held[name]) / input.nav
      if ((['delta', 'gamma', 'vega'] as const).some((name) => Math.abs(after(name)) > wanted[name].band))
        continue
      others += 1
      const cost = quantities.reduce((sum, q, i) => sum + Math.abs(q) * input.costs[i]!, 0) / input.nav
      expect(cost).toBeGreaterThanOrEqual(best.cost - 1e-12)
    }
    expect(others).toBeGreaterThan(50)
  })

  test.each([
    ['units', { units: [perp, perp, perp], wanted: { vega: { target: 0, band: 0 } } }],
    ['nav', { nav: 0 }],
    ['costs', { costs: [1] }],
    ['costs[2]', { costs: [1, 1, 0] }],
    ['held.vega', { held: { delta: 0, gamma: 0, vega: Number.NaN } }],
    ['units[1].gamma', { units: [perp, { ...near, gamma: Number.POSITIVE_INFINITY }, far] }],
    ['wanted.delta.band', { wanted: { delta: { target: 0, band: -1 } } }],
    ['wanted.gamma.target', { wanted: { gamma: { target: Number.NaN, band: 0 } } }],
  ])('with a bad %s are refused', async (field, change) => {
    await expect(greekTargets({ ...input, ...change })).rejects.toThrowError(
      expect.objectContaining({ code: 'STRATEGY_SIZING_INPUT', field }),
    )
  })
})
