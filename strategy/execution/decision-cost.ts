import { checkNotNegative, checkPositive } from './execution-input.js'

/** Gas on chain: units used, price in gwei per unit, quote per ether. */
export type Gas = { readonly units: number; readonly priceGwei: number; readonly etherPrice: number }

/** Cost of gas in quote. @throws `ExecutionInputError` */
export function gasCost({ units, priceGwei, etherPrice }: Gas): number {
  checkNotNegative({ units, priceGwei }, 'gas')
  checkPositive({ etherPrice }, 'gas')
  return units * priceGwei * 1e-9 * etherPrice
}

/**
 * What deciding to act costs whatever its size, in quote: the gas of the whole batch and `proofCost`, the quote one proof
 * costs to make. What a single leg adds is a fixed cost of its venue.
 *
 * @throws `ExecutionInputError`
 */
export function decisionCost(gas: Gas, proofCost: number): number {
  checkNotNegative({ proofCost })
  return gasCost(gas) + proofCost
}
