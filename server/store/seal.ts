import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { BaseError } from '#portfolio/base-error.js'

/** Where a sealed value lives. It is authenticated with the value, so that a row moved elsewhere does not open. */
export type SealedPlace = {
  readonly table: string
  readonly row: string
  readonly portfolioId: string
  readonly version: number
}

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Keeps private values at rest: AES-256-GCM, a fresh 96-bit nonce each, one key from a file. */
export class Sealer {
  readonly #key: Buffer

  /** @param key 32 bytes. */
  constructor(key: Buffer) {
    this.#key = key
  }

  /** Seals any JSON value, bigints included; returns base64 of nonce ‖ tag ‖ ciphertext. */
  seal(value: unknown, place: SealedPlace): string {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(placeBytes(place))
    const body = Buffer.concat([cipher.update(encode(value), 'utf8'), cipher.final()])
    return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64')
  }

  /** A fingerprint to compare private values by, which tells nothing to whoever lacks the key. */
  mac(value: unknown): string {
    return createHmac('sha256', this.#key).update('ballast/mac\0').update(encode(value)).digest('hex')
  }

  /** @throws {@link SealError} if key, place or content differ from when it was sealed. */
  open<T>(sealed: string, place: SealedPlace): T {
    const bytes = Buffer.from(sealed, 'base64')
    try {
      const nonce = bytes.subarray(0, NONCE_BYTES)
      const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: TAG_BYTES })
      decipher.setAAD(placeBytes(place))
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
      const body = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES))
      return decode(Buffer.concat([body, decipher.final()]).toString('utf8')) as T
    } catch {
      throw new SealError(place.table)
    }
  }
}

const placeBytes = ({ table, row, portfolioId, version }: SealedPlace): Buffer =>
  Buffer.from(JSON.stringify([table, row, portfolioId, version]))

const encode = (value: unknown): string =>
  JSON.stringify(value, (_, x) => (typeof x === 'bigint' ? { $bigint: x.toString() } : x))

const decode = (text: string): unknown =>
  JSON.parse(text, (_, x) =>
    x !== null && typeof x === 'object' && typeof x.$bigint === 'string' ? BigInt(x.$bigint) : x,
  )

/** Says nothing of why: another key, another row's value and a changed one look alike. */
export class SealError extends BaseError {
  constructor(table: string) {
    super(`A sealed value of ${table} does not open with the given key.`, {
      code: 'SERVER_SEAL',
      hints: [
        'Give the key file that this data directory was written with, or restore both from one backup.',
      ],
    })
  }
}
