import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'

/** A suite measures and returns its figures: nested records of numbers, null where something could not be measured. */
export type Figures = { readonly [key: string]: number | null | Figures }

const SUITES: Readonly<Record<string, () => Promise<{ measure: () => Promise<Figures> }>>> = {
  circuits: () => import('./circuits.js'),
  keys: () => import('./keys.js'),
  prover: () => import('./prover.js'),
  gas: () => import('./gas.js'),
  assurance: () => import('./assurance.js'),
  invariants: () => import('./invariants.js'),
  ceremony: () => import('./ceremony.js'),
  strategy: () => import('./strategy.js'),
}
/** Takes long: only when named. */
const LONG = ['assurance', 'ceremony', 'invariants', 'strategy']

const git = (...args: string[]) => spawnSync('git', args, { encoding: 'utf8' }).stdout.trim()

const named = process.argv.slice(2)
const unknown = named.filter((name) => !(name in SUITES))
if (unknown.length > 0) {
  console.error(`no suite ${unknown.join(', ')}; there are ${Object.keys(SUITES).join(', ')}`)
  process.exit(2)
}

for (const name of named.length > 0 ? named : Object.keys(SUITES).filter((suite) => !LONG.includes(suite))) {
  console.log(`${name} …`)
  const { measure } = await SUITES[name]!()
  const figures = await measure()
  const result = {
    suite: name,
    commit: git('rev-parse', '--short', 'HEAD'),
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
    command: `npm run bench -- ${name}`,
    figures,
  }
  mkdirSync('bench/results', { recursive: true })
  writeFileSync(`bench/results/${name}.json`, `${JSON.stringify(result, null, 2)}\n`)
  console.log(JSON.stringify(figures, null, 2))
}
// snarkjs keeps worker threads that would hold the process open.
process.exit(0)
