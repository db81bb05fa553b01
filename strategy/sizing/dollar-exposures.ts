import { checkNumbers, checkPositive } from './sizing-input.js'

/**
 * Target exposures from amounts: `amounts` in quote per asset, short ones negative, over the net asset value `nav` in quote.
 *
 * @throws {@link SizingInputError}
 */
export function dollarExposures(amounts: readonly number[], nav: number): number[] {
  checkNumbers(amounts, 'amounts')
  checkPositive({ nav })
  return amounts.map((amount) => amount / nav)
}
