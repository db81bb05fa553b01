import { BaseError } from './base-error.js'
import { checkInstrument, type Instrument } from './instrument.js'
import type { Shape } from './shape.js'
import { ShapeError } from './units.js'

/** A public, ordered list of at most N instruments; slots beyond the list are padding that nobody can hold. */
export type Universe = { readonly instruments: readonly Instrument[] }

/**
 * Refuses a universe no book could be kept for: too many instruments, duplicates, accounts beyond the tier.
 *
 * @throws {@link ShapeError}, {@link DuplicateInstrumentError} naming the field.
 */
export function checkUniverse(universe: Universe, shape: Shape): void {
  const { instruments } = universe
  if (instruments.length === 0 || instruments.length > shape.slots) {
    throw new ShapeError('universe.instruments', `a list of 1 to ${shape.slots}`)
  }
  const symbols = new Set<string>()
  const lines = new Set<string>()
  instruments.forEach((instrument, i) => {
    const at = `universe.instruments[${i}]`
    checkInstrument(instrument, at)
    if (
      instrument.account < 0 ||
      instrument.account >= shape.accounts ||
      !Number.isInteger(instrument.account)
    ) {
      throw new ShapeError(`${at}.account`, `a whole number from 0 to ${shape.accounts - 1}`)
    }
    if (instrument.shocksBps.length !== shape.scenarios) {
      throw new ShapeError(`${at}.shocksBps`, `a list of exactly ${shape.scenarios}`)
    }
    const { kind, feed, account, option } = instrument
    const line = [kind, feed, account, option?.type, option?.strikeE8, option?.expiry].join('|')
    if (symbols.has(instrument.symbol) || lines.has(line)) throw new DuplicateInstrumentError(at)
    symbols.add(instrument.symbol)
    lines.add(line)
  })
}

/** Slot of a symbol. @throws {@link UnknownInstrumentError} naming `field`. */
export function slotOf(universe: Universe, symbol: string, field: string): number {
  const slot = universe.instruments.findIndex((instrument) => instrument.symbol === symbol)
  if (slot < 0) throw new UnknownInstrumentError(field)
  return slot
}

export class UnknownInstrumentError extends BaseError {
  constructor(field: string) {
    super(`${field} names an instrument that the universe does not list.`, {
      code: 'PORTFOLIO_UNKNOWN_INSTRUMENT',
      field,
      hints: ['Use a symbol of the universe; a new instrument needs a new universe.'],
    })
  }
}

/** The same instrument twice would let one position count twice against a limit per slot. */
export class DuplicateInstrumentError extends BaseError {
  constructor(field: string) {
    super(`${field} lists an instrument a second time.`, { code: 'PORTFOLIO_DUPLICATE_INSTRUMENT', field })
  }
}
