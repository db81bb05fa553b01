import { VECTORS } from '#portfolio/layout.js'
import type { Market, MarketSlot } from '#portfolio/market.js'
import type { Shape } from '#portfolio/shape.js'
import { FIELD } from '#portfolio/units.js'

const { head, slot: names } = VECTORS.market

/** Reads a market back from its public vector: field elements above r / 2 are negative numbers. */
export function marketOf(vector: readonly bigint[], shape: Shape): Market {
  const at = (index: number): bigint => {
    const element = vector[index]!
    return element > FIELD / 2n ? element - FIELD : element
  }
  const width = names.length + shape.scenarios
  const slots = Array.from({ length: shape.slots }, (_, i): MarketSlot => {
    const start = head.length + i * width
    const field = (name: (typeof names)[number]) => at(start + names.indexOf(name))
    return {
      price: field('price'),
      delta: field('delta'),
      gamma: field('gamma'),
      vega: field('vega'),
      marginBps: field('marginBps'),
      suspended: field('suspended') === 1n,
      changes: Array.from({ length: shape.scenarios }, (_, s) => at(start + names.length + s)),
    }
  })
  return { universeId: at(head.indexOf('universeId')), time: at(head.indexOf('time')), slots }
}
