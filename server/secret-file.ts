import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { BaseError } from '#portfolio/base-error.js'

/**
 * Reads 32 secret bytes, written as 64 hexadecimal digits, from a file that only its owner can read; makes it if absent.
 *
 * @throws {@link SecretFileError} if others can read the file or it holds anything else.
 */
export function readSecretFile(path: string, setting: string): Buffer {
  if (!existsSync(path)) writeSecretFile(path, `${randomBytes(32).toString('hex')}\n`)
  const text = readPrivateFile(path, setting).trim()
  if (!/^[0-9a-f]{64}$/.test(text)) throw new SecretFileError(setting)
  return Buffer.from(text, 'hex')
}

/** @throws {@link SecretFileError} if the file is absent or others can read it. */
export function readPrivateFile(path: string, setting: string): string {
  try {
    if ((statSync(path).mode & 0o077) !== 0) throw new SecretFileError(setting)
    return readFileSync(path, 'utf8')
  } catch {
    throw new SecretFileError(setting)
  }
}

/** Writes a file that only its owner can read. */
export function writeSecretFile(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, content, { mode: 0o600 })
  chmodSync(path, 0o600)
}

export class SecretFileError extends BaseError {
  constructor(setting: string) {
    super(`The file of ${setting} is missing, readable by others, or not of the expected form.`, {
      code: 'SERVER_SECRET_FILE',
      field: setting,
      hints: ['It must belong to the service alone: chmod 600.'],
    })
  }
}
