import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { z } from 'zod'
import { readPrivateFile, SecretFileError } from '../secret-file.js'

/** Who signs what: governor mandates, manager steps, submitter their transactions, publisher snapshots, risk signer options. */
export const ROLES = ['governor', 'manager', 'submitter', 'publisher', 'riskSigner'] as const
export type Role = (typeof ROLES)[number]
export type Keystore = Readonly<Record<Role, PrivateKeyAccount>>

const Key = z.string().regex(/^0x[0-9a-f]{64}$/)
const KeystoreFile = z.strictObject(
  Object.fromEntries(ROLES.map((role) => [role, Key])) as Record<Role, typeof Key>,
)

/** Reads the keys this service signs with from a file only its owner can read. @throws `SecretFileError` */
export function readKeystore(path: string): Keystore {
  const setting = 'BALLAST_KEYSTORE_FILE'
  const text = readPrivateFile(path, setting)
  try {
    const keys = KeystoreFile.parse(JSON.parse(text))
    const entries = ROLES.map((role) => [role, privateKeyToAccount(keys[role] as `0x${string}`)] as const)
    return Object.fromEntries(entries) as Keystore
  } catch {
    throw new SecretFileError(setting)
  }
}
