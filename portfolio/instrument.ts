import { checkBps, checkSlope, fitsUnsigned, OutOfRangeError, ShapeError } from './units.js'

/** A listed option: strike in 1e-8 quote per coin, expiry in seconds since 1970. */
export type OptionTerms = {
  readonly type: 'call' | 'put'
  readonly strikeE8: bigint
  readonly expiry: bigint
}

/**
 * One public slot of a universe.
 *
 * `contractSizeE8` is the number of coins (1e-8) in one unit, chosen so that a unit's price has at least six significant
 * digits. `feed` names the public price feed of the underlying coin. `marginBps` is the margin rate on dollar delta and
 * `shocksBps` the relative price change of the underlying per scenario; an option's own margin rate and scenario changes
 * are signed per snapshot instead, its `shocksBps` tell the publisher which spot moves to reprice it under.
 */
export type Instrument = {
  readonly symbol: string
  readonly kind: 'spot' | 'perp' | 'option'
  readonly underlying: string
  readonly contractSizeE8: bigint
  readonly account: number
  readonly feed: string
  readonly marginBps: bigint
  readonly shocksBps: readonly bigint[]
  readonly option?: OptionTerms
}

/** Numbers as they stand on chain for each kind. */
export const KINDS = ['spot', 'perp', 'option'] as const

/** @throws {@link ShapeError} or {@link OutOfRangeError} naming the field under `at`. */
export function checkInstrument(instrument: Instrument, at: string): void {
  const { kind, option } = instrument
  if (!KINDS.includes(kind)) throw new ShapeError(`${at}.kind`, `one of ${KINDS.join(', ')}`)
  if ((kind === 'option') !== (option !== undefined)) {
    throw new ShapeError(`${at}.option`, kind === 'option' ? 'given for an option' : `absent for a ${kind}`)
  }
  if (!/^[A-Z0-9][A-Z0-9._-]{0,31}$/.test(instrument.symbol)) {
    throw new ShapeError(`${at}.symbol`, '1 to 32 characters of A-Z 0-9 . _ -')
  }
  if (instrument.contractSizeE8 <= 0n || !fitsUnsigned(instrument.contractSizeE8, 63n)) {
    throw new OutOfRangeError(`${at}.contractSizeE8`, 'above 0 and of 63 bits')
  }
  checkBps(instrument.marginBps, `${at}.marginBps`)
  instrument.shocksBps.forEach((shock, s) => {
    checkBps(shock, `${at}.shocksBps[${s}]`, -10_000n)
  })
  if (option) {
    checkSlope(option.strikeE8, `${at}.option.strikeE8`)
    if (option.strikeE8 <= 0n) throw new OutOfRangeError(`${at}.option.strikeE8`, 'above 0')
    if (!fitsUnsigned(option.expiry, 40n))
      throw new OutOfRangeError(`${at}.option.expiry`, 'seconds of 40 bits')
  }
}
