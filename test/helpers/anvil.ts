import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { join } from 'node:path'

/** A local chain of its own; `stop` ends the process and returns when it is gone. */
export type Anvil = { readonly rpcUrl: string; readonly pid: number; readonly stop: () => Promise<void> }

/** The platform's own binary: npm's wrapper would leave it behind when it is killed. */
function anvilBinary(): string {
  const require = createRequire(import.meta.url)
  const platform = { linux: 'linux', darwin: 'darwin', win32: 'win32' }[process.platform as string]
  const cpu = process.arch === 'arm64' ? 'arm64' : 'amd64'
  const manifest = require.resolve(`@foundry-rs/anvil-${platform}-${cpu}/package.json`)
  return join(manifest, '..', 'bin', platform === 'win32' ? 'anvil.exe' : 'anvil')
}

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        address !== null && typeof address === 'object'
          ? resolve(address.port)
          : reject(new Error('no free port')),
      )
    })
  })

/** Starts anvil on a free port of 127.0.0.1 and returns once it listens. `args` are anvil's own. */
export async function startAnvil(args: readonly string[] = []): Promise<Anvil> {
  const port = await freePort()
  const child = spawn(anvilBinary(), ['--host', '127.0.0.1', '--port', `${port}`, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async () => {
    child.kill('SIGKILL')
    await ended
  }
  const onExit = () => child.kill('SIGKILL')
  process.once('exit', onExit)
  void ended.then(() => process.off('exit', onExit))
  try {
    await listening(child)
  } catch (error) {
    await stop()
    throw error
  }
  return { rpcUrl: `http://127.0.0.1:${port}`, pid: child.pid!, stop }
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('anvil did not start within 20 s')), 20_000)
    let text = ''
    child.stdout!.on('data', (data) => {
      text = (text + data).slice(-4096)
      if (text.includes('Listening on')) {
        clearTimeout(timer)
        resolve()
      }
    })
    child.stderr!.resume()
    child.once('error', reject)
    child.once('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`anvil ended with code ${code} before it listened`))
    })
  })
}
