import * as fs from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Circuit } from '#circuits/circuit.js'
import type { Compiled } from '#circuits/compile.js'
import { type WasmModule, wasm } from '#prover/web-assembly.js'

/** The part of npm `circom2` used here; it has no types of its own. */
type Runner = {
  compile: (bytes: Uint8Array) => Promise<WasmModule>
  execute: (bytes: Uint8Array) => Promise<unknown>
}
type Circom = { CircomRunner: new (options: object) => Runner; bindings: object }

const require = createRequire(import.meta.url)
const { CircomRunner, bindings } = require('circom2') as Circom
/** Of the constants of circomlib's Poseidon the circuits read width 17 alone; parsing the rest takes longer than compiling. */
const CONSTANTS = 'circomlib/circuits/poseidon_constants.circom'
let compiler: WasmModule | undefined

/**
 * Compiles a circuit at O0 from `folder`, which holds its sources and gets what is made of it. The compiler stays loaded in
 * this process, which halves the time of a command per circuit. Undefined where circom refuses the source.
 */
export async function compileInProcess(circuit: Circuit, folder: string): Promise<Compiled | undefined> {
  const main = join(folder, 'main.circom')
  const include = circuit.include.replace(/^circuits\//, './')
  fs.writeFileSync(main, `pragma circom 2.1.6;\ninclude "${include}";\ncomponent main ${circuit.main};\n`)
  const constants = join(folder, 'gadgets', CONSTANTS)
  fs.mkdirSync(join(constants, '..'), { recursive: true })
  fs.writeFileSync(constants, constantsOfWidth17(fs.readFileSync(join('node_modules', CONSTANTS), 'utf8')))
  const said: string[] = []
  const runner = new CircomRunner({
    args: [main, '--O0', '--r1cs', '--wasm', '--sym', '-o', folder, '-l', 'node_modules'],
    env: {},
    preopens: { '.': '.' },
    bindings: { ...bindings, fs: { ...fs, writeSync: quiet(said) } },
  })
  const bytes = fs.readFileSync(require.resolve('circom2/circom.wasm'))
  compiler ??= new wasm.Module(bytes)
  const loaded = compiler
  runner.compile = async () => loaded
  try {
    await runner.execute(bytes)
  } catch {
    // An error's exit and an abort of the compiler alike: it made nothing of this source.
    return undefined
  }
  const made = {
    name: circuit.name,
    key: folder,
    folder,
    r1csPath: join(folder, 'main.r1cs'),
    symPath: join(folder, 'main.sym'),
    wasmPath: join(folder, 'main_js', 'main.wasm'),
  }
  return fs.existsSync(made.wasmPath) ? made : undefined
}

/** Keeps what the compiler says off the console. */
function quiet(said: string[]) {
  return (fd: number, data: Uint8Array, ...rest: number[]): number => {
    if (fd > 2) return fs.writeSync(fd, data, ...rest)
    said.push(Buffer.from(data).toString())
    return rest[1] ?? data.length
  }
}

const constantsOfWidth17 = (source: string): string =>
  source.replace(/(function \w+\(t\) \{)[\s\S]*?(if \(t ?== ?17\))/g, '$1 $2')
