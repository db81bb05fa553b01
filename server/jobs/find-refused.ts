import { ContractError } from '../chain/contract-error.js'

/** An entry that the ledger refuses by itself, and why. */
export type Refused<T> = { readonly entry: T; readonly error: ContractError }

/**
 * Finds what makes the ledger refuse a batch, by halves: of n entries with one at fault, about 2·log2 n calls.
 *
 * @param call simulates a batch of these entries; rejects with `ContractError` when it is refused.
 * @returns every entry that is refused alone; none when the entries are refused only together.
 * @throws what `call` throws besides, such as `ChainUnavailableError`.
 */
export async function findRefused<T>(
  entries: readonly T[],
  call: (entries: readonly T[]) => Promise<void>,
): Promise<Refused<T>[]> {
  if (entries.length === 0) return []
  try {
    await call(entries)
    return []
  } catch (error) {
    if (!(error instanceof ContractError)) throw error
    if (entries.length === 1) return [{ entry: entries[0]!, error }]
    const middle = entries.length >> 1
    return [
      ...(await findRefused(entries.slice(0, middle), call)),
      ...(await findRefused(entries.slice(middle), call)),
    ]
  }
}
