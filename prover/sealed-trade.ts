import { Aes256Gcm, CipherSuite, HkdfSha256 } from '@hpke/core'
import { DhkemX25519HkdfSha256 } from '@hpke/dhkem-x25519'
import { BaseError } from '#portfolio/base-error.js'
import { FIELD, fitsUnsigned } from '#portfolio/units.js'
import type { Trade } from './digest.js'

/** A trade with the blinding of its commitment: what a recipient needs to check that it is the proven one. */
export type TradeOpening = Trade & { readonly blinding: bigint }

/** Where a sealed trade belongs. It is authenticated with the trade, so that a blob cannot be shown for another step. */
export type SealPlace = { readonly domain: bigint; readonly epoch: bigint }

/** Every sealed trade has this many recipients, so that their number tells nothing. */
export const RECIPIENTS = 2
/** Bytes of an X25519 key, private or public. */
export const RECIPIENT_KEY_BYTES = 32

const INFO = new TextEncoder().encode('ballast/trade/1')
const VERSION = 1
const TRADE_BYTES = 9
const FILL_BYTES = 8
const FEE_BYTES = 16
const BLINDING_BYTES = 32
const ENCAPSULATED_BYTES = 32
const WRAPPED_KEY_BYTES = 32 + 16
const TAG_BYTES = 16

const suite = () =>
  new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() })

/** Length of every sealed trade of a book with `slots` slots, heartbeats included: it depends on nothing private. */
export const sealedTradeLength = (slots: number): number =>
  1 + RECIPIENTS * (ENCAPSULATED_BYTES + WRAPPED_KEY_BYTES) + plainLength(slots) + TAG_BYTES

const plainLength = (slots: number) => slots * (TRADE_BYTES + FILL_BYTES) + FEE_BYTES + BLINDING_BYTES

/** A new X25519 key pair for a recipient: 32 bytes each. */
export async function makeRecipientKey(): Promise<{ publicKey: Uint8Array; privateKey: Uint8Array }> {
  const { kem } = suite()
  const pair = await kem.generateKeyPair()
  return {
    publicKey: new Uint8Array(await kem.serializePublicKey(pair.publicKey)),
    privateKey: new Uint8Array(await kem.serializePrivateKey(pair.privateKey)),
  }
}

/**
 * Encrypts a trade under a fresh key with AES-256-GCM and wraps that key for each recipient by HPKE (RFC 9180, base mode,
 * X25519, HKDF-SHA-256, AES-256-GCM). Places left over go to keys that nobody has.
 *
 * @param recipients 1 to {@link RECIPIENTS} X25519 public keys of 32 bytes.
 * @returns {@link sealedTradeLength} bytes: version, per recipient encapsulated key and wrapped key, ciphertext and tag.
 * @throws {@link RecipientError}
 */
export async function sealTrade(
  opening: TradeOpening,
  recipients: readonly Uint8Array[],
  place: SealPlace,
): Promise<Uint8Array> {
  if (recipients.length === 0 || recipients.length > RECIPIENTS) throw new RecipientError()
  if (recipients.some((key) => key.length !== RECIPIENT_KEY_BYTES)) throw new RecipientError()
  const keys = [...recipients]
  while (keys.length < RECIPIENTS) keys.push((await makeRecipientKey()).publicKey)

  const contentKey = crypto.getRandomValues(new Uint8Array(32))
  const authenticated = placeBytes(place)
  const { kem } = suite()
  const wrapped = await Promise.all(
    keys.map(async (key) => {
      const recipientPublicKey = await kem.deserializePublicKey(arrayBuffer(key))
      const sender = await suite().createSenderContext({ recipientPublicKey, info: arrayBuffer(INFO) })
      return [
        new Uint8Array(sender.enc),
        new Uint8Array(await sender.seal(arrayBuffer(contentKey), authenticated)),
      ]
    }),
  )
  const cipher = await importContentKey(contentKey, 'encrypt')
  const sealed = await crypto.subtle.encrypt(gcm(authenticated), cipher, arrayBuffer(encodeTrade(opening)))
  return concat([Uint8Array.of(VERSION), ...wrapped.flat(), new Uint8Array(sealed)])
}

/**
 * Opens a sealed trade with one recipient's private key. Whoever opens it compares `commitTrade` of the result with the
 * `trade` of the proven public vector: the proof binds the commitment, not the encryption.
 *
 * @throws {@link SealedTradeError} if the blob is not one of this step, or was not sealed to this key.
 */
export async function openTrade(
  blob: Uint8Array,
  privateKey: Uint8Array,
  slots: number,
  place: SealPlace,
): Promise<TradeOpening> {
  if (blob.length !== sealedTradeLength(slots) || blob[0] !== VERSION) throw new SealedTradeError()
  const authenticated = placeBytes(place)
  const { kem } = suite()
  const recipientKey = await kem.deserializePrivateKey(arrayBuffer(privateKey)).catch(() => {
    throw new RecipientError()
  })
  const size = ENCAPSULATED_BYTES + WRAPPED_KEY_BYTES
  const ciphertext = blob.slice(1 + RECIPIENTS * size)
  for (let r = 0; r < RECIPIENTS; r++) {
    const enc = blob.slice(1 + r * size, 1 + r * size + ENCAPSULATED_BYTES)
    const key = blob.slice(1 + r * size + ENCAPSULATED_BYTES, 1 + (r + 1) * size)
    try {
      const context = await suite().createRecipientContext({
        recipientKey,
        enc: arrayBuffer(enc),
        info: arrayBuffer(INFO),
      })
      const contentKey = new Uint8Array(await context.open(arrayBuffer(key), authenticated))
      const cipher = await importContentKey(contentKey, 'decrypt')
      const plain = await crypto.subtle.decrypt(gcm(authenticated), cipher, arrayBuffer(ciphertext))
      return decodeTrade(new Uint8Array(plain), slots)
    } catch {
      // Sealed to another recipient: try the next place.
    }
  }
  throw new SealedTradeError()
}

/** The content key is used once, so a fixed nonce repeats nothing. */
const gcm = (additionalData: ArrayBuffer) => ({ name: 'AES-GCM', iv: new Uint8Array(12), additionalData })

const importContentKey = (key: Uint8Array, use: 'encrypt' | 'decrypt') =>
  crypto.subtle.importKey('raw', arrayBuffer(key), 'AES-GCM', false, [use])

function encodeTrade({ trades, fills, fee, blinding }: TradeOpening): Uint8Array {
  return concat([
    ...trades.map((trade) => bytesOf(trade + (1n << 64n), TRADE_BYTES)),
    ...fills.map((fill) => bytesOf(fill, FILL_BYTES)),
    bytesOf(fee, FEE_BYTES),
    bytesOf(blinding, BLINDING_BYTES),
  ])
}

function decodeTrade(plain: Uint8Array, slots: number): TradeOpening {
  let at = 0
  const take = (bytes: number) => {
    at += bytes
    return BigInt(`0x${Buffer.from(plain.subarray(at - bytes, at)).toString('hex')}`)
  }
  const trades = Array.from({ length: slots }, () => take(TRADE_BYTES) - (1n << 64n))
  const fills = Array.from({ length: slots }, () => take(FILL_BYTES))
  const fee = take(FEE_BYTES)
  const blinding = take(BLINDING_BYTES)
  if (blinding >= FIELD) throw new SealedTradeError()
  return { trades, fills, fee, blinding }
}

function bytesOf(value: bigint, length: number): Uint8Array {
  if (!fitsUnsigned(value, BigInt(8 * length))) throw new SealedTradeError()
  return new Uint8Array(Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex'))
}

const placeBytes = ({ domain, epoch }: SealPlace): ArrayBuffer =>
  arrayBuffer(concat([bytesOf(domain, 32), bytesOf(epoch, 8)]))

const arrayBuffer = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

export class RecipientError extends BaseError {
  constructor() {
    super(
      `A sealed trade needs 1 to ${RECIPIENTS} recipients with X25519 keys of ${RECIPIENT_KEY_BYTES} bytes.`,
      {
        code: 'PROVER_RECIPIENT',
        field: 'recipients',
      },
    )
  }
}

/** Says nothing of why: a wrong key, another step's blob and a damaged one look alike. */
export class SealedTradeError extends BaseError {
  constructor() {
    super(
      'The sealed trade does not open: it is damaged, belongs to another step, or was sealed to another key.',
      {
        code: 'PROVER_SEALED_TRADE',
      },
    )
  }
}
