import { BITS } from './layout.js'
import { fitsUnsigned, OutOfRangeError } from './units.js'

/** Cost, gain and turnover used, each ≥ 0 in 1e-16 quote. */
export type Counters = { readonly cost: bigint; readonly gain: bigint; readonly turnover: bigint }

/** What was used in window `window` and in the one before it. */
export type Budget = { readonly window: bigint; readonly current: Counters; readonly previous: Counters }

export const COUNTERS = ['cost', 'gain', 'turnover'] as const
export const NO_COUNTERS: Counters = { cost: 0n, gain: 0n, turnover: 0n }
/** Where every portfolio starts; committed with blinding 0, so anyone can recompute it. */
export const OPENING_BUDGET: Budget = { window: 0n, current: NO_COUNTERS, previous: NO_COUNTERS }

/** @throws {@link OutOfRangeError} naming the field, never its value. */
export function checkBudget(budget: Budget, at = 'budget'): void {
  if (!fitsUnsigned(budget.window, BITS.window))
    throw new OutOfRangeError(`${at}.window`, 'a number ≥ 0 of 40 bits')
  for (const half of ['current', 'previous'] as const) {
    for (const name of COUNTERS) {
      if (!fitsUnsigned(budget[half][name], BITS.sum)) {
        throw new OutOfRangeError(`${at}.${half}.${name}`, 'a number ≥ 0 of 134 bits')
      }
    }
  }
}

/** The budget seen from `window`: the same window keeps both, the next shifts current to previous, a later one clears both. */
export function carryBudget(budget: Budget, window: bigint): Budget {
  if (window === budget.window) return budget
  const previous = window === budget.window + 1n ? budget.current : NO_COUNTERS
  return { window, current: NO_COUNTERS, previous }
}

export const addCounters = (a: Counters, b: Counters): Counters => ({
  cost: a.cost + b.cost,
  gain: a.gain + b.gain,
  turnover: a.turnover + b.turnover,
})

/** What is committed, in order: window, current counters, previous counters. The blinding is added by the prover. */
export const budgetElements = (budget: Budget): bigint[] => [
  budget.window,
  ...COUNTERS.map((name) => budget.current[name]),
  ...COUNTERS.map((name) => budget.previous[name]),
]
