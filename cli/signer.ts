import { createDecipheriv, pbkdf2Sync, scryptSync, timingSafeEqual } from 'node:crypto'
import { bytesToHex, hexToBytes, keccak256 } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { z } from 'zod'
import { readPrivateFile } from '#server/secret-file.js'
import { OptionError } from './option-error.js'

/** The files of one account's key, named by the options that gave them. */
export type SignerFiles = {
  readonly role: string
  readonly keystore?: string | undefined
  readonly privateKeyFile?: string | undefined
  readonly passwordFile?: string | undefined
}

const hex = z.string().regex(/^([0-9a-fA-F]{2})+$/)
const Keystore = z.object({
  version: z.literal(3),
  crypto: z.object({
    cipher: z.literal('aes-128-ctr'),
    cipherparams: z.object({ iv: hex }),
    ciphertext: hex,
    mac: hex,
    kdf: z.enum(['scrypt', 'pbkdf2']),
    kdfparams: z.object({
      dklen: z.literal(32),
      salt: hex,
      n: z
        .int()
        .max(2 ** 20)
        .optional(),
      r: z.int().max(32).optional(),
      p: z.int().max(32).optional(),
      c: z.int().max(10_000_000).optional(),
      prf: z.literal('hmac-sha256').optional(),
    }),
  }),
})
const SCRYPT_MEMORY = 2 ** 31

/**
 * Reads an account's key from a file that only its owner can read: 32 bytes of hex, or a keystore of version 3, as geth and
 * cast write it, with its password in a file of the same kind. Undefined where neither is named.
 *
 * @throws `OptionError`, `SecretFileError`
 */
export function readSigner(files: SignerFiles): PrivateKeyAccount | undefined {
  const { role, keystore, privateKeyFile, passwordFile } = files
  if (keystore !== undefined && privateKeyFile !== undefined) {
    throw new OptionError(`the key of the ${role}`, 'in one file')
  }
  if (privateKeyFile !== undefined) {
    const text = readPrivateFile(privateKeyFile, `the key of the ${role}`).trim()
    return accountOf(role, hexToBytesOr(text))
  }
  if (keystore === undefined) return undefined
  if (passwordFile === undefined) throw new OptionError(`the password of the ${role}'s keystore`, 'in a file')
  const password = readPrivateFile(passwordFile, `the password of the ${role}`).replace(/\r?\n$/, '')
  return accountOf(role, decrypt(readPrivateFile(keystore, `the keystore of the ${role}`), password))
}

/** The key in a keystore of version 3; undefined for another form or a wrong password. */
function decrypt(text: string, password: string): Uint8Array | undefined {
  const { crypto } = Keystore.safeParse(parsed(text)).data ?? {}
  if (!crypto) return undefined
  const { salt, n = 0, r = 0, p = 0, c = 0 } = crypto.kdfparams
  const bytes = (field: string) => Buffer.from(field, 'hex')
  try {
    const derived =
      crypto.kdf === 'scrypt'
        ? scryptSync(password, bytes(salt), 32, { N: n, r, p, maxmem: SCRYPT_MEMORY })
        : pbkdf2Sync(password, bytes(salt), c, 32, 'sha256')
    const ciphertext = bytes(crypto.ciphertext)
    const mac = keccak256(Buffer.concat([derived.subarray(16), ciphertext]), 'bytes')
    if (!timingSafeEqual(mac, bytes(crypto.mac))) return undefined
    const decipher = createDecipheriv('aes-128-ctr', derived.subarray(0, 16), bytes(crypto.cipherparams.iv))
    return Buffer.concat([decipher.update(ciphertext), decipher.final()])
  } catch {
    return undefined
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const hexToBytesOr = (text: string): Uint8Array | undefined =>
  /^0x[0-9a-fA-F]{64}$/.test(text) ? hexToBytes(text as `0x${string}`) : undefined

function accountOf(role: string, key: Uint8Array | undefined): PrivateKeyAccount {
  try {
    if (key?.length === 32) return privateKeyToAccount(bytesToHex(key))
  } catch {
    // Beyond the order of the curve: no key.
  }
  throw new OptionError(
    `the key of the ${role}`,
    '32 bytes of hex after 0x, or a keystore of version 3 with its password',
  )
}
