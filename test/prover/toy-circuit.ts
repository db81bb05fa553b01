import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { curves } from 'snarkjs'
import type { CircuitArtifacts } from '#prover/artifacts.js'
import { fileHash } from '#prover/artifacts.js'
import { makeDevelopmentKey } from '#prover/development-key.js'

/** The toy circuit's id: any 32 bytes, fixed because the pinned key hash depends on it. */
export const TOY_ID = `0x${'a1'.repeat(32)}` as const

export type ToyCircuit = CircuitArtifacts & {
  readonly directory: string
  readonly r1csPath: string
  readonly vkey: Record<string, unknown>
  remove(): Promise<void>
}

const root = new URL('../..', import.meta.url).pathname

/** Compiles `test/fixtures/circuits/product.circom` and makes its development key in a directory of its own. */
export async function makeToyCircuit(): Promise<ToyCircuit> {
  // snarkjs would start threads that outlive the test.
  globalThis.curve_bn128 ??= await curves.getCurveFromName('bn128', { singleThread: true })
  const directory = await mkdtemp(join(tmpdir(), 'ballast-toy-'))
  const source = 'test/fixtures/circuits/product.circom'
  const compiler = join(root, 'node_modules', '.bin', 'circom2')
  await promisify(execFile)(compiler, [source, '--r1cs', '--wasm', '--O1', '-o', directory], { cwd: root })
  const r1csPath = join(directory, 'product.r1cs')
  const wasmPath = join(directory, 'product_js', 'product.wasm')
  const zkeyPath = join(directory, 'product.development.zkey')
  const vkeyPath = join(directory, 'product.development.vkey.json')
  const { zkeyHash, vkeyHash } = await makeDevelopmentKey({ r1csPath, circuitId: TOY_ID, zkeyPath, vkeyPath })
  return {
    id: 'product.tiny',
    directory,
    r1csPath,
    wasmPath,
    zkeyPath,
    vkeyPath,
    hashes: { wasm: fileHash(await readFile(wasmPath)), zkey: zkeyHash, vkey: vkeyHash },
    vkey: JSON.parse(await readFile(vkeyPath, 'utf8')),
    remove: () => rm(directory, { recursive: true, force: true }),
  }
}

/** An input of the toy statement: product = scale·a·b, both public; a and b private. */
export function toyInput(scale: bigint, a: bigint, b: bigint) {
  return {
    input: { scale: `${scale}`, factors: [`${a}`, `${b}`], squareOfSum: `${(a + b) ** 2n}` },
    expectedPublicSignals: [`${scale * a * b}`, `${scale}`],
  }
}
