import { black76 } from './black-scholes.js'
import { checkFinite, checkPositive } from './check-number.js'
import { OptionInputError } from './option-input-error.js'
import type { Scenario } from './scenario.js'

/**
 * A line of a book: `quantity` units, negative when short, of `contractSize` coins each, seen from `forward` (for a spot or a
 * perpetual its price) in quote per coin. With `option` it is one, linear and settled in quote; without, it moves like a coin.
 */
export type ScenarioPosition = {
  readonly quantity: number
  readonly contractSize: number
  readonly forward: number
  readonly option?: {
    readonly type: 'call' | 'put'
    readonly strike: number
    readonly vol: number
    readonly years: number
  }
}

/** In quote. `changes[s]` of the whole list in scenario s, `changesOf[p][s]` of position p, `worst` the index of the lowest. */
export type ScenarioGrid = {
  readonly value: number
  readonly changes: readonly number[]
  readonly changesOf: readonly (readonly number[])[]
  readonly worst: number
}

/**
 * Values every position anew in every scenario, in floating point: for planning. `optionSlot` does the same in integers for what
 * is signed; the two agree to the rounding of a slot, 1e-8 quote per unit away from zero (`test/strategy/options/scenario-grid.test.ts`).
 * Moves of the spot move all forwards alike, so this is meant for positions of one underlying, or for one common shock.
 *
 * @throws {@link OptionInputError} for no scenario, or a number that is not usable.
 */
export function scenarioGrid(
  positions: readonly ScenarioPosition[],
  scenarios: readonly Scenario[],
): ScenarioGrid {
  if (scenarios.length === 0) throw new OptionInputError('scenarios', 'a list of at least one')
  for (const { spotMove } of scenarios) {
    checkFinite({ spotMove })
    if (spotMove <= -1) throw new OptionInputError('spotMove', 'above −1')
  }
  const now = positions.map((position) => worthOf(position))
  const changesOf = positions.map((position, p) =>
    scenarios.map((scenario) => worthOf(position, scenario) - now[p]!),
  )
  const changes = scenarios.map((_, s) => sum(changesOf.map((row) => row[s]!)))
  const worst = changes.reduce((lowest, change, s) => (change < changes[lowest]! ? s : lowest), 0)
  return { value: sum(now), changes, changesOf, worst }
}

function worthOf({ quantity, contractSize, forward, option }: ScenarioPosition, scenario?: Scenario): number {
  checkFinite({ quantity })
  checkPositive({ contractSize, forward })
  const moved = forward * (1 + (scenario?.spotMove ?? 0))
  if (!option) return quantity * contractSize * moved
  const vol = scenario ? scenario.shockedVol(option.vol, option.years) : option.vol
  return quantity * contractSize * black76({ ...option, forward: moved, vol }).price
}

const sum = (xs: readonly number[]): number => xs.reduce((total, x) => total + x, 0)
