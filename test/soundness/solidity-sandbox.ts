import { spawn } from 'node:child_process'
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { goldenVectors } from '#test/verifier-contracts/golden-vectors.js'

const ROOT = new URL('../..', import.meta.url).pathname
const FOLDERS = ['verifier-contracts', 'test/verifier-contracts', 'test/soundness']
const require = createRequire(import.meta.url)

/** Without the optimizer, and linking tests to contracts when they run, an edit costs seconds. */
const SETTINGS = {
  FOUNDRY_SRC: 'verifier-contracts',
  FOUNDRY_TEST: 'test',
  FOUNDRY_LIBS: '[]',
  FOUNDRY_OUT: 'out',
  FOUNDRY_CACHE_PATH: 'cache',
  FOUNDRY_OFFLINE: 'true',
  FOUNDRY_EVM_VERSION: 'cancun',
  FOUNDRY_OPTIMIZER: 'false',
  FOUNDRY_DYNAMIC_TEST_LINKING: 'true',
  FOUNDRY_LINT: '{lint_on_build=false}',
  FOUNDRY_FUZZ: '{runs=32, seed="0x62616c6c617374"}',
  FOUNDRY_INVARIANT: '{runs=4, depth=64, fail_on_revert=true}',
}

/** One text in one Solidity source, and what stands there instead. Path from the project's root. */
export type SourceEdit = { readonly file: string; readonly find: string; readonly replace: string }

/** A forge test by contract and function, without parentheses. */
export type ForgeTest = `${string}.${string}`

/** By test; `reason` says why one failed. */
export type ForgeResults = ReadonlyMap<string, { readonly passed: boolean; readonly reason: string }>

type Suites = Record<string, { test_results: Record<string, { status: string; reason: string | null }> }>

/** A copy of the contracts and of some Solidity tests, outside the work tree, whose sources can be weakened. */
export class SoliditySandbox {
  private constructor(
    private readonly folder: string,
    private readonly tests: readonly ForgeTest[],
    private readonly compiler: Server,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  /** Copies the contracts and the suites of these tests, of all unless given. Close it, or its folder stays. */
  static async open(tests?: readonly ForgeTest[]): Promise<SoliditySandbox> {
    const folder = await mkdtemp(join(tmpdir(), 'ballast-solidity-'))
    const suites = new RegExp(
      `^contract (${tests ? [...new Set(tests.map(suiteOf))].join('|') : '\\w+'}) `,
      'm',
    )
    for (const from of FOLDERS) {
      const names = await readdir(join(ROOT, from), { recursive: true })
      for (const name of names.filter((path) => path.endsWith('.sol') && !path.startsWith('build'))) {
        const source = join(ROOT, from, name)
        if (name.endsWith('.t.sol') && !suites.test(await readFile(source, 'utf8'))) continue
        const to = join(folder, from, name)
        await mkdir(dirname(to), { recursive: true })
        await copyFile(source, to)
      }
    }
    const compiler = await serveCompiler(folder)
    const environment = {
      ...process.env,
      ...SETTINGS,
      ...goldenVectors(),
      FOUNDRY_SOLC: join(folder, 'solc'),
    }
    return new SoliditySandbox(folder, tests ?? [], compiler, environment)
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.compiler.close(resolve))
    await rm(this.folder, { recursive: true, force: true })
  }

  /**
   * Results of the tests it was opened for.
   *
   * @param options of `forge test`.
   * @throws when one of them did not run. {@link NotCompiledError} when the sources do not compile.
   */
  async run(options: readonly string[] = []): Promise<ForgeResults> {
    const output = await forge(this.folder, this.environment, options)
    if (output.includes('Compiler run failed')) throw new NotCompiledError(output.slice(0, 2_000))
    const start = output.indexOf('{"test/')
    if (start < 0) throw new Error(`forge ran no test:\n${output.slice(0, 2_000)}`)
    const suites: Suites = JSON.parse(output.slice(start).split('\n')[0]!)
    const results = new Map<string, { passed: boolean; reason: string }>()
    for (const [path, { test_results }] of Object.entries(suites)) {
      const suite = path.split(':')[1]!
      for (const [name, { status, reason }] of Object.entries(test_results)) {
        const result = { passed: status === 'Success', reason: reason ?? '' }
        // A set-up that fails stands for every test of its suite.
        const stands = name === 'setUp()' ? this.tests.filter((test) => suiteOf(test) === suite) : []
        for (const test of [...stands, `${suite}.${name.split('(')[0]}`]) results.set(test, result)
      }
    }
    const missing = this.tests.filter((test) => !results.has(test))
    if (missing.length > 0) throw new Error(`forge knows no ${missing.join(', ')}`)
    return results
  }

  /** Runs the tests with one text replaced, and puts the text back. @throws unless it occurs exactly once */
  runEdited({ file, find, replace }: SourceEdit): Promise<ForgeResults> {
    const edit = (source: string) => {
      const parts = source.split(wrapped(find))
      if (parts.length !== 2) throw new Error(`${file} has it ${parts.length - 1} times, not once: ${find}`)
      return parts.join(replace)
    }
    return this.whileEdited(file, edit, () => this.run())
  }

  /** Does something while a source is another, and puts it back. */
  async whileEdited<T>(file: string, edit: (source: string) => string, act: () => Promise<T>): Promise<T> {
    const path = join(this.folder, file)
    const source = await readFile(path, 'utf8')
    await writeFile(path, edit(source))
    try {
      return await act()
    } finally {
      await writeFile(path, source)
    }
  }
}

/** What the sandbox holds is no Solidity. */
export class NotCompiledError extends Error {}

const suiteOf = (test: ForgeTest): string => test.split('.')[0]!

/** The text however its lines are wrapped. */
const wrapped = (part: string): RegExp =>
  new RegExp(part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+'))

/** npm's solc, kept warm in this process, behind a socket and the two calls that forge makes. */
async function serveCompiler(folder: string): Promise<Server> {
  const solc: { compile(input: string): string; version(): string } = require('solc')
  const socket = join(folder, 'socket')
  const server = createServer(async (request, response) => {
    response.end(solc.compile(await text(request)))
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  const wrapper = `#!${process.execPath}
const { request } = require('node:http')
if (process.argv.includes('--version')) console.log('solc\\nVersion: ${solc.version()}')
else process.stdin.pipe(
  request({ socketPath: ${JSON.stringify(socket)}, method: 'POST' }, (answer) => answer.pipe(process.stdout)),
)
`
  await writeFile(join(folder, 'solc'), wrapper)
  await chmod(join(folder, 'solc'), 0o755)
  return server
}

function forge(folder: string, env: NodeJS.ProcessEnv, options: readonly string[]): Promise<string> {
  const platform = { linux: 'linux', darwin: 'darwin', win32: 'win32' }[process.platform as string]
  const cpu = process.arch === 'arm64' ? 'arm64' : 'amd64'
  const manifest = require.resolve(`@foundry-rs/forge-${platform}-${cpu}/package.json`)
  const binary = join(manifest, '..', 'bin', platform === 'win32' ? 'forge.exe' : 'forge')
  return new Promise((resolve, reject) => {
    const child = spawn(binary, ['test', '--json', '--root', folder, ...options], { cwd: folder, env })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk) => chunks.push(chunk))
    child.stderr.on('data', (chunk) => chunks.push(chunk))
    child.once('error', reject)
    child.once('close', () => resolve(Buffer.concat(chunks).toString()))
  })
}
