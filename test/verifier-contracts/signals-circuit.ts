import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as snarkjs from 'snarkjs'
import { type SolidityProof, toSolidityProof } from '#prover/groth16-proof.js'
import type { VerificationKey } from '#prover/verification-key.js'

/** A circuit of three unconstrained public signals with a finished key, and the same key before any contribution. */
export type SignalsCircuit = {
  readonly vkey: VerificationKey
  readonly unfinishedKey: VerificationKey
  prove(c: bigint, alpha: bigint, beta: bigint): Promise<SolidityProof>
  remove(): Promise<void>
}

type Phase2 = {
  contribute(from: string, to: string, name: string, entropy: string): Promise<unknown>
  beacon(from: string, to: string, name: string, hash: string, iterations: number): Promise<unknown>
}

const root = new URL('../..', import.meta.url).pathname

/** Makes both keys with snarkjs alone: powers of tau on the spot, one contribution, a beacon. */
export async function makeSignalsCircuit(): Promise<SignalsCircuit> {
  // snarkjs would start threads that outlive the test.
  globalThis.curve_bn128 ??= await snarkjs.curves.getCurveFromName('bn128', { singleThread: true })
  const directory = await mkdtemp(join(tmpdir(), 'ballast-signals-'))
  const file = (name: string) => join(directory, name)
  const source = 'test/verifier-contracts/signals.circom'
  const compiler = join(root, 'node_modules', '.bin', 'circom2')
  await promisify(execFile)(compiler, [source, '--r1cs', '--wasm', '--O1', '-o', directory], { cwd: root })

  const { powersOfTau, zKey, groth16, wtns } = snarkjs
  const phase2 = zKey as unknown as Phase2
  const curve = await snarkjs.curves.getCurveFromName('bn128')
  await powersOfTau.newAccumulator(curve, 4, file('0.ptau'))
  await powersOfTau.contribute(file('0.ptau'), file('1.ptau'), 'test', 'entropy of a test')
  await powersOfTau.preparePhase2(file('1.ptau'), file('2.ptau'))
  await zKey.newZKey(file('signals.r1cs'), file('2.ptau'), file('0.zkey'))
  await phase2.contribute(file('0.zkey'), file('1.zkey'), 'test', 'more entropy of a test')
  await phase2.beacon(file('1.zkey'), file('2.zkey'), 'beacon', '0102030405060708090a0b0c0d0e0f10', 10)
  const keyOf = async (name: string) =>
    (await zKey.exportVerificationKey(file(name))) as unknown as VerificationKey
  const wasm = new Uint8Array(await readFile(file('signals_js/signals.wasm')))
  const zkey = new Uint8Array(await readFile(file('2.zkey')))

  return {
    vkey: await keyOf('2.zkey'),
    unfinishedKey: await keyOf('0.zkey'),
    async prove(c, alpha, beta) {
      const witness: { type: 'mem'; data?: Uint8Array } = { type: 'mem' }
      await wtns.calculate({ c, alpha, beta, secret: 7n }, wasm, witness)
      const { proof } = await groth16.prove(zkey, witness)
      return toSolidityProof(proof as Parameters<typeof toSolidityProof>[0])
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  }
}
