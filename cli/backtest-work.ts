import { Progress } from './progress.js'

/** One bar after another in a terminal, nothing elsewhere. */
export async function withBar<T>(
  work: (onProgress: (what: string, share: number) => void) => Promise<T>,
): Promise<T> {
  if (!process.stdout.isTTY) return work(() => undefined)
  const progress = new Progress()
  let now = ''
  try {
    return await work((what, share) => {
      if (what !== now) {
        if (now !== '') progress.end()
        progress.begin(what)
        now = what
      }
      progress.update(share)
    })
  } finally {
    if (now !== '') progress.end()
  }
}

/** Prints what came of the work. Ctrl-C stops the work at its next step; files are renamed into place whole, so that there is none or all of one. */
export async function untilInterrupted(work: (signal: AbortSignal) => Promise<string>): Promise<void> {
  const controller = new AbortController()
  const stop = () => controller.abort()
  process.once('SIGINT', stop)
  try {
    console.log(await work(controller.signal))
  } catch (error) {
    if (!controller.signal.aborted || error !== controller.signal.reason) throw error
    process.stderr.write('stopped; nothing was written\n')
    process.exit(130)
  } finally {
    process.off('SIGINT', stop)
  }
}
