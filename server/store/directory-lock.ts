import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { BaseError } from '#portfolio/base-error.js'

/** Holds a data directory for this process until `release`. */
export type DirectoryLock = { readonly release: () => void }

const held = new Set<string>()

/**
 * Takes a directory for this process alone. PGlite opens one directory in two processes without complaint and then loses
 * acknowledged rows, so a second holder is refused; the lock of a process that is gone is taken over.
 *
 * @throws {@link DirectoryLockedError}
 */
export function lockDirectory(directory: string): DirectoryLock {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, 'lock')
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const file = openSync(path, 'wx', 0o600)
      writeSync(file, ownerLine())
      closeSync(file)
      held.add(path)
      return {
        release: () => {
          if (held.delete(path)) rmSync(path, { force: true })
        },
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      if (held.has(path) || isHeld(path)) throw new DirectoryLockedError()
      setAside(path)
    }
  }
  throw new DirectoryLockedError()
}

/** Of two processes that find the same dead lock, one moves it away; the other may move the first one's new lock, sees it, and puts it back. */
function setAside(path: string): void {
  const aside = `${path}.${process.pid}`
  try {
    renameSync(path, aside)
  } catch {
    return
  }
  const live = isHeld(aside)
  if (live) {
    try {
      linkSync(aside, path)
    } catch {
      // A third process has taken the directory meanwhile; it and the one moved aside must not both go on.
    }
  }
  rmSync(aside, { force: true })
  if (live) throw new DirectoryLockedError()
}

const ownerLine = (): string => `${process.pid} ${startOf(process.pid) ?? ''}`

/** A number is reused after a restart, so a holder counts only if the process with it started when the lock says. */
function isHeld(path: string): boolean {
  let text = ''
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return false
  }
  const [pid = '', start = ''] = text.split(' ')
  if (!/^\d+$/.test(pid)) return text === ''
  try {
    process.kill(Number(pid), 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  const now = startOf(Number(pid))
  return now === undefined || start === '' || now === start
}

/** Start time of a process in clock ticks since boot, where the kernel says it. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

export class DirectoryLockedError extends BaseError {
  constructor() {
    super('Another process holds the data directory.', {
      code: 'SERVER_DIRECTORY_LOCKED',
      field: 'BALLAST_DATA_DIR',
      hints: ['Stop the other process, or give this one a directory of its own.'],
    })
  }
}
