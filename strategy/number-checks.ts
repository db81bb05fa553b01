/** Numbers, or lists of them, by the names of their fields. */
type Fields = Readonly<Record<string, number | ArrayLike<number>>>

/** Checks fields, or those of a part of the input named `under`. */
type Check = (fields: Fields, under?: string) => void

/**
 * Checks of the numbers a folder takes in, which throw what `refusal` makes of a field and of what was expected there:
 * `checkPositive({ price }, 'readings[2]')` refuses `readings[2].price`. Of a list every entry is checked, and named by its index.
 */
export function numberChecks(refusal: (field: string, expected: string) => Error) {
  const check =
    (expected: string, holds: (x: number) => boolean): Check =>
    (fields, under) => {
      for (const [name, x] of Object.entries(fields)) {
        const field = under === undefined ? name : `${under}.${name}`
        if (typeof x !== 'object') {
          if (!holds(x)) throw refusal(field, expected)
          continue
        }
        for (let i = 0; i < x.length; i++) if (!holds(x[i]!)) throw refusal(`${field}[${i}]`, expected)
      }
    }
  return {
    checkFinite: check('a finite number', Number.isFinite),
    checkPositive: check('a finite number above 0', (x) => x > 0 && Number.isFinite(x)),
    checkNotNegative: check('a finite number, 0 or above', (x) => x >= 0 && Number.isFinite(x)),
    checkCount: check('a whole number, 1 or above', (x) => x >= 1 && Number.isSafeInteger(x)),
  }
}
