import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Circuit, circuitOf, type Statement } from '#circuits/circuit.js'
import { type Compiled, compileCircuit } from '#circuits/compile.js'
import type { Tier } from '#portfolio/shape.js'
import { type WasmModule, wasm } from '#prover/web-assembly.js'
import { calculateWitness, type WitnessInput } from '#prover/witness-calculator.js'
import { ConstraintSystem, type Witness } from '#test/soundness/constraint-system.js'
import { readElement } from '#test/soundness/sparse-rows.js'

export type { Witness } from '#test/soundness/constraint-system.js'

/** A circuit whose constraints can be evaluated one by one, on a witness that no witness generator vouches for. */
export class TestCircuit {
  readonly #module: WasmModule
  readonly system: ConstraintSystem

  private constructor(module: WasmModule, system: ConstraintSystem) {
    this.#module = module
    this.system = system
  }

  static async load(compiled: Compiled): Promise<TestCircuit> {
    const module = new wasm.Module(await readFile(compiled.wasmPath))
    return new TestCircuit(module, await ConstraintSystem.read(compiled))
  }

  get constraintCount(): number {
    return this.system.constraintCount
  }

  get wires(): ReadonlyMap<string, number> {
    return this.system.wires
  }

  /** The witness of the circuit's own generator. @throws {@link WitnessError} where one of its assertions fails. */
  calculate(input: WitnessInput): Witness {
    const bytes = Buffer.from(calculateWitness(this.#module, 'test', input))
    return Array.from({ length: bytes.length / 32 }, (_, wire) => readElement(bytes, wire * 32))
  }

  accepts(input: WitnessInput): boolean {
    try {
      this.calculate(input)
      return true
    } catch {
      return false
    }
  }

  /** Takes over a witness of another circuit wire by wire, by signal name; both must have the same signals. */
  adopt(witness: Witness, from: TestCircuit): Witness {
    return this.system.names.map((name, wire) => {
      if (wire === 0) return 1n
      const other = from.wires.get(name)
      if (other === undefined) throw new Error(`the other circuit has no signal ${name}`)
      return witness[other]!
    })
  }

  /** Names of the constraints that `witness` breaks: the innermost component that holds all their signals, or the signals. */
  broken(witness: Witness): string[] {
    return this.system
      .broken(witness)
      .map((constraint) => this.system.nameOf(constraint))
      .sort()
  }
}

/** Compiles a statement of a tier and loads it. */
export const loadCircuit = async (statement: Statement, tier: Tier, level: 'O0' | 'O2' = 'O2') =>
  TestCircuit.load(await compileCircuit(circuitOf(statement, tier), { level }))

/** Changes of one source text; each must change it, so that a twin never silently equals its original. */
export type Weakening = { readonly file: string; readonly find: string | RegExp; readonly replace: string }

/** Takes away every `===`: the twin computes all signals as the circuit does and checks nothing. */
const UNCHECKED: readonly RegExp[] = [/^[^\n/]*===[^;]*;/gm]

/**
 * Compiles a twin of `circuit` whose constraints written with `===` are gone, so that its generator completes any input;
 * `weakenings` change single lines first, for instance to force a hint. At O0 the twin has the very signals of the
 * original, so its witness can be {@link TestCircuit.adopt}ed.
 */
export async function loadTwin(
  circuit: Circuit,
  id: string,
  weakenings: readonly Weakening[] = [],
): Promise<TestCircuit> {
  const texts = new Map<string, string>()
  for (const file of await readdir('circuits', { recursive: true })) {
    if (!file.endsWith('.circom') || file.startsWith('build')) continue
    texts.set(file, await readFile(join('circuits', file), 'utf8'))
  }
  for (const { file, find, replace } of weakenings) {
    const weakened = texts.get(file)?.replace(find, replace)
    if (weakened === undefined || weakened === texts.get(file))
      throw new Error(`nothing to weaken in ${file}`)
    texts.set(file, weakened)
  }
  for (const [file, text] of texts) {
    texts.set(
      file,
      UNCHECKED.reduce((source, pattern) => source.replace(pattern, ''), text),
    )
  }
  const sources = await writeSources(id, texts)
  return TestCircuit.load(await compileCircuit(circuit, { level: 'O0', sources }))
}

/** Writes sources where no other content is ever written, whole or not at all: test files run side by side. */
async function writeSources(id: string, texts: ReadonlyMap<string, string>): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([...texts].sort()))
  const folder = join('circuits', 'build', `twin-${id}-${hash.digest('hex').slice(0, 16)}`)
  if (existsSync(folder)) return folder
  const temporary = join('circuits', 'build', `.tmp-${randomUUID()}`)
  for (const [file, text] of texts) {
    await mkdir(dirname(join(temporary, file)), { recursive: true })
    await writeFile(join(temporary, file), text)
  }
  await rename(temporary, folder).catch(async (error: NodeJS.ErrnoException) => {
    // Another test file wrote the same sources first.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    await rm(temporary, { recursive: true })
  })
  return folder
}
