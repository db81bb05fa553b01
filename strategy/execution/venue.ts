import {
  type ConcentratedLiquidity,
  checkConcentratedLiquidity,
  concentratedFill,
  concentratedSupply,
} from './concentrated-liquidity.js'
import {
  type ConstantProduct,
  checkConstantProduct,
  constantProductFill,
  constantProductSupply,
} from './constant-product.js'
import { checkNotNegative, ExecutionInputError } from './execution-input.js'
import { checkOrderLadder, ladderFill, ladderSupply, type OrderLadder } from './order-ladder.js'
import type { Segment, Side } from './supply.js'

/**
 * Where one pair can be traded. `feeBps` is the venue's fee, `fixedCost` what using it at all costs in quote (gas),
 * `minimum` the smallest quantity it takes in base.
 */
export type Venue = {
  readonly name: string
  readonly feeBps: number
  readonly fixedCost: number
  readonly minimum: number
  readonly market: ConstantProduct | ConcentratedLiquidity | OrderLadder
}

/** Quote paid or received, fee in, and the marginal prices of the last unit and of the next one. */
export type VenueFill = { readonly quote: number; readonly last: number; readonly next: number }

const feeOf = ({ feeBps }: Venue): number => feeBps / 1e4

/** The venue as stretches of supply, best price first, fee in. */
export function venueSupply(venue: Venue, side: Side): Segment[] {
  const { market } = venue
  const fee = feeOf(venue)
  switch (market.kind) {
    case 'constant-product':
      return constantProductSupply(market, 1 - fee, side)
    case 'concentrated-liquidity':
      return concentratedSupply(market, 1 - fee, side)
    case 'order-ladder':
      return ladderSupply(market, fee, side)
  }
}

/** What the venue itself does with `quantity`, by its own rule and not by its stretches; undefined where it has less. */
export function venueFill(venue: Venue, side: Side, quantity: number): VenueFill | undefined {
  const { market } = venue
  const fee = feeOf(venue)
  switch (market.kind) {
    case 'constant-product':
      return constantProductFill(market, 1 - fee, side, quantity)
    case 'concentrated-liquidity':
      return concentratedFill(market, 1 - fee, side, quantity)
    case 'order-ladder':
      return ladderFill(market, fee, side, quantity)
  }
}

/** A price with the fee in, as the venue quotes it: without. */
export function quotedPrice(venue: Venue, side: Side, price: number): number {
  const fee = feeOf(venue)
  if (venue.market.kind === 'order-ladder') return price / (side === 'buy' ? 1 + fee : 1 - fee)
  return side === 'buy' ? price * (1 - fee) : price / (1 - fee)
}

/** @throws `ExecutionInputError` naming the field under `at`. */
export function checkVenue(venue: Venue, at: string): void {
  const { feeBps, fixedCost, minimum, market } = venue
  checkNotNegative({ feeBps, fixedCost, minimum }, at)
  if (feeBps >= 1e4) throw new ExecutionInputError(`${at}.feeBps`, 'below 10 000')
  if (market.kind === 'constant-product') checkConstantProduct(market, `${at}.market`)
  else if (market.kind === 'concentrated-liquidity') checkConcentratedLiquidity(market, `${at}.market`)
  else checkOrderLadder(market, `${at}.market`)
}
