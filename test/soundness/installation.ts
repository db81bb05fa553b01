import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { loadCircuits } from '#prover/circuits.js'

const ROOT = new URL('../..', import.meta.url).pathname
const FOLDERS = ['portfolio', 'strategy', 'circuits', 'prover', 'verifier-contracts', 'server']
const FILES = ['package.json', 'tsconfig.json', 'examples']

/** A copy of the service with the built circuits of the tier `tiny`, outside the work tree, to be damaged. */
export type Installation = {
  /** Path of a built file of a circuit, such as `rebalance`, `main.wasm`. */
  file(statement: string, name: string): string
  /** Runs an ES module there and reads the JSON it prints. */
  run(script: string): Promise<unknown>
  remove(): Promise<void>
}

export async function makeInstallation(): Promise<Installation> {
  const circuits = await loadCircuits('tiny')
  const folder = await mkdtemp(join(tmpdir(), 'ballast-installation-'))
  const built = Object.values(circuits).map(({ statement, artifacts }) => {
    const path = artifacts.wasmPath.split('/').slice(0, -1).join('/')
    return { statement, path: path.slice(ROOT.length) }
  })
  const isBuild = (path: string) =>
    /^\/(circuits|verifier-contracts)\/build/.test(path.slice(ROOT.length - 1))
  for (const name of FOLDERS) {
    await cp(join(ROOT, name), join(folder, name), {
      recursive: true,
      filter: (path) => !isBuild(path),
    })
  }
  for (const name of FILES) await cp(join(ROOT, name), join(folder, name), { recursive: true })
  for (const { path } of built) await cp(join(ROOT, path), join(folder, path), { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  return {
    file: (statement, name) => join(folder, built.find((one) => one.statement === statement)!.path, name),
    async run(script) {
      const args = ['--conditions=source', '--import', 'tsx', '--input-type=module', '-e', script]
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder })
      return JSON.parse(stdout.trim().split('\n').at(-1)!)
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
