import type { Instrument } from '#portfolio/instrument.js'
import type { Shape } from '#portfolio/shape.js'
import type { Universe } from '#portfolio/universe.js'

/** Spot and perp of two coins over the accounts of the shape: three slots, or as many as asked for. */
export function spotAndPerp(shape: Shape, slots: number): Universe {
  const shocksBps = Array.from({ length: shape.scenarios }, (_, s) => (s % 2 === 0 ? -2_000n : 2_000n))
  const instruments: Instrument[] = []
  for (const underlying of ['BTC', 'ETH']) {
    for (const kind of ['spot', 'perp'] as const) {
      for (let account = 0; account < shape.accounts; account++) {
        const symbol = `${underlying}-${kind.toUpperCase()}-${account}`
        const marginBps = kind === 'spot' ? 0n : 500n
        const size = { contractSizeE8: 100_000_000n, marginBps, shocksBps }
        instruments.push({ ...size, symbol, kind, underlying, feed: underlying, account })
      }
    }
  }
  // BTC spot on account 0, BTC perp on account 1, ETH spot on account 0, then the rest.
  const order = ['BTC-SPOT-0', 'BTC-PERP-1', 'ETH-SPOT-0']
  const rank = ({ symbol }: Instrument) => (order.includes(symbol) ? order.indexOf(symbol) : order.length)
  return { instruments: instruments.sort((a, b) => rank(a) - rank(b)).slice(0, slots) }
}
