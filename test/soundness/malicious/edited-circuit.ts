import { randomUUID } from 'node:crypto'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Circuit } from '#circuits/circuit.js'
import { type Compiled, compileCircuit } from '#circuits/compile.js'
import type { Weakening } from '#test/helpers/circuit.js'

/** A statement of the form `a === b;`: it computes nothing and can only refuse. */
const CHECK = /^[^\n/]*===[^;]*;/gm

/**
 * Compiles `circuit` at O0 from a copy of the sources with `edits`; `checked: false` then takes every `===` away, so that
 * what is left only says how each signal follows from others. A copy has a folder of its own, since several processes may
 * make the same one; the compiled result is found again by its content.
 */
export async function compileEdited(
  circuit: Circuit,
  edits: readonly Weakening[],
  checked: boolean,
): Promise<Compiled> {
  const sources = join('circuits', 'build', `edited-${randomUUID()}`)
  try {
    await mkdir(sources, { recursive: true })
    await cp('circuits/gadgets', join(sources, 'gadgets'), { recursive: true })
    for (const file of await readdir('circuits')) {
      if (file.endsWith('.circom')) await cp(join('circuits', file), join(sources, file))
    }
    for (const { file, find, replace } of edits) {
      await rewrite(join(sources, file), (text) => text.replace(find, replace))
    }
    if (!checked) await uncheck(sources)
    return await compileCircuit(circuit, { level: 'O0', sources })
  } finally {
    await rm(sources, { recursive: true, force: true })
  }
}

/** Edits that turn `signal <== …` into `signal <-- …`: the value is proposed and no longer constrained. */
export const unconstrain = (file: string, ...signals: readonly string[]): Weakening[] =>
  signals.map((signal) => ({ file, find: `${signal} <==`, replace: `${signal} <--` }))

/** Edits that take a whole statement away. */
export const remove = (file: string, ...statements: readonly string[]): Weakening[] =>
  statements.map((find) => ({ file, find, replace: '' }))

async function uncheck(sources: string): Promise<void> {
  for (const file of await readdir(sources, { recursive: true })) {
    if (!file.endsWith('.circom')) continue
    const path = join(sources, file)
    await writeFile(path, (await readFile(path, 'utf8')).replace(CHECK, ''))
  }
}

async function rewrite(path: string, change: (text: string) => string): Promise<void> {
  const text = await readFile(path, 'utf8')
  const changed = change(text)
  if (changed === text) throw new Error(`nothing to change in ${path}`)
  await writeFile(path, changed)
}
