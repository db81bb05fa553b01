import { checkLength, type Shape } from './shape.js'
import { checkQuantity, checkValue } from './units.js'

/**
 * All quantities and cash at one moment, for one universe.
 *
 * `cash` has one entry per account in 1e-16 quote, `quantities` one per slot in 1e-8 unit; both signed, padding is 0.
 */
export type Book = {
  readonly universeId: bigint
  readonly cash: readonly bigint[]
  readonly quantities: readonly bigint[]
}

/** @throws {@link ShapeError} or {@link OutOfRangeError} naming the field, never its value. */
export function checkBook(book: Book, shape: Shape, at = 'book'): void {
  checkLength(book.cash, shape.accounts, `${at}.cash`)
  checkLength(book.quantities, shape.slots, `${at}.quantities`)
  book.cash.forEach((cash, a) => {
    checkValue(cash, `${at}.cash[${a}]`)
  })
  book.quantities.forEach((quantity, i) => {
    checkQuantity(quantity, `${at}.quantities[${i}]`)
  })
}

/** What is committed, in order: universe id, cash per account, quantity per slot. The blinding is added by the prover. */
export const bookElements = (book: Book): bigint[] => [book.universeId, ...book.cash, ...book.quantities]
