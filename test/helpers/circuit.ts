import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Circuit, circuitOf, type Statement } from '#circuits/circuit.js'
import { type Compiled, compileCircuit } from '#circuits/compile.js'
import type { Tier } from '#portfolio/shape.js'
import { FIELD } from '#portfolio/units.js'
import { readR1cs } from '#prover/r1cs-file.js'
import { type WasmModule, wasm } from '#prover/web-assembly.js'
import { calculateWitness, type WitnessInput } from '#prover/witness-calculator.js'

/** Wire values in the circuit's own order; element 0 is 1. */
export type Witness = bigint[]

/** A circuit whose constraints can be evaluated one by one, on a witness that no witness generator vouches for. */
export class TestCircuit {
  readonly #module: WasmModule
  readonly #constraints: [Linear, Linear, Linear][]
  readonly #names: string[]
  readonly wires: ReadonlyMap<string, number>

  private constructor(module: WasmModule, constraints: [Linear, Linear, Linear][], names: string[]) {
    this.#module = module
    this.#constraints = constraints
    this.#names = names
    this.wires = new Map(names.map((name, wire) => [name, wire]))
  }

  static async load(compiled: Compiled): Promise<TestCircuit> {
    const module = new wasm.Module(await readFile(compiled.wasmPath))
    return new TestCircuit(
      module,
      await readConstraints(compiled.r1csPath),
      await readNames(compiled.symPath),
    )
  }

  get constraintCount(): number {
    return this.#constraints.length
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
    return this.#names.map((name, wire) => {
      if (wire === 0) return 1n
      const other = from.wires.get(name)
      if (other === undefined) throw new Error(`the other circuit has no signal ${name}`)
      return witness[other]!
    })
  }

  /** Names of the constraints that `witness` breaks: the innermost component that holds all their signals, or the signals. */
  broken(witness: Witness): string[] {
    const failing = this.#constraints.filter(
      ([a, b, c]) => (dot(a, witness) * dot(b, witness) - dot(c, witness)) % FIELD !== 0n,
    )
    return failing.map((constraint) => this.#nameOf(constraint)).sort()
  }

  #nameOf(constraint: [Linear, Linear, Linear]): string {
    const wires = new Set(constraint.flatMap(({ wires }) => [...wires]).filter((wire) => wire !== 0))
    const paths = [...wires].map((wire) => this.#names[wire]!.split('.').slice(1))
    const shared: string[] = []
    for (
      let depth = 0;
      paths.every((path) => depth < path.length - 1 && path[depth] === paths[0]![depth]);
      depth++
    ) {
      shared.push(paths[0]![depth]!)
    }
    if (shared.length > 0) return shared.join('.')
    return paths
      .map((path) => path.join('.'))
      .sort()
      .join(' ')
  }
}

type Linear = { readonly wires: Uint32Array; readonly coefficients: bigint[] }

function dot({ wires, coefficients }: Linear, witness: Witness): bigint {
  let total = 0n
  for (let i = 0; i < wires.length; i++) total += coefficients[i]! * witness[wires[i]!]!
  return total % FIELD
}

function readElement(bytes: Buffer, at: number): bigint {
  let value = 0n
  for (let limb = 3; limb >= 0; limb--) value = (value << 64n) | bytes.readBigUInt64LE(at + 8 * limb)
  return value
}

async function readConstraints(path: string): Promise<[Linear, Linear, Linear][]> {
  const { terms, constraints } = await readR1cs(path)
  const bytes = Buffer.from(terms.buffer, terms.byteOffset, terms.byteLength)
  let at = 0
  const linear = (): Linear => {
    const length = bytes.readUInt32LE(at)
    at += 4
    const wires = new Uint32Array(length)
    const coefficients: bigint[] = []
    for (let i = 0; i < length; i++, at += 36) {
      wires[i] = bytes.readUInt32LE(at)
      coefficients.push(readElement(bytes, at + 4))
    }
    return { wires, coefficients }
  }
  return Array.from({ length: constraints }, () => [linear(), linear(), linear()])
}

/** Name per wire; wires that were simplified away are absent from the list of an optimised circuit. */
async function readNames(path: string): Promise<string[]> {
  const names = ['one']
  for (const line of (await readFile(path, 'utf8')).trim().split('\n')) {
    const [, wire, , name] = line.split(',')
    if (Number(wire) >= 0) names[Number(wire)] ??= name!
  }
  return names
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
  const sources = join('circuits', 'build', `twin-${id}`)
  await rm(sources, { recursive: true, force: true })
  await mkdir(sources, { recursive: true })
  await cp('circuits/gadgets', join(sources, 'gadgets'), { recursive: true })
  for (const file of await readdir('circuits')) {
    if (file.endsWith('.circom')) await cp(join('circuits', file), join(sources, file))
  }
  for (const { file, find, replace } of weakenings) {
    await edit(join(sources, file), (text) => text.replace(find, replace))
  }
  for (const file of await readdir(sources, { recursive: true })) {
    if (!file.endsWith('.circom')) continue
    const path = join(sources, file)
    const text = await readFile(path, 'utf8')
    await writeFile(
      path,
      UNCHECKED.reduce((source, pattern) => source.replace(pattern, ''), text),
    )
  }
  return TestCircuit.load(await compileCircuit(circuit, { level: 'O0', sources }))
}

async function edit(path: string, change: (text: string) => string): Promise<void> {
  const text = await readFile(path, 'utf8')
  const changed = change(text)
  if (changed === text) throw new Error(`nothing to weaken in ${path}`)
  await writeFile(path, changed)
}
