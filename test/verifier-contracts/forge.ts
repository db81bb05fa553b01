import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { goldenVectors } from './golden-vectors.js'

const ROOT = new URL('../..', import.meta.url).pathname

/** Settings forge would read from a foundry.toml, which it looks for at the project's root only. */
const SETTINGS = {
  FOUNDRY_SRC: 'verifier-contracts',
  FOUNDRY_TEST: 'test/verifier-contracts',
  FOUNDRY_LIBS: '[]',
  FOUNDRY_OUT: 'verifier-contracts/build/forge',
  FOUNDRY_CACHE_PATH: 'verifier-contracts/build/forge-cache',
  FOUNDRY_SOLC: 'test/verifier-contracts/solc.mjs',
  FOUNDRY_OFFLINE: 'true',
  FOUNDRY_EVM_VERSION: 'cancun',
  FOUNDRY_OPTIMIZER: 'true',
  FOUNDRY_OPTIMIZER_RUNS: '10000',
  FOUNDRY_LINT: '{lint_on_build=false}',
  FOUNDRY_FUZZ: '{runs=256, seed="0x62616c6c617374"}',
  FOUNDRY_INVARIANT: process.env.TEST_ALL ? plays(100, 200) : plays(16, 128),
}

/** Plays of the invariant tests, and acts in each. */
export function plays(runs: number, depth: number): string {
  const failures = 'verifier-contracts/build/forge-cache/invariant'
  return `{runs=${runs}, depth=${depth}, fail_on_revert=true, failure_persist_dir="${failures}"}`
}

/** The platform's own binary: npm's wrapper would leave it behind when it is killed. */
function forgeBinary(): string {
  const require = createRequire(import.meta.url)
  const platform = { linux: 'linux', darwin: 'darwin', win32: 'win32' }[process.platform as string]
  const cpu = process.arch === 'arm64' ? 'arm64' : 'amd64'
  const manifest = require.resolve(`@foundry-rs/forge-${platform}-${cpu}/package.json`)
  return join(manifest, '..', 'bin', platform === 'win32' ? 'forge.exe' : 'forge')
}

/**
 * Runs forge on the contracts and their Solidity tests, with what the integer model says as environment variables.
 *
 * @param settings in place of those above.
 */
export function runForge(
  args: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(forgeBinary(), [...args, '--root', ROOT], {
      cwd: ROOT,
      env: { ...process.env, ...SETTINGS, ...settings, ...goldenVectors() },
    })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk) => chunks.push(chunk))
    child.stderr.on('data', (chunk) => chunks.push(chunk))
    child.once('error', reject)
    child.once('close', (status) => resolve({ status, output: Buffer.concat(chunks).toString() }))
  })
}
