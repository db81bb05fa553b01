import { OptionInputError } from './option-input-error.js'

/** Refuses numbers that are not finite or not above 0. @throws {@link OptionInputError} */
export function checkPositive(fields: Readonly<Record<string, number>>): void {
  for (const [name, x] of Object.entries(fields)) {
    if (!(x > 0 && Number.isFinite(x))) throw new OptionInputError(name, 'a finite number above 0')
  }
}

/** Refuses numbers that are not finite or below 0. @throws {@link OptionInputError} */
export function checkNotNegative(fields: Readonly<Record<string, number>>): void {
  for (const [name, x] of Object.entries(fields)) {
    if (!(x >= 0 && Number.isFinite(x))) throw new OptionInputError(name, 'a finite number, 0 or above')
  }
}

/** Refuses numbers that are not finite. @throws {@link OptionInputError} */
export function checkFinite(fields: Readonly<Record<string, number>>): void {
  for (const [name, x] of Object.entries(fields)) {
    if (!Number.isFinite(x)) throw new OptionInputError(name, 'a finite number')
  }
}
