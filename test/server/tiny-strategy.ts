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
/** Both coins moved at once to where the first strategy wants them, for no more than 5000. */
export const AT_ONCE: StrategyWire = {
  ...FIRST,
  targets: [],
  sizing: {
    assets: [{ group: 0 }, { group: 1 }],
    bandBps: '0',
    rule: {
      kind: 'intent',
      parts: [{ exposuresBps: ['4800', '2500'], decayBps: '0' }],
      riskAversion: '1',
      costAversion: '0',
      costMax: '5000',
      deadline: '0',
      stepSeconds: '3600',
    },
  },
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
