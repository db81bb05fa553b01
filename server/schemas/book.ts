import { z } from 'zod'
import type { Book } from '#portfolio/book.js'
import type { Shape } from '#portfolio/shape.js'
import { formatDecimal, QUANTITY_DECIMALS, ShapeError, VALUE_DECIMALS } from '#portfolio/units.js'
import { slotOf, type Universe } from '#portfolio/universe.js'
import { Decimal, parseQuantity, parseValue, parseWire } from './wire.js'

/** A book as it crosses the wire: examples/desk/book.json. Quantities by symbol, one for each instrument. */
export const BookWire = z
  .strictObject({
    universeId: z.string().max(80).optional(),
    cash: z.array(Decimal).max(32),
    quantities: z.record(z.string().max(64), Decimal),
  })
  .meta({ id: 'Book' })
export type BookWire = z.infer<typeof BookWire>

/**
 * @throws `WireError` or `DecimalError` naming the field; `UnknownInstrumentError` for a symbol the universe does not list;
 * `ShapeError` for a book that names another universe. `checkBook` judges widths.
 */
export function parseBook(input: unknown, universe: Universe, universeId: bigint, shape: Shape): Book {
  const wire = parseWire(BookWire, input, 'book')
  if (wire.universeId !== undefined && wire.universeId !== universeId.toString()) {
    throw new ShapeError('book.universeId', "the universe of the portfolio's mandate")
  }
  const quantities: bigint[] = Array(shape.slots).fill(0n)
  for (const symbol of Object.keys(wire.quantities)) slotOf(universe, symbol, quantityField(symbol))
  universe.instruments.forEach(({ symbol }, i) => {
    quantities[i] = parseQuantity(wire.quantities[symbol], quantityField(symbol))
  })
  return {
    universeId,
    cash: wire.cash.map((text, a) => parseValue(text, `book.cash[${a}]`)),
    quantities,
  }
}

export function formatBook(book: Book, universe: Universe): BookWire {
  return {
    universeId: book.universeId.toString(),
    cash: book.cash.map((cash) => formatDecimal(cash, VALUE_DECIMALS)),
    quantities: Object.fromEntries(
      universe.instruments.map(({ symbol }, i) => [
        symbol,
        formatDecimal(book.quantities[i]!, QUANTITY_DECIMALS),
      ]),
    ),
  }
}

/** A key that is no symbol may be anything, a private number too, and is not repeated. */
export const quantityField = (symbol: string, at = 'book.quantities'): string =>
  /^[A-Z][A-Z0-9._-]{0,31}$/.test(symbol) ? `${at}.${symbol}` : at
