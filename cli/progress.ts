import { Presets, SingleBar } from 'cli-progress'

/** Shows work of several named stages, one bar after another. */
export async function withBars<T>(
  work: (onProgress: (stage: string, share: number) => void) => Promise<T>,
): Promise<T> {
  const progress = new Progress()
  let now = ''
  try {
    return await work((stage, share) => {
      if (stage !== now) {
        if (now !== '') progress.end()
        progress.begin(stage)
        now = stage
      }
      progress.update(share)
    })
  } finally {
    if (now !== '') progress.end()
  }
}

/** Says how long work takes: a bar in a terminal, a line when it ends elsewhere. */
export class Progress {
  readonly #quiet = !process.stdout.isTTY
  #bar: SingleBar | undefined
  #label = ''
  #started = 0

  begin(label: string): void {
    this.#label = label
    this.#started = performance.now()
    if (this.#quiet) return
    const format = '  {label} [{bar}] {percentage}% {what}'
    this.#bar = new SingleBar({ format, hideCursor: true, clearOnComplete: true }, Presets.shades_classic)
    this.#bar.start(100, 0, { label, what: '' })
  }

  /** `share` from 0 to 1. */
  update(share: number, what = ''): void {
    this.#bar?.update(Math.round(share * 100), { label: this.#label, what })
  }

  /** Ends the bar and prints the label with what came of it and the seconds it took. */
  end(result = ''): number {
    this.#bar?.stop()
    this.#bar = undefined
    const ms = performance.now() - this.#started
    console.log(`  ${this.#label}${result === '' ? '' : `: ${result}`} (${(ms / 1000).toFixed(1)} s)`)
    return ms
  }
}
