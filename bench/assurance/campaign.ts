import { type ChildProcess, fork, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Presets, SingleBar } from 'cli-progress'
import { addCounts, type Counts } from './counts.js'
import { importedBy } from './imported-by.js'
import type { Part } from './parts.js'

/** What a campaign has so far of one part. `counts` is the sum over the slices that are done. */
export type PartResult = {
  readonly slices: number
  readonly done: number
  /** Processor time of the slices, one process each, in seconds. */
  readonly seconds: number
  readonly counts: Counts
}

type Done = { readonly slice: number; readonly seconds: number; readonly counts: Counts }
type Job = { readonly part: Part; readonly slice: number }

/** Where finished slices are kept between runs. Committed, so that a campaign of hours goes on on another machine. */
const STATE = join('bench', 'campaign')
const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url))

/**
 * Runs every slice that no earlier run of the same sources has finished, in one process per core, until all are done,
 * `minutes` have passed or the operator interrupts; each finished slice is kept at once, so the next run goes on there.
 *
 * @throws {Error} if a file a part depends on differs from the commit: a figure must name what it was measured on.
 */
export async function runCampaign(
  parts: readonly Part[],
  minutes: number,
): Promise<Record<string, PartResult>> {
  mkdirSync(STATE, { recursive: true })
  const files = new Map(parts.map((part) => [part.key, stateFile(part)]))
  const kept = new Map(parts.map((part) => [part.key, readDone(files.get(part.key)!)]))
  const jobs = parts.flatMap((part) => {
    const finished = new Set(kept.get(part.key)!.map(({ slice }) => slice))
    return Array.from({ length: part.slices }, (_, slice) => ({ part, slice })).filter(
      ({ slice }) => !finished.has(slice),
    )
  })
  await runJobs(jobs, Date.now() + minutes * 60_000, (job, done) => {
    kept.get(job.part.key)!.push(done)
    appendFileSync(files.get(job.part.key)!, `${JSON.stringify(done)}\n`)
  })
  return Object.fromEntries(
    parts.map(({ key, slices }) => {
      const done = kept.get(key)!
      const seconds = Math.round(done.reduce((sum, slice) => sum + slice.seconds, 0))
      const counts = done.reduce<Counts>((sum, slice) => addCounts(sum, slice.counts), {})
      return [key, { slices, done: done.length, seconds, counts }]
    }),
  )
}

/** One file per part and state of the sources it covers; slices of other sources are worthless and go. */
function stateFile({ key, modules, covers }: Part): string {
  const covered = [...covers, ...importedBy(modules)]
  const changed = git('status', '--porcelain', '--', ...covered)
  if (changed !== '') throw new Error(`commit first, the campaign covers these files:\n${changed}`)
  const hash = createHash('sha256')
  for (const path of covered) hash.update(git('rev-parse', `HEAD:${path}`))
  const name = `${key}-${hash.digest('hex').slice(0, 16)}.jsonl`
  for (const other of readdirSync(STATE)) {
    if (other.startsWith(`${key}-`) && other !== name) rmSync(join(STATE, other))
  }
  return join(STATE, name)
}

const git = (...args: string[]) => spawnSync('git', args, { encoding: 'utf8' }).stdout.trim()

const readDone = (path: string): Done[] =>
  existsSync(path)
    ? readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line))
    : []

async function runJobs(jobs: Job[], until: number, keep: (job: Job, done: Done) => void): Promise<void> {
  if (jobs.length === 0) return
  let stopping = false
  const stop = () => {
    stopping = true
    console.log('\nstopping after the slices under way; the next run goes on there')
  }
  process.once('SIGINT', stop)
  const bar = process.stdout.isTTY
    ? new SingleBar({ format: '  [{bar}] {value}/{total} slices, {part}' }, Presets.shades_classic)
    : undefined
  bar?.start(jobs.length, 0, { part: '' })
  let next = 0
  const lane = async () => {
    let worker: ChildProcess | undefined
    while (!stopping && Date.now() < until && next < jobs.length) {
      const job = jobs[next++]!
      worker ??= startWorker()
      try {
        keep(job, await runSlice(worker, job))
      } catch (error) {
        console.error(
          `${job.part.key} slice ${job.slice}: ${error instanceof Error ? error.message : 'failed'}`,
        )
        worker.kill()
        worker = undefined
      }
      bar?.increment(1, { part: job.part.key })
      if (!bar) console.log(`${next}/${jobs.length} ${job.part.key} ${job.slice}`)
    }
    worker?.kill()
  }
  await Promise.all(cpus().map(lane))
  bar?.stop()
  process.off('SIGINT', stop)
}

/** Detached from the terminal's interrupts: the lane decides when a worker ends. */
const startWorker = (): ChildProcess =>
  fork(WORKER, { execArgv: ['--conditions=source', '--import', 'tsx'], detached: true })

function runSlice(worker: ChildProcess, { part, slice }: Job): Promise<Done> {
  const started = performance.now()
  return new Promise((resolve, reject) => {
    const ended = () => settle(() => reject(new Error('its process ended')))
    const message = (answer: { counts?: Counts; error?: string }) =>
      settle(() => {
        const seconds = (performance.now() - started) / 1000
        if (answer.counts) resolve({ slice, seconds, counts: answer.counts })
        else reject(new Error(answer.error))
      })
    const settle = (then: () => void) => {
      worker.off('exit', ended).off('message', message)
      then()
    }
    worker.on('exit', ended).on('message', message)
    worker.send({ key: part.key, slice })
  })
}
