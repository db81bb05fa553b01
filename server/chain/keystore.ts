import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { z } from 'zod'
import { readPrivateFile, SecretFileError } from '../secret-file.js'

/** Who signs what: governor mandates, manager steps, submitter their transactions, publisher snapshots, risk signer options. */
export const ROLES = ['governor', 'manager', 'submitter', 'publisher', 'riskSigner'] as const
export type Role = (typeof ROLES)[number]
export type Keystore<R extends Role = Role> = Readonly<Record<R, PrivateKeyAccount>>

/** The roles of a process that publishes markets and does nothing else. */
export type PublisherRole = 'publisher' | 'riskSigner'

const Key = z.string().regex(/^0x[0-9a-f]{64}$/)

/** Reads the keys this service signs with from a file only its owner can read. @throws `SecretFileError` */
export const readKeystore = (path: string): Keystore => readKeys(path, ROLES)

/** The same of a process that publishes markets alone: its file holds two keys and no other. @throws `SecretFileError` */
export const readPublisherKeystore = (path: string): Keystore<PublisherRole> =>
  readKeys(path, ['publisher', 'riskSigner'])

function readKeys<R extends Role>(path: string, roles: readonly R[]): Keystore<R> {
  const setting = 'BALLAST_KEYSTORE_FILE'
  const text = readPrivateFile(path, setting)
  try {
    const form = z.strictObject(Object.fromEntries(roles.map((role) => [role, Key])))
    const keys = form.parse(JSON.parse(text))
    const entries = roles.map((role) => [role, privateKeyToAccount(keys[role] as `0x${string}`)] as const)
    return Object.fromEntries(entries) as Keystore<R>
  } catch {
    throw new SecretFileError(setting)
  }
}
