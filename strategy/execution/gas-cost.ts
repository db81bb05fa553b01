import { checkNotNegative, checkPositive } from './execution-input.js'

/** Gas on chain: units used, price in gwei per unit, quote per ether. */
export type Gas = { readonly units: number; readonly priceGwei: number; readonly etherPrice: number }

/** Cost of gas in quote. @throws `ExecutionInputError` */
export function gasCost({ units, priceGwei, etherPrice }: Gas): number {
  checkNotNegative({ units, priceGwei }, 'gas')
  checkPositive({ etherPrice }, 'gas')
  return units * priceGwei * 1e-9 * etherPrice
}
