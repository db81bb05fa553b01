import { DAYS_A_YEAR } from '../time-units.js'
import { checkFinite, checkPositive } from './check-number.js'
import { OptionInputError } from './option-input-error.js'

/**
 * One move of the market: the spot, and every forward with it, by the fraction `spotMove`; each volatility to
 * `shockedVol(vol, years)`, with `years` to the expiry of its option. `extended` marks moves beyond the normal range.
 */
export type Scenario = {
  readonly name: string
  readonly spotMove: number
  readonly shockedVol: (vol: number, years: number) => number
  readonly extended?: boolean
}

/** Every spot move with every relative move of the volatility, both fractions above −1. @throws {@link OptionInputError} */
export function scenariosOf(spotMoves: readonly number[], volMoves: readonly number[]): Scenario[] {
  for (const [field, moves] of Object.entries({ spotMoves, volMoves })) {
    checkFinite({ [field]: moves })
    for (const move of moves) {
      if (move <= -1) throw new OptionInputError(field, 'a move above −1')
    }
  }
  return spotMoves.flatMap((spotMove) =>
    volMoves.map((volMove) => ({
      name: `spot ${percent(spotMove)}, vol ${percent(volMove)}`,
      spotMove,
      shockedVol: (vol: number) => vol * (1 + volMove),
    })),
  )
}

/** What Deribit's margin engine calls by these names; it publishes live values, these are the defaults of its API example. */
const PRICE_RANGE = 0.16
const BUCKETS_EACH_WAY = 4
const EXTENDED_MOVES = [-0.66, -0.33, 0.5, 1, 2, 3, 4, 5]
const VOL_RANGE_UP = 0.5
const VOL_RANGE_DOWN = 0.25
const SHORT_TERM_POWER = 0.3
const LONG_TERM_POWER = 0.13
const MIN_VOL_UP = 0.5

/** (30 / days)^p: short-dated volatilities move more. A day at the least: in the last hours the fall would exceed the whole. */
function termFactor(years: number): number {
  const days = Math.max(years * DAYS_A_YEAR, 1)
  return (30 / days) ** (days < 30 ? SHORT_TERM_POWER : LONG_TERM_POWER)
}

/** Never below half, however low the volatility stands. */
const up = (vol: number, years: number) => Math.max(vol * (1 + VOL_RANGE_UP * termFactor(years)), MIN_VOL_UP)
const same = (vol: number) => vol
const down = (vol: number, years: number) => vol * (1 - VOL_RANGE_DOWN * termFactor(years))

/**
 * The 35 scenarios of Deribit's portfolio margin: ±16 % in nine steps, each with volatility up, same and down, and eight
 * extended moves from −66 % to +500 % with volatility up. Of a loss in an extended scenario Deribit counts a part only,
 * by a dampener in money; here it counts whole, which is never less.
 */
export const DERIBIT_SCENARIOS: readonly Scenario[] = [
  ...Array.from({ length: 2 * BUCKETS_EACH_WAY + 1 }, (_, i) => {
    const spotMove = (PRICE_RANGE * (i - BUCKETS_EACH_WAY)) / BUCKETS_EACH_WAY
    const name = `spot ${percent(spotMove)}, vol`
    return [
      { name: `${name} up`, spotMove, shockedVol: up },
      { name: `${name} same`, spotMove, shockedVol: same },
      { name: `${name} down`, spotMove, shockedVol: down },
    ]
  }).flat(),
  ...EXTENDED_MOVES.map((spotMove) => ({
    name: `spot ${percent(spotMove)}, vol up`,
    spotMove,
    shockedVol: up,
    extended: true,
  })),
]

/**
 * The two lists of `optionSlot` for an option of this volatility and time, in whole basis points. Floating-point powers are
 * in them: they are a choice to be stated with the marks, not something a reader recomputes.
 *
 * @throws {@link OptionInputError}
 */
export function shocksBps(scenarios: readonly Scenario[], vol: number, years: number) {
  checkPositive({ vol, years })
  const bps = (fraction: number) => BigInt(Math.round(fraction * 1e4))
  return {
    spotShocksBps: scenarios.map(({ spotMove }) => bps(spotMove)),
    volShocksBps: scenarios.map(({ shockedVol }) => bps(shockedVol(vol, years) / vol - 1)),
  }
}

function percent(move: number): string {
  const text = `${Math.round(move * 1e4) / 100} %`
  return move > 0 ? `+${text}` : text
}
