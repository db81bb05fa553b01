import { readFile } from 'node:fs/promises'
import { circuitOf } from '#circuits/circuit.js'
import { compileCircuit } from '#circuits/compile.js'
import type { Tier } from '#portfolio/shape.js'
import { FIELD } from '#portfolio/units.js'
import { WitnessError } from '#prover/prove-error.js'
import { type WasmModule, wasm } from '#prover/web-assembly.js'
import { calculateWitness, type WitnessInput } from '#prover/witness-calculator.js'

const loaded: Partial<Record<Tier, Promise<WitnessReader>>> = {}

/** Runs a circuit's own witness generator and reads single signals by name, as signed integers. */
export class WitnessReader {
  private constructor(
    readonly module: WasmModule,
    private readonly wires: ReadonlyMap<string, number>,
  ) {}

  /** The generator of `rebalance` compiled at O0, where every signal keeps its wire; it computes what that of O2 does. */
  static load(tier: Tier): Promise<WitnessReader> {
    loaded[tier] ??= WitnessReader.#read(tier)
    return loaded[tier]
  }

  static async #read(tier: Tier): Promise<WitnessReader> {
    const compiled = await compileCircuit(circuitOf('rebalance', tier), { level: 'O0' })
    const wires = new Map<string, number>()
    for (const line of (await readFile(compiled.symPath, 'utf8')).trim().split('\n')) {
      const [, wire, , name] = line.split(',')
      wires.set(name!.replace(/^main\./, ''), Number(wire))
    }
    return new WitnessReader(new wasm.Module(await readFile(compiled.wasmPath)), wires)
  }

  /** Undefined where an assertion of the circuit fails; any other fault is thrown on. */
  run(input: WitnessInput): Uint8Array | undefined {
    try {
      return calculateWitness(this.module, 'rebalance', input)
    } catch (error) {
      if (error instanceof WitnessError) return undefined
      throw error
    }
  }

  /** Value of the signal `name` (without `main.`), a field element above r/2 read as negative. */
  read(witness: Uint8Array, name: string): bigint {
    const wire = this.wires.get(name)
    if (wire === undefined) throw new Error(`the circuit has no signal ${name}`)
    const bytes = Buffer.from(witness.buffer, witness.byteOffset + wire * 32, 32)
    let value = 0n
    for (let limb = 3; limb >= 0; limb--) value = (value << 64n) | bytes.readBigUInt64LE(8 * limb)
    return value > FIELD / 2n ? value - FIELD : value
  }
}
