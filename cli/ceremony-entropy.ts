import { readFileSync } from 'node:fs'
import { BaseError } from '#portfolio/base-error.js'

const ENTER = [0x0a, 0x0d]
const ERASE = [0x08, 0x7f]
const INTERRUPT = 0x03
const KEYS_MIN = 40

/**
 * What a participant adds to the randomness of the system: the bytes of a file (`-` is standard input), or text typed at a
 * prompt that shows a star for each key. The time between keys goes in as well.
 * @throws {NoEntropySourceError} when there is neither
 */
export async function readEntropy(file: string | undefined): Promise<Uint8Array> {
  if (file !== undefined) {
    try {
      return readFileSync(file === '-' ? 0 : file)
    } catch {
      throw new NoEntropySourceError('The file with the participant’s randomness cannot be read.')
    }
  }
  if (!process.stdin.isTTY) throw new NoEntropySourceError('There is no terminal to type at.')
  return typed()
}

function typed(): Promise<Uint8Array> {
  const bytes = Buffer.alloc(4096)
  let keys = 0
  process.stdin.setRawMode(true).resume()
  // Only now: what is typed before would be shown.
  process.stdout.write(`Type at random, at least ${KEYS_MIN} keys, then Enter (it is not shown): `)
  return new Promise((resolve) => {
    const finish = () => {
      process.stdin.off('data', take).setRawMode(false).pause()
      process.stdout.write('\n')
    }
    const take = (chunk: Buffer) => {
      for (const key of chunk) {
        if (key === INTERRUPT) {
          finish()
          bytes.fill(0)
          process.exit(130)
        }
        if (ENTER.includes(key)) {
          if (keys < KEYS_MIN) continue
          finish()
          return resolve(bytes.subarray(0, keys * 9))
        }
        if (ERASE.includes(key) || (keys + 1) * 9 > bytes.length) continue
        bytes[keys * 9] = key
        bytes.writeBigUInt64LE(process.hrtime.bigint(), keys * 9 + 1)
        keys++
        process.stdout.write('*')
      }
      chunk.fill(0)
    }
    process.stdin.on('data', take)
  })
}

/** A participant's own randomness cannot be had. */
export class NoEntropySourceError extends BaseError {
  constructor(found: string) {
    super(found, {
      code: 'CLI_CEREMONY_ENTROPY',
      hints: ['Run the command in a terminal, or give the bytes with --entropy-file.'],
    })
  }
}
