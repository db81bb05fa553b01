import { exposureOf } from '#portfolio/exposure.js'
import type { Step } from '#portfolio/step.js'
import { sum } from '#portfolio/units.js'
import { accountFloors } from './account-floors.js'
import { allocateEquity } from './allocate-cash.js'
import { DepthError } from './execution/route-order.js'
import type { PlanInput } from './plan.js'
import { flowSplit } from './relaxation.js'
import { canTrade, routeOf, sideOf } from './slot-router.js'
import { expectedFill } from './trading-cost.js'

/**
 * The step that does `trades` (signed, 1e-8 unit, one per slot) at their expected fills, exactly: cash per account follows
 * from value conservation, and moves between accounts where their margins and caps ask for it, or where one would buy with
 * money it does not have.
 *
 * @throws `DepthError` where the venues of a slot do not take its trade (`canTrade`).
 */
export function buildStep(input: PlanInput, trades: readonly bigint[]): Step {
  const { market, mandate, book, shape } = input
  const flows = flowSplit(input)
  const fills = trades.map((t, i) => {
    if (t === 0n) return 0n
    if (!canTrade(input, i, t)) throw new DepthError()
    const routed = routeOf(input, i, t)?.fill
    return routed ?? expectedFill(market.slots[i]!.price, sideOf(t), input.costs[i]!, t > 0n ? t : -t)
  })
  const paid = (a: number) =>
    sum(trades.map((t, i) => (mandate.slots[i]?.account === a ? t * fills[i]! : 0n)))
  const quantities = book.quantities.map((q, i) => q + trades[i]!)
  const cash = book.cash.map((c, a) => c + flows[a]! - paid(a))
  const untransferred = { universeId: mandate.universeId, cash, quantities }
  const after = exposureOf(untransferred, market, mandate, shape)
  const before = exposureOf(book, market, mandate, shape, flows)
  const floors = accountFloors(input, after)
  const equity = allocateEquity(after, before, mandate, input.safetyBps ?? 200n, floors)
  return {
    market,
    mandate,
    oldUniverse: input.oldUniverse,
    oldBook: book,
    newBook: { ...untransferred, cash: cash.map((c, a) => c + equity[a]! - after.accountEquity[a]!) },
    oldBudget: input.budget,
    fills,
    fee: 0n,
    carryGain: 0n,
    carryLoss: 0n,
    netFlow: input.netFlow,
    flowSplit: flows,
    window: input.window,
    changed: input.changed,
    open: false,
  }
}
