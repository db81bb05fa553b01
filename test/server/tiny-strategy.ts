import { type StrategyWire, strategyOf } from '#server/schemas/strategy.js'
import { TINY_COSTS, TINY_TARGETS } from '#test/fixtures/tiny-desk.js'

/** The tiny desk's strategy in the present form. */
export const FIRST: StrategyWire = strategyOf(TINY_TARGETS, TINY_COSTS)
/** Targets a fraction of a percent from where the book opens, so that only a narrow trigger asks for a trade. */
export const NEAR: StrategyWire = {
  ...FIRST,
  targets: [
    { group: 0, targetBps: '4400', bandBps: '300' },
    { group: 1, targetBps: '2500', bandBps: '500' },
  ],
}
/** A view of risk for its two coins. */
export const RISK: StrategyWire['risk'] = {
  kind: 'given',
  underlyings: [
    { name: 'BTC', annualVolBps: '4500' },
    { name: 'ETH', annualVolBps: '6500' },
  ],
  correlations: [{ between: ['BTC', 'ETH'], bps: '8000' }],
}
