import { groth16 } from 'snarkjs'
import { type CircuitArtifacts, checkArtifacts } from './artifacts.js'
import { type Groth16Proof, parseProof } from './groth16-proof.js'
import { assertUsableKey } from './key-check.js'
import { ArtifactError, ProofRejectedError, PublicSignalsMismatchError } from './prove-error.js'
import { proveWithRapidsnark } from './rapidsnark.js'
import { parsePublicSignals, verifyProof } from './verify.js'
import { type WasmModule, wasm } from './web-assembly.js'
import { calculateWitness, type WitnessInput, witnessElements, witnessFile } from './witness-calculator.js'

export type ProveStep = 'witness' | 'proving' | 'verifying'

export type ProveTimings = {
  readonly witnessMs: number
  readonly proveMs: number
  readonly verifyMs: number
  readonly totalMs: number
}

export type ProveResult = {
  readonly proof: Groth16Proof
  readonly publicSignals: string[]
  readonly timings: ProveTimings
}

export type ProveOptions = {
  readonly expectedPublicSignals: readonly string[]
  readonly onStep: (step: ProveStep) => void
  readonly rapidsnark?: { readonly binary: string; readonly directory: string } | undefined
}

/** A circuit with its files checked, its witness generator compiled and its proving key in memory. */
export class WarmCircuit {
  private constructor(
    readonly artifacts: CircuitArtifacts,
    private readonly generator: WasmModule,
    private readonly zkey: Uint8Array,
    private readonly vkey: unknown,
    private readonly publics: number,
  ) {}

  /** @throws {ArtifactError} if a file is missing, differs from its pinned hash, or holds an unusable key */
  static async load(artifacts: CircuitArtifacts): Promise<WarmCircuit> {
    const bytes = await checkArtifacts(artifacts)
    const { vkey, publics } = readKey(artifacts.id, bytes.vkey)
    return new WarmCircuit(artifacts, await wasm.compile(bytes.wasm), bytes.zkey, vkey, publics)
  }

  /**
   * Witness, proof, verification. A proof only leaves when its public signals are the expected ones (compared before the
   * costly step and again after) and the strict verifier accepts it.
   * @throws {ProveError}
   */
  async prove(
    input: WitnessInput,
    { expectedPublicSignals, onStep, rapidsnark }: ProveOptions,
  ): Promise<ProveResult> {
    const { id, zkeyPath } = this.artifacts
    const start = performance.now()
    onStep('witness')
    const witness = calculateWitness(this.generator, id, input)
    this.#compare(witnessElements(witness, 1, this.publics), expectedPublicSignals)
    const witnessDone = performance.now()

    onStep('proving')
    const file = witnessFile(witness)
    witness.fill(0)
    const { proof, publicSignals } = rapidsnark
      ? await proveWithRapidsnark({ ...rapidsnark, zkeyPath, witness: file })
      : await groth16.prove(this.zkey, file)
    file.fill(0)
    const proveDone = performance.now()

    onStep('verifying')
    const signals = parsePublicSignals(publicSignals, this.publics)
    this.#compare(signals, expectedPublicSignals)
    const parsed = parseProof(proof)
    if (!(await verifyProof({ vkey: this.vkey, proof: parsed, publicSignals: signals }))) {
      throw new ProofRejectedError(id)
    }
    const end = performance.now()
    const timings = {
      witnessMs: witnessDone - start,
      proveMs: proveDone - witnessDone,
      verifyMs: end - proveDone,
      totalMs: end - start,
    }
    return { proof: parsed, publicSignals: signals, timings }
  }

  #compare(actual: readonly string[], expected: readonly string[]): void {
    const same = actual.length === expected.length && actual.every((signal, i) => signal === expected[i])
    if (!same) throw new PublicSignalsMismatchError(this.artifacts.id)
  }
}

function readKey(circuitId: string, bytes: Uint8Array): { vkey: unknown; publics: number } {
  try {
    const vkey: unknown = JSON.parse(Buffer.from(bytes).toString())
    return { vkey, publics: assertUsableKey(vkey).publics }
  } catch {
    throw new ArtifactError(circuitId, 'vkey')
  }
}
