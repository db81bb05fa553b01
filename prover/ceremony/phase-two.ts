import { readFile } from 'node:fs/promises'
import type { Curve, CurveGroup } from 'ffjavascript'
import { curves, zKey } from 'snarkjs'
import { BaseError } from '#portfolio/base-error.js'

/** What the second phase needs of a curve beyond what proving does. Points are affine, in `.zkey` form. */
export type PhaseTwoGroup = CurveGroup & {
  toRprUncompressed(out: Uint8Array, offset: number, point: Uint8Array): void
  isValid(point: Uint8Array): boolean
  eq(a: Uint8Array, b: Uint8Array): boolean
  /** Σ scalar_i · point_i; scalars little-endian, all of one width. */
  multiExpAffine(points: Uint8Array, scalars: Uint8Array): Promise<Uint8Array>
}
export type PhaseTwoCurve = Omit<Curve, 'G1' | 'G2'> & { G1: PhaseTwoGroup; G2: PhaseTwoGroup }

type MemoryFile = { type: 'mem'; data: Uint8Array }
type Logger = Record<'debug' | 'info' | 'warn' | 'error', (message: string) => void>

/**
 * snarkjs' second phase. It answers some bad input with −1 or false, and says why on a logger or on the console only. The cast: it comes
 * without types for these calls.
 */
const snarkjs = zKey as unknown as {
  newZKey(r1cs: string, ptau: string, zkey: string, logger: Logger): Promise<Uint8Array | -1>
  contribute(from: string, to: string, name: string, entropy: string, logger: Logger): Promise<Uint8Array>
  beacon(
    from: string,
    to: string,
    name: string,
    value: string,
    iterations: number,
    logger: Logger,
  ): Promise<Uint8Array | false>
  verifyFromInit(initial: MemoryFile, ptau: MemoryFile, zkey: MemoryFile, logger: Logger): Promise<boolean>
}

/** Share of the work that is done, from 0 to 1. */
export type OnShare = (share: number) => void

/** Sections in the order in which a step goes through them, with the share of its time that each begins at. */
const STARTS: readonly (readonly [label: string, from: number, to: number])[] = [
  ['Writing points start C:', 0.02, 0.42],
  ['Writing points start A:', 0.42, 0.5],
  ['Writing points start B1:', 0.5, 0.65],
  ['Writing points start B2:', 0.65, 1],
  ['Applying key: L Section:', 0, 0.5],
  ['Applying key: H Section:', 0.5, 1],
]

/** Turns what snarkjs says into progress, and remembers its complaint; nothing that it says is printed. */
function listener(onShare: OnShare | undefined): { logger: Logger; complaint: () => string } {
  let complaint = ''
  const debug = (message: string) => {
    const [, label = '', done, all] = /^(.*:)\s+(\d+)\/(\d+)$/.exec(message) ?? []
    const [, from, to] = STARTS.find(([start]) => label.startsWith(start)) ?? []
    if (from !== undefined && to !== undefined) onShare?.(from + ((to - from) * Number(done)) / Number(all))
  }
  const error = (message: string) => {
    complaint = message
  }
  return { logger: { debug, info: () => {}, warn: () => {}, error }, complaint: () => complaint }
}

/** Writes the circuit's key before any contribution, with δ = γ = 1. @throws {@link PhaseTwoError} */
export async function newKey(r1cs: string, ptau: string, zkey: string, onShare?: OnShare): Promise<void> {
  const { logger, complaint } = listener(onShare)
  if ((await snarkjs.newZKey(r1cs, ptau, zkey, logger)) === -1) throw new PhaseTwoError(complaint())
}

/** Writes the key `to`: the key `from` with δ multiplied by a secret from the system's randomness and `entropy`. */
export async function contributeTo(
  from: string,
  to: string,
  name: string,
  entropy: string,
  onShare?: OnShare,
): Promise<void> {
  await snarkjs.contribute(from, to, name, entropy, listener(onShare).logger)
}

/** Like `contributeTo`, with a factor that anyone can compute. @throws {@link PhaseTwoError} */
export async function applyBeaconTo(
  from: string,
  to: string,
  beacon: { readonly name: string; readonly value: string; readonly iterations: number },
  onShare?: OnShare,
): Promise<void> {
  const { logger, complaint } = listener(onShare)
  const hash = await snarkjs.beacon(from, to, beacon.name, beacon.value, beacon.iterations, logger)
  if (hash === false) throw new PhaseTwoError(complaint())
}

/** snarkjs' own verdict on a key against its initial one: undefined when it has no objection, else its words. */
export async function objectionTo(
  initial: string,
  ptau: string,
  zkey: string,
  onShare?: OnShare,
): Promise<string | undefined> {
  const { logger, complaint } = listener(onShare)
  // From memory: snarkjs does not close what it has opened when it objects.
  const inMemory = async (path: string): Promise<MemoryFile> => ({ type: 'mem', data: await readFile(path) })
  const files = await Promise.all([inMemory(initial), inMemory(ptau), inMemory(zkey)])
  const said: string[] = []
  const print = console.log
  // snarkjs reports a broken chain on the console, not to its logger.
  console.log = (...words: unknown[]) => void said.push(words.join(' '))
  try {
    if (await snarkjs.verifyFromInit(...files, logger)) return undefined
    return (complaint() || said.join(' ')).trim() || 'no reason given'
  } finally {
    console.log = print
  }
}

/** The verification key inside a proving key, as snarkjs writes it. */
export const exportKey = (zkey: string): Promise<Record<string, unknown>> => zKey.exportVerificationKey(zkey)

export async function phaseTwoCurve(): Promise<PhaseTwoCurve> {
  return (await curves.getCurveFromName('bn128')) as PhaseTwoCurve
}

/** snarkjs refused a step of the second phase. */
export class PhaseTwoError extends BaseError {
  constructor(said: string) {
    super(`The step could not be made: ${said}`, { code: 'PROVER_CEREMONY_STEP' })
  }
}
