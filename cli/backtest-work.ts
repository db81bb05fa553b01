import { withBars } from './progress.js'

/** Bars in a terminal, and nothing elsewhere: what is printed may be read by a program. */
export const withBar: typeof withBars = (work) =>
  process.stdout.isTTY ? withBars(work) : work(() => undefined)

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
