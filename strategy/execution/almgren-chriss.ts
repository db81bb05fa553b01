import { checkCount, checkNotNegative, checkPositive, ExecutionInputError } from './execution-input.js'

/**
 * A sale (or, with the signs turned, a purchase) of `quantity` X units in `periods` N equal parts of `duration` T.
 *
 * `vol` σ in quote per √time, `halfSpread` ε in quote per unit, `permanent` γ in quote per unit², `temporary` η in
 * quote·time per unit², `riskAversion` λ per quote. Time is in any one unit.
 */
export type ScheduledOrder = {
  readonly quantity: number
  readonly periods: number
  readonly duration: number
  readonly vol: number
  readonly halfSpread: number
  readonly permanent: number
  readonly temporary: number
  readonly riskAversion: number
}

/**
 * `holdings[j]` is what is left after j periods, `trades[j]` what period j trades; `kappa` per time, `halfLife` = 1/κ the
 * time in which the rest falls by a factor e (infinite for an even schedule); cost in quote, variance in quote².
 */
export type Schedule = {
  readonly holdings: readonly number[]
  readonly trades: readonly number[]
  readonly kappa: number
  readonly halfLife: number
  readonly expectedCost: number
  readonly variance: number
}

/**
 * The schedule that minimises expected cost + λ · variance (Almgren & Chriss 2000):
 * x_j = X·sinh(κ(T − t_j))/sinh(κT) with cosh(κτ) = 1 + ½·λσ²τ²/η̃ and η̃ = η − ½γτ; an even one for λσ² = 0.
 *
 * @throws `ExecutionInputError`
 */
export function almgrenChriss(order: ScheduledOrder): Schedule {
  const { quantity, periods, duration, vol, halfSpread, permanent, temporary, riskAversion } = order
  checkPositive({ quantity, duration, temporary })
  checkCount({ periods })
  checkNotNegative({ vol, halfSpread, permanent, riskAversion })
  const tau = duration / periods
  const slope = temporary - (permanent * tau) / 2
  if (!(slope > 0)) throw new ExecutionInputError('temporary', 'above half of permanent times a period')

  // arcosh(1 + x) = 2·arsinh(√(x/2)), which keeps its digits for a small x.
  const kappa = (2 * Math.asinh(Math.sqrt((riskAversion * vol * vol * tau * tau) / slope / 4))) / tau
  const left = (j: number) => {
    const rest = 1 - j / periods
    // The ratio of hyperbolic sines in falling exponentials, which cannot overflow.
    const decay = Math.exp(-kappa * j * tau)
    return kappa === 0
      ? rest
      : (decay * Math.expm1(-2 * kappa * duration * rest)) / Math.expm1(-2 * kappa * duration)
  }
  const holdings = Array.from({ length: periods + 1 }, (_, j) => quantity * left(j))
  return { holdings, kappa, halfLife: 1 / kappa, ...costOf(holdings, order) }
}

/** Trades, expected cost ½γX² + εX + (η̃/τ)·Σn² and variance σ²τ·Σx² of any falling list of holdings. */
export function costOf(holdings: readonly number[], order: ScheduledOrder) {
  const { quantity, periods, duration, vol, halfSpread, permanent, temporary } = order
  const tau = duration / periods
  const slope = temporary - (permanent * tau) / 2
  const trades = holdings.slice(1).map((x, j) => holdings[j]! - x)
  const squares = (xs: readonly number[]) => xs.reduce((sum, x) => sum + x * x, 0)
  return {
    trades,
    expectedCost:
      (permanent * quantity * quantity) / 2 + halfSpread * quantity + (slope / tau) * squares(trades),
    variance: vol * vol * tau * squares(holdings.slice(1)),
  }
}
