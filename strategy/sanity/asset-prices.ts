import { BaseError } from '#portfolio/base-error.js'
import { numberChecks } from '../number-checks.js'

/**
 * What one source says of an asset; a source without an answer is left out. `price` in quote per unit, `time` in seconds
 * since 1970 when the source last updated it. An oracle gives the half-width of its confidence interval in the unit of the
 * price; a pool gives `depth`, the quote that must be traded in it per relative move of its price of 1.
 */
export type PriceReading = {
  readonly source: string
  readonly price: number
  readonly time: number
  readonly halfWidth?: number
  readonly depth?: number
}

/** A time-weighted average price between two times, in the unit of the readings. */
export type Twap = { readonly price: number; readonly from: number; readonly to: number }

/**
 * Everything known of the price of one asset. Sources must not copy each other: two that do count as one in truth.
 * `hourlyVolatility` is the deviation of a logarithmic return over one hour, from the past alone. `attack` is what someone
 * would win at the fund's expense, in quote, by moving the price by the share `move`.
 */
export type AssetPrices = {
  readonly asset: string
  readonly kind: 'major' | 'alt'
  readonly readings: readonly PriceReading[]
  readonly hourlyVolatility: number
  readonly twap?: Twap
  readonly attack?: { readonly move: number; readonly gain: number }
}

/** They throw {@link SanityInputError}. */
export const { checkNotNegative, checkPositive } = numberChecks(
  (field, expected) => new SanityInputError(field, expected),
)

/** @throws {@link SanityInputError} naming the field below `at`. */
export function checkAssetPrices(prices: AssetPrices, now: number, at: string): void {
  const { asset, kind, readings, hourlyVolatility, twap, attack } = prices
  if (asset === '') throw new SanityInputError(`${at}.asset`, 'a name')
  if (kind !== 'major' && kind !== 'alt') throw new SanityInputError(`${at}.kind`, 'major or alt')
  checkNotNegative({ hourlyVolatility }, at)
  const sources = new Set<string>()
  readings.forEach(({ source, price, time, halfWidth, depth }, i) => {
    const reading = `${at}.readings[${i}]`
    if (source === '' || sources.has(source)) {
      throw new SanityInputError(`${reading}.source`, 'a name that no other reading has')
    }
    sources.add(source)
    checkPositive({ price }, reading)
    checkNotNegative({ time }, reading)
    if (halfWidth !== undefined) checkNotNegative({ halfWidth }, reading)
    if (depth !== undefined) checkNotNegative({ depth }, reading)
  })
  if (twap) {
    checkPositive({ price: twap.price }, `${at}.twap`)
    checkNotNegative({ from: twap.from }, `${at}.twap`)
    if (!(twap.to > twap.from && twap.to <= now)) {
      throw new SanityInputError(`${at}.twap.to`, 'a time after its start and not after now')
    }
  }
  if (attack) {
    checkPositive({ move: attack.move }, `${at}.attack`)
    checkNotNegative({ gain: attack.gain }, `${at}.attack`)
  }
}

export class SanityInputError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} must be ${expected}.`, { code: 'STRATEGY_SANITY_INPUT', field })
  }
}
