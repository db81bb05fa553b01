import type { Step } from '#portfolio/step.js'
import { roundStep, WIDE_MANDATE } from '../../fixtures/round-step.js'
import { type Case, caseOf } from './case.js'
import { withFlow } from './limit-cases.js'

/** What must be so whatever the limits: one universe, no debt over all, and nothing called compliant that is worth nothing. */
export async function identityCases(): Promise<Case[]> {
  const round = roundStep()
  const other = round.market.universeId + 1n
  return Promise.all([
    caseOf('market of another universe', { ...round, market: { ...round.market, universeId: other } }),
    caseOf('old book of another universe', { ...round, oldBook: { ...round.oldBook, universeId: other } }),
    caseOf('new book of another universe', { ...round, newBook: { ...round.newBook, universeId: other } }),
    caseOf('worth one unit', worth(1n)),
    caseOf('worth one unit, reducing', worth(1n), 'reducing'),
    caseOf('worth nothing', worth(0n)),
    caseOf('worth nothing, called compliant', worth(0n), 'compliant'),
    caseOf('worth less than nothing', worth(-1n)),
  ])
}

/**
 * Cash and nothing else. One unit came in, so that no turnover is over its cap; the carry cap is 0; every other limit that
 * a debt is beyond is held as it was.
 */
function worth(nav: bigint): Step {
  const step = roundStep()
  const book = { ...step.oldBook, cash: [nav, 0n], quantities: [0n, 0n, 0n, 0n] }
  const mandate = { ...WIDE_MANDATE, carryBps: 0n, turnoverBps: 1n }
  return withFlow({ ...step, mandate, oldBook: book, newBook: book, fills: [0n, 0n, 0n, 0n] }, 0, 1n)
}
