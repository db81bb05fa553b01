import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { compileCircuit } from '#circuits/compile.js'
import { ConstraintSystem } from './constraint-system.js'
import { SMALL_EXCERPTS } from './small-excerpts.js'
import type { Edit, Inputs, SmallGadget } from './small-gadget.js'
import { SMALL_GADGETS } from './small-gadgets.js'
import { lift, modulo, searchOf } from './small-prime.js'

/** Everything that is enumerated. */
export const GADGETS: readonly SmallGadget[] = [...SMALL_GADGETS, ...SMALL_EXCERPTS]

/** How an enumeration compares with the gadget's header; `inputs` and `assignments` count what was tried and satisfied. */
export type Comparison = {
  readonly inputs: number
  readonly assignments: number
  /** Inputs with a witness for an output that the header forbids. */
  readonly unsound: number
  /** Inputs without a witness for an output that the header promises. */
  readonly incomplete: number
  /** Inputs with more or fewer witnesses for an output than the header says: a wire is free that should not be. */
  readonly ambiguous: number
  /** Inputs against `@requires` that the header would be wrong about: what the requirement is for. */
  readonly wrongOutside: number
  /** The first input that compares badly. */
  readonly example: Inputs | undefined
}

/**
 * Compiles the small instance of `gadget`, with further `edits`, and compares every assignment with the header; if `first`,
 * only until an output is found that the header forbids.
 */
export async function enumerateGadget(
  gadget: SmallGadget,
  edits: readonly Edit[] = [],
  first = false,
): Promise<Comparison> {
  const { prime, inputs, outputs, requires, ensures } = gadget
  const sources = join('circuits', 'build', `small-${gadget.name}-${process.pid}`)
  const circuit = {
    name: `small-${gadget.name}`,
    include: `circuits/${gadget.file}`,
    main: `= ${gadget.main}`,
  }
  try {
    await copySources(sources, gadget, edits)
    const system = await ConstraintSystem.read(await compileCircuit(circuit, { level: 'O0', sources }))
    const wireOf = (signal: string) =>
      system.wires.get(`main.${signal}`) ?? fail(`${gadget.name} has no signal ${signal}`)
    const known = inputs.map(([signal]) => wireOf(signal))
    const out = outputs.map(wireOf)
    const search = searchOf(lift(system, prime), known, out)

    const counts = { inputs: 0, assignments: 0, unsound: 0, incomplete: 0, ambiguous: 0, wrongOutside: 0 }
    let example: Inputs | undefined
    for (const values of tuples(
      inputs.map(([, lo = -((prime - 1) / 2), hi = (prime - 1) / 2]) => [lo, hi]),
    )) {
      const x = Object.fromEntries(inputs.map(([signal], i) => [signal, values[i]!]))
      const allowed = new Map(
        ensures(x).map(({ outputs, witnesses }) => [outputs.map((y) => modulo(y, prime)).join(), witnesses]),
      )
      const found = new Map<string, number>()
      let unsound = false
      search(values, (wires, weight) => {
        const key = out.map((wire) => wires[wire]).join()
        found.set(key, (found.get(key) ?? 0) + weight)
        counts.assignments += weight
        unsound ||= !allowed.has(key)
        return first && unsound
      })
      const incomplete = [...allowed.keys()].some((key) => !found.has(key))
      const ambiguous = [...found].some(([key, ways]) => (allowed.get(key) ?? ways) !== ways)
      counts.inputs++
      if (!requires(x)) {
        if (unsound || incomplete || ambiguous) counts.wrongOutside++
        continue
      }
      if (unsound) counts.unsound++
      if (incomplete) counts.incomplete++
      if (ambiguous) counts.ambiguous++
      if (unsound || incomplete || ambiguous) example ??= x
      if (first && unsound) break
    }
    return { ...counts, example }
  } finally {
    await rm(sources, { recursive: true, force: true })
  }
}

/** Enumerates gadgets of the list: how many, how many satisfying assignments, how many inputs against a header. */
export async function enumerateGadgets(
  names: readonly string[] = GADGETS.map(({ name }) => name),
): Promise<{ gadgets: number; assignments: number; violations: number }> {
  let [gadgets, assignments, violations] = [0, 0, 0]
  for (const gadget of GADGETS.filter(({ name }) => names.includes(name))) {
    const found = await enumerateGadget(gadget)
    gadgets++
    assignments += found.assignments
    violations += found.unsound + found.incomplete + found.ambiguous
  }
  return { gadgets, assignments, violations }
}

async function copySources(target: string, gadget: SmallGadget, edits: readonly Edit[]): Promise<void> {
  await mkdir(target, { recursive: true })
  await cp('circuits/gadgets', join(target, 'gadgets'), { recursive: true })
  await cp('circuits/layout.circom', join(target, 'layout.circom'))
  if (gadget.excerpt) {
    const { source, statements, around } = gadget.excerpt
    const text = await readFile(source, 'utf8')
    const found = statements.map((one) => one.exec(text)?.[0] ?? fail(`${source} has no ${one}`))
    await writeFile(join(target, gadget.file), around(found))
  }
  for (const [file, find, replace] of [...gadget.edits, ...edits]) {
    const path = join(target, file)
    const text = await readFile(path, 'utf8')
    const changed = text.replace(find, replace)
    if (changed === text) fail(`nothing to change in ${file}: ${find}`)
    await writeFile(path, changed)
  }
}

/** Every tuple of integers with each element in its range, ends included. */
function* tuples(ranges: readonly (readonly [number, number])[]): Generator<number[]> {
  const [first, ...rest] = ranges
  if (!first) return yield []
  for (let value = first[0]; value <= first[1]; value++) {
    for (const tail of tuples(rest)) yield [value, ...tail]
  }
}

function fail(message: string): never {
  throw new Error(message)
}
