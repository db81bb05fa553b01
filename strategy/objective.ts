import { type Affine, affine, combine, type LinearProgram } from './linear-program.js'
import type { PlanInput } from './plan.js'
import type { Relaxation } from './relaxation.js'
import { squareRootRows, targetCovariance } from './risk-model.js'
import { targetLabel } from './targets.js'
import type { Wish } from './wish.js'

// Ties between free trades are broken towards fewer of them.
const TIE_BREAK = 1e-7
/** Sizes of a gap, in gaps of the old book, at which the cost of risk is known to the solver before it starts. */
const GAPS = [0, 0.03, 0.1, 0.3, 0.6, 1] as const

/**
 * What a plan minimises, as a share of the net asset value: what the trades cost, and what being off target costs. Slots to
 * leave are drawn to zero.
 */
export function objective(
  program: LinearProgram,
  { input, pulled, closing }: Wish,
  relaxed: Relaxation,
): Affine[] {
  return [
    relaxed.cost,
    relaxed.funding,
    combine([[TIE_BREAK, relaxed.turnover]]),
    ...(input.weighing ? riskOfGaps(program, input, relaxed) : pricesOfGaps(program, input, relaxed, pulled)),
    ...closePositions(program, relaxed, closing),
  ]
}

/** Exposure of each target less what is wanted. */
export const gapsOf = ({ targets }: PlanInput, relaxed: Relaxation): Affine[] =>
  relaxed.targets.map((exposure, k) =>
    combine([
      [1, exposure],
      [-Number(targets[k]!.targetBps) / 1e4, relaxed.navAfter],
    ]),
  )

/** γ·H/2 · g′·M·g: the variance of the gaps over the horizon at the fund's aversion, as a sum of squares. */
function riskOfGaps(program: LinearProgram, input: PlanInput, relaxed: Relaxation): Affine[] {
  const { risk, weighing } = input
  if (!risk || !weighing || input.targets.length === 0) return []
  const { riskAversion, horizonDays } = weighing
  const gaps = gapsOf(input, relaxed)
  const half = (riskAversion * horizonDays) / 2
  const square = { value: (x: number) => half * x * x, slope: (x: number) => 2 * half * x }
  return squareRootRows(targetCovariance(input.targets, input.universe, input.mandate, risk)).map((row) => {
    const mix = program.named(combine(row.map((f, k) => [f, gaps[k]!] as const)))
    const reach = row.reduce((sum, f) => sum + Math.abs(f), 0)
    return program.above(mix, square, [
      ...GAPS.map((g) => g * reach),
      ...GAPS.slice(1).map((g) => -g * reach),
    ])
  })
}

/**
 * A price per dollar off target. A target that nothing asks to trade for is left alone until it would leave its band; the
 * others are drawn to their destination.
 */
function pricesOfGaps(
  program: LinearProgram,
  input: PlanInput,
  relaxed: Relaxation,
  pulled: ReadonlySet<string>,
): Affine[] {
  const price = Number(input.trackingWeightBps ?? 500n) / 1e4
  return gapsOf(input, relaxed).map((gap, k) => {
    const target = input.targets[k]!
    const free =
      Number(pulled.has(targetLabel(target)) ? (target.destinationBps ?? 0n) : target.bandBps) / 1e4
    const distance = affine(0, [[program.variable(0), 1]])
    const allowed = combine([
      [1, distance],
      [free, relaxed.navAfter],
    ])
    program.require(gap, allowed)
    program.require(combine([[-1, gap]]), allowed)
    return combine([[price, distance]])
  })
}

/** What has to go (an expired option is worth its settlement and moves nothing) is drawn to zero by what it weighs. */
function closePositions(
  program: LinearProgram,
  { quantity }: Relaxation,
  closing: ReadonlySet<number>,
): Affine[] {
  return [...closing].map((i) => {
    const left = affine(0, [[program.variable(0), 1]])
    program.require(quantity[i]!, left)
    program.require(combine([[-1, quantity[i]!]]), left)
    return left
  })
}
