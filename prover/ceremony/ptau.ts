import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import manifest from '#circuits/manifest.js'
import { BaseError } from '#portfolio/base-error.js'
import { hashFile, makeWhole } from './folder.js'
import { openSections, PTAU_SECTION } from './section-file.js'

/** A powers-of-tau file whose hash its makers have published. */
export type PublishedPtau = { readonly name: string; readonly power: number; readonly blake2b: string }

export const PUBLISHED_PTAU: readonly PublishedPtau[] = Object.entries(manifest.ceremony.ptau).map(
  ([name, { power, blake2b }]) => ({ name, power, blake2b }),
)

export type PtauSource = {
  /** A path or an http(s) URL. */
  readonly source: string
  /** For a file that is not on the list, its BLAKE2b hash: fit for a test, never for production. */
  readonly blake2b?: string | undefined
}

type Options = { onShare?: ((share: number) => void) | undefined; signal?: AbortSignal | undefined }

/**
 * The file at a path, or fetched from an http(s) URL into `folder`, once its BLAKE2b hash is the published one. A file is
 * known by its content; its name only says which one was meant.
 * @throws {PtauHashError} for another hash
 * @throws {PtauError} for an unknown name, too few powers, or a download that fails
 */
export async function obtainPtau(
  { source, blake2b }: PtauSource,
  folder: string,
  powerMin: number,
  options: Options = {},
): Promise<{ path: string; name: string; power: number; blake2b: string; published: boolean }> {
  const fromWeb = /^https?:\/\//.test(source)
  const name = basename(fromWeb ? new URL(source).pathname : source)
  const listed = PUBLISHED_PTAU.find((file) => file.name === name)
  const hash = listed?.blake2b ?? blake2b
  if (hash === undefined) throw new PtauError(`be one of ${names()}, or come with its hash for a test`)
  const path = fromWeb ? join(folder, name) : source
  if (fromWeb) {
    await makeWhole(path, async (temporary) => {
      if ((await download(source, temporary, options)) !== hash) throw new PtauHashError()
    })
  } else {
    await assertPtau(path, hash, options)
  }
  const power = await powerOfPtau(path)
  if (power < powerMin) throw new PtauError(`have at least 2^${powerMin} powers`)
  return { path, name, power, blake2b: hash, published: listed !== undefined }
}

/** @throws {PtauError} when there is no file @throws {PtauHashError} */
export async function assertPtau(path: string, blake2b: string, options: Options = {}): Promise<void> {
  if (!(await stat(path).catch(() => undefined))?.isFile()) throw new PtauError('exist')
  if ((await hashFile(path, 'blake2b512', options)) !== blake2b) throw new PtauHashError()
}

/** log2 of the number of powers that a prepared file says it holds. */
export async function powerOfPtau(path: string): Promise<number> {
  const file = await openSections(path, 'ptau')
  try {
    return (await file.read(PTAU_SECTION.header, 36, 4)).readUInt32LE()
  } finally {
    await file.close()
  }
}

const names = () => PUBLISHED_PTAU.map(({ name }) => name).join(', ')

async function download(url: string, path: string, { onShare, signal }: Options): Promise<string> {
  const response = await fetch(url, signal ? { signal } : {}).catch(() => undefined)
  signal?.throwIfAborted()
  if (!response?.ok || !response.body) throw new PtauError('be there for download')
  const total = Number(response.headers.get('content-length') ?? 0)
  const hash = createHash('blake2b512')
  let done = 0
  const measure = new Transform({
    transform(chunk: Buffer, _, next) {
      hash.update(chunk)
      done += chunk.length
      if (total > 0) onShare?.(Math.min(1, done / total))
      next(null, chunk)
    },
  })
  const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0])
  await pipeline(body, measure, createWriteStream(path), signal ? { signal } : {}).catch(() => {
    signal?.throwIfAborted()
    throw new PtauError('arrive whole')
  })
  return hash.digest('hex')
}

/** A powers-of-tau file is not the one it should be. */
export class PtauError extends BaseError {
  constructor(expected: string) {
    super(`The powers-of-tau file must ${expected}.`, {
      code: 'PROVER_CEREMONY_PTAU',
      field: 'ptau',
      hints: ['Take the file that the ceremony names; the list with hashes is in circuits/manifest.json.'],
    })
  }
}

/** A powers-of-tau file has other content than the one with this hash. */
export class PtauHashError extends BaseError {
  constructor() {
    super('The powers-of-tau file has not the hash that its makers have published.', {
      code: 'PROVER_CEREMONY_PTAU_HASH',
      field: 'ptau',
      hints: ['It is damaged or replaced: fetch it again, from another place.'],
    })
  }
}
