import { createHmac } from 'node:crypto'
import { FIELD } from '#portfolio/units.js'

/** What a blinding hides; each kind is derived apart, so that opening a trade tells nothing of the book's blinding. */
export const BLINDING_LABELS = {
  book: 'ballast/book',
  budget: 'ballast/budget',
  trade: 'ballast/trade',
} as const
export type BlindingLabel = keyof typeof BLINDING_LABELS

/** Where a blinding is used. A retry of one epoch takes the next `attempt`, so that nothing is used twice. */
export type BlindingPlace = { readonly domain: bigint; readonly epoch: bigint; readonly attempt: number }

/**
 * HMAC-SHA-512(seed, label ‖ 0 ‖ domain (32 bytes) ‖ epoch (8) ‖ attempt (4)) mod r, big-endian.
 *
 * 512 bits reduced by a 254-bit modulus are uniform to within 2^−258. The portfolio's seed alone brings every blinding
 * back, so a lost database does not freeze the fund.
 *
 * @param seed at least 32 secret bytes of one portfolio.
 * @throws RangeError if the seed is shorter, or epoch or attempt do not fit.
 */
export function deriveBlinding(seed: Uint8Array, label: BlindingLabel, place: BlindingPlace): bigint {
  if (seed.length < 32) throw new RangeError('A blinding needs a seed of at least 32 bytes.')
  const bytes = Buffer.alloc(44)
  bytes.write(place.domain.toString(16).padStart(64, '0'), 'hex')
  bytes.writeBigUInt64BE(place.epoch, 32)
  bytes.writeUInt32BE(place.attempt, 40)
  const mac = createHmac('sha512', seed)
    .update(BLINDING_LABELS[label])
    .update('\0')
    .update(bytes)
    .digest('hex')
  return BigInt(`0x${mac}`) % FIELD
}
