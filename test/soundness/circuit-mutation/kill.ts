import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Circuit, circuitOf } from '#circuits/circuit.js'
import { type Compiled, compileCircuit } from '#circuits/compile.js'
import { WitnessError, WitnessInputError } from '#prover/prove-error.js'
import { type WasmModule, wasm } from '#prover/web-assembly.js'
import { calculateWitness, type WitnessInput } from '#prover/witness-calculator.js'
import { ConstraintSystem, type Witness } from '../constraint-system.js'
import { readElement } from '../sparse-rows.js'
import { type CaseSet, DIGEST_CASES, REBALANCE_CASES } from './cases.js'
import { compileInProcess } from './circom-in-process.js'
import { forges } from './forge.js'
import { enumerateMutants, type Mutant } from './mutants.js'
import { type Dependencies, dependenciesOf } from './roots.js'
import { secondWitness } from './tamper.js'

/** `by` says which case or wire told the mutant from the circuit; empty where nothing did. */
export type Kill = {
  readonly id: string
  readonly verdict: 'killed' | 'survived' | 'stillborn'
  readonly by: string
  readonly seconds: number
}

/** The group of cases after which hints and undetermined wires are tampered with. */
const TAMPER_AFTER = 1
/** These compile alone, in a circuit that has nothing else. */
const HASHING = [
  'digest.circom',
  'gadgets/digest.circom',
  'gadgets/poseidon.circom',
  'gadgets/public-vector.circom',
]

/** Compiles the mutant of that index and looks for anything that it does and the circuit does not. */
export const killMutant = (index: number): Promise<Kill> => examine(enumerateMutants()[index]!)

/** As {@link killMutant}, for any mutant: one whose line is what it was must survive. */
export async function examine(mutant: Mutant): Promise<Kill> {
  const started = performance.now()
  const done = (verdict: Kill['verdict'], by: string): Kill => ({
    id: mutant.id,
    verdict,
    by,
    seconds: Math.round((performance.now() - started) / 100) / 10,
  })
  return compiling(mutant, async (compiled, circuit) => {
    if (!compiled) return done('stillborn', 'circom')
    const by = await difference(compiled, isHashing(mutant) ? DIGEST_CASES : REBALANCE_CASES, circuit)
    return done(by === undefined ? 'survived' : 'killed', by ?? '')
  })
}

/** The constraints that circom makes of a mutant; undefined where it refuses it. */
export const constraintsOf = (mutant: Mutant): Promise<Buffer | undefined> =>
  compiling(mutant, async (compiled) => compiled && readFile(compiled.r1csPath))

const isHashing = ({ file }: Mutant): boolean => HASHING.includes(file)

/** Compiles the mutant, undefined where circom refuses it, for as long as `use` takes. */
async function compiling<T>(
  mutant: Mutant,
  use: (compiled: Compiled | undefined, circuit: Circuit) => Promise<T>,
): Promise<T> {
  const circuit = circuitOf(isHashing(mutant) ? 'digest-market' : 'rebalance', 'tiny')
  const sources = join('circuits', 'build', `mutant-${process.pid}`)
  try {
    await writeSources(sources, mutant)
    return await use(await compileInProcess(circuit, sources), circuit)
  } finally {
    await rm(sources, { recursive: true, force: true })
  }
}

/** The circom sources with one line changed; nothing else. */
async function writeSources(folder: string, { id, file, line, before, after }: Mutant): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await cp('circuits/gadgets', join(folder, 'gadgets'), { recursive: true })
  for (const name of await readdir('circuits')) {
    if (name.endsWith('.circom')) await cp(join('circuits', name), join(folder, name))
  }
  const lines = (await readFile(join(folder, file), 'utf8')).split('\n')
  const source = lines[line - 1]!
  if (!source.startsWith(before)) throw new Error(`${id} is not in the circuit`)
  lines[line - 1] = after + source.slice(before.length)
  await writeFile(join(folder, file), lines.join('\n'))
}

/** The first thing that tells the compiled mutant from the circuit. */
async function difference(
  compiled: Compiled,
  { groups, bases, forgeries }: CaseSet,
  circuit: Circuit,
): Promise<string | undefined> {
  const module = new wasm.Module(await readFile(compiled.wasmPath))
  let read: ConstraintSystem | undefined
  const system = async () => {
    read ??= await ConstraintSystem.read(compiled)
    return read
  }
  const holds = async (witness: Witness) => (await system()).broken(witness).length === 0
  for (const [index, group] of groups.entries()) {
    for (const { name, accepted, input } of await group()) {
      const witness = generate(module, input)
      if (accepted && (!witness || (index === 0 && !(await holds(witness))))) return `refuses: ${name}`
      if (!accepted && witness && (await holds(witness))) return `accepts: ${name}`
    }
    // The rest of the cases takes longer than a look at what determines what.
    if (index !== TAMPER_AFTER) continue
    for (const { name, input } of await bases()) {
      const witness = generate(module, input)
      if (!witness) return `refuses: ${name}`
      const changed = secondWitness(
        await system(),
        witness,
        Object.keys(input),
        await original(circuit, input),
      )
      if (changed !== undefined) return `${changed}: ${name}`
    }
  }
  for (const { honest, refused } of await forgeries()) {
    const witness = generate(module, honest.input)
    if (!witness) return `refuses: ${honest.name}`
    const forged = forges(await system(), witness, refused.input, await original(circuit, refused.input))
    if (forged) return `forged: ${refused.name}`
  }
  return undefined
}

const known = new Map<string, Promise<Dependencies>>()

/** What determines what in the unchanged circuit. */
function original(circuit: Circuit, input: WitnessInput): Promise<Dependencies> {
  const found =
    known.get(circuit.name) ??
    compileCircuit(circuit, { level: 'O0' })
      .then((compiled) => ConstraintSystem.read(compiled))
      .then((system) => dependenciesOf(system, Object.keys(input)))
  known.set(circuit.name, found)
  return found
}

/** The witness of a circuit's own generator, or undefined where it refuses the input. */
function generate(module: WasmModule, input: WitnessInput): Witness | undefined {
  try {
    const bytes = Buffer.from(calculateWitness(module, 'mutant', input))
    return Array.from({ length: bytes.length / 32 }, (_, wire) => readElement(bytes, 32 * wire))
  } catch (error) {
    if (error instanceof WitnessError || error instanceof WitnessInputError) return undefined
    throw error
  }
}
