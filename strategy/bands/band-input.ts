import { BaseError } from '#portfolio/base-error.js'

type Fields = Readonly<Record<string, number>>
type Checks = { readonly above?: Fields; readonly from?: Fields; readonly any?: Fields }

/**
 * Refuses what no formula of this folder can use: the fields of `above` must be finite and above 0, those of `from` finite
 * and 0 or above, those of `any` finite.
 *
 * @throws {@link BandInputError}
 */
export function checkBandInput({ above = {}, from = {}, any = {} }: Checks): void {
  for (const [field, x] of Object.entries(above)) {
    if (!(x > 0 && Number.isFinite(x))) throw new BandInputError(field, 'a finite number above 0')
  }
  for (const [field, x] of Object.entries(from)) {
    if (!(x >= 0 && Number.isFinite(x))) throw new BandInputError(field, 'a finite number, 0 or above')
  }
  for (const [field, x] of Object.entries(any)) {
    if (!Number.isFinite(x)) throw new BandInputError(field, 'a finite number')
  }
}

export class BandInputError extends BaseError {
  constructor(field: string, expected: string) {
    super(`${field} of a no-trade band must be ${expected}.`, { code: 'STRATEGY_BAND_INPUT', field })
  }
}
