import { confirmedMove } from './confirmed-move.js'
import type { AssetJudgement } from './judge-asset.js'

/** An asset as its sources were judged at one time, with what the market to be traded at said of it then, in quote per unit. */
export type PriceWitness = { readonly judgement: AssetJudgement; readonly marketPrices: readonly number[] }

/** Sources that agree are this far apart from one minute to the next: a market that has moved less has not moved. */
const STILL = 10e-4

/**
 * Whether a second source shows what the market has done since `before`: at least half its move, in its direction. One source
 * alone moves a median of two by half of its own move while the other stands still, so what it has moved shows as nothing.
 * Undefined where the market then had other prices.
 */
export function isConfirmed(before: PriceWitness, after: PriceWitness): boolean | undefined {
  if (before.marketPrices.length !== after.marketPrices.length) return undefined
  const moves = after.marketPrices.map((price, i) => price / before.marketPrices[i]! - 1)
  if (moves.every((move) => Math.abs(move) <= STILL)) return true
  if (after.judgement.time <= before.judgement.time) return false
  const { move: shown } = confirmedMove(before.judgement, after.judgement)
  return moves.every((move) => Math.abs(move) <= STILL || shown / move >= 0.5)
}
