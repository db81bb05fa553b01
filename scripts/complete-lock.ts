import { readFileSync, writeFileSync } from 'node:fs'

/**
 * Adds to package-lock.json the optional packages of other platforms that `npm install` leaves out when their
 * manifests cannot be fetched. Without these entries `npm ci` refuses the lock file (EUSAGE, "Missing: … from lock file").
 *
 * @returns the names added; empty when the lock file is complete.
 */
type Locked = {
  version?: string
  optional?: boolean
  os?: string[]
  cpu?: string[]
  optionalDependencies?: Record<string, string>
}

const OS: Record<string, string> = {
  android: 'android',
  darwin: 'darwin',
  freebsd: 'freebsd',
  linux: 'linux',
  netbsd: 'netbsd',
  openbsd: 'openbsd',
  openharmony: 'openharmony',
  sunos: 'sunos',
  aix: 'aix',
  win32: 'win32',
  windows: 'win32',
}
const CPU = [
  'x64',
  'amd64',
  'arm64',
  'arm',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'riscv64',
  's390x',
  'wasm32',
]

const platformOf = (name: string): Pick<Locked, 'os' | 'cpu'> => {
  const words = name.split(/[-/]/)
  const os = words.map((word) => OS[word]).find((word) => word !== undefined)
  const cpu = words.find((word) => CPU.includes(word))
  return { ...(os ? { os: [os] } : {}), ...(cpu ? { cpu: [cpu === 'amd64' ? 'x64' : cpu] } : {}) }
}

export function completeLock(lock: { packages: Record<string, Locked> }): string[] {
  const added: string[] = []
  for (const entry of Object.values(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const path = `node_modules/${name}`
      if (Object.keys(lock.packages).some((key) => key === path || key.endsWith(`/${path}`))) continue
      lock.packages[path] = { version: version.replace(/^[\^~]/, ''), optional: true, ...platformOf(name) }
      added.push(name)
    }
  }
  lock.packages = Object.fromEntries(
    Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
  )
  return added
}

if (process.argv[1]?.endsWith('complete-lock.ts')) {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
  const added = completeLock(lock)
  writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`)
  console.log(added.length === 0 ? 'package-lock.json is complete' : `added ${added.join(', ')}`)
}
