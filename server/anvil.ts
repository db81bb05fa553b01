import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { BaseError } from '#portfolio/base-error.js'

/** A local chain of its own; `stop` ends the process and returns when it is gone. */
export type Anvil = { readonly rpcUrl: string; readonly pid: number; readonly stop: () => Promise<void> }

const START_MS = 30_000

/**
 * Starts anvil on a free port of 127.0.0.1 and returns once it listens. It ends with this process.
 *
 * @param args anvil's own, such as `--timestamp`.
 * @throws {@link AnvilError}
 */
export async function startAnvil(args: readonly string[] = []): Promise<Anvil> {
  const port = await freePort()
  const child = spawn(binary(), ['--host', '127.0.0.1', '--port', `${port}`, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  void ended.then(() => process.off('exit', kill))
  const stop = async () => {
    kill()
    await ended
  }
  try {
    await listening(child)
  } catch (error) {
    await stop()
    throw error
  }
  return { rpcUrl: `http://127.0.0.1:${port}`, pid: child.pid!, stop }
}

/** The platform's own binary: npm's wrapper would leave it behind when it is killed. */
function binary(): string {
  const require = createRequire(import.meta.url)
  const cpu = process.arch === 'arm64' ? 'arm64' : 'amd64'
  try {
    const manifest = require.resolve(`@foundry-rs/anvil-${process.platform}-${cpu}/package.json`)
    return join(manifest, '..', 'bin', process.platform === 'win32' ? 'anvil.exe' : 'anvil')
  } catch {
    throw new AnvilError('has no binary for this platform')
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(address)))
    })
  })
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new AnvilError('did not start in time')), START_MS)
    let text = ''
    child.stdout!.on('data', (data) => {
      text = (text + data).slice(-4096)
      if (!text.includes('Listening on')) return
      clearTimeout(timer)
      resolve()
    })
    child.once('exit', () => {
      clearTimeout(timer)
      reject(new AnvilError('ended before it listened'))
    })
  })
}

export class AnvilError extends BaseError {
  constructor(what: string) {
    super(`The local chain ${what}.`, {
      code: 'SERVER_ANVIL',
      hints: ['Give BALLAST_RPC_URL to use another chain.'],
    })
  }
}
