import { spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BaseError } from '#portfolio/base-error.js'
import type { Circuit } from './circuit.js'

/** Where the compiler put what it made of one circuit. `key` is the content hash of everything it was made from. */
export type Compiled = {
  readonly name: string
  readonly key: string
  readonly folder: string
  readonly r1csPath: string
  readonly wasmPath: string
  readonly symPath: string
}

export type CompileOptions = {
  /** `O2` removes linear constraints, for proving; `O0` keeps every signal, for tests that forge a witness. */
  readonly level?: 'O0' | 'O2'
  /** Folder of the circom sources, below the project's root; tests point it at a weakened copy. */
  readonly sources?: string
  readonly signal?: AbortSignal
}

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')
const BUILD = join(ROOT, 'circuits', 'build')
const require = createRequire(import.meta.url)

/**
 * Compiles a circuit with circom, or finds what an earlier run made from the very same sources, compiler and options.
 *
 * The result appears whole or not at all: it is made in a temporary folder that is renamed when it is complete, so that
 * an interrupted or a concurrent run leaves nothing half-written.
 *
 * @throws {@link CircuitCompileError} with the compiler's own words.
 */
export async function compileCircuit(circuit: Circuit, options: CompileOptions = {}): Promise<Compiled> {
  const { level = 'O2', sources = 'circuits', signal } = options
  const include = join(sources, relative('circuits', circuit.include))
  const key = await contentKey(circuit, level, sources)
  const folder = join(BUILD, `${circuit.name}-${level}-${key.slice(0, 16)}`)
  const compiled = {
    name: circuit.name,
    key,
    folder,
    r1csPath: join(folder, 'main.r1cs'),
    wasmPath: join(folder, 'main.wasm'),
    symPath: join(folder, 'main.sym'),
  }
  if (existsSync(folder)) return compiled

  const temporary = join(BUILD, `.tmp-${randomUUID()}`)
  await mkdir(temporary, { recursive: true })
  try {
    const source = join(temporary, 'main.circom')
    const path = relative(temporary, join(ROOT, include))
    await writeFile(source, `pragma circom 2.1.6;\ninclude "${path}";\ncomponent main ${circuit.main};\n`)
    await runCircom([relative(ROOT, source), `--${level}`, '-o', relative(ROOT, temporary)], signal)
    await rename(join(temporary, 'main_js', 'main.wasm'), join(temporary, 'main.wasm'))
    await rm(join(temporary, 'main_js'), { recursive: true })
    await rename(temporary, folder).catch((error: NodeJS.ErrnoException) => {
      // Another process finished the same circuit first; what it made is the same.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
  return compiled
}

/** sha256 over compiler version, options, main component, and every circom file under `sources` and in circomlib. */
async function contentKey(circuit: Circuit, level: string, sources: string): Promise<string> {
  const hash = createHash('sha256')
  hash.update(JSON.stringify([circuit, level, version('circom2'), version('circomlib')]))
  const files = await readdir(join(ROOT, sources), { recursive: true })
  for (const file of files.filter((name) => name.endsWith('.circom') && !name.startsWith('build')).sort()) {
    hash.update(`\0${file}\0`).update(await readFile(join(ROOT, sources, file)))
  }
  return hash.digest('hex')
}

const version = (name: string): string => require(`${name}/package.json`).version

/** circom2 is WASM that sees only what is below its working directory, hence the project's root. */
async function runCircom(args: readonly string[], signal?: AbortSignal): Promise<void> {
  const cli = join(dirname(require.resolve('circom2/package.json')), 'cli.js')
  const child = spawn(process.execPath, [cli, ...args, '--r1cs', '--wasm', '--sym', '-l', 'node_modules'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal ? { signal } : {}),
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk
    })
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  if (code !== 0) throw new CircuitCompileError(output)
}

/** The compiler refused the source, or did not run. Circuit sources are public, so its words are shown whole. */
export class CircuitCompileError extends BaseError {
  constructor(output: string) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the compiler colours its messages with escape codes.
    const plain = output.replace(/\u001b\[[0-9;]*m/g, '').trim()
    super(`circom could not compile the circuit: ${plain}`, { code: 'CIRCUITS_COMPILE' })
  }
}
