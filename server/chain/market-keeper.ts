import { setTimeout as pause } from 'node:timers/promises'
import type { InstrumentContent } from '#verifier-contracts/encoding.js'
import { codeOf } from '../http-error.js'
import type { OptionMarks } from '../schemas/marks.js'
import type { CapturedMarket } from './captured-vector.js'
import type { Chain } from './chain.js'
import { ContractError } from './contract-error.js'
import { isSuspendable, type MarketPublisher, NoMarketError } from './market-publisher.js'
import { MarksMissingError, optionsOf } from './option-block.js'
import { type Cadence, type PublishReason, publishReason } from './publish-reason.js'
import { sourceViews } from './source-views.js'

/**
 * What became of one look at a universe. `early`: the chain takes no capture yet; `doubted`: a slot has no believable
 * price, which is looked at once more before it is suspended, since two feeds do not move in one block; `outrun`: somebody
 * else captured or published first; `undone`: the capture is gone with its block; `waiting`: after a failure, until its
 * pause is over.
 */
export type KeeperOutcome =
  | 'idle'
  | 'published'
  | 'early'
  | 'doubted'
  | 'outrun'
  | 'undone'
  | 'failed'
  | 'waiting'
  | 'stopped'

/** All public: universes and their snapshots are on chain, a code is one of docs/errors.md. */
export type KeeperLine = {
  readonly universeId: string | undefined
  readonly state: KeeperOutcome
  readonly reason?: PublishReason | 'captured'
  readonly code?: string
  readonly ms?: number
}

export type KeeperOptions = Cadence & {
  readonly chain: Chain<never>
  readonly publisher: MarketPublisher
  readonly universes: () => Promise<readonly bigint[]>
  /** Marks of options as of now; asked only for a universe that has some. */
  readonly marks: () => Promise<OptionMarks | undefined>
  readonly checkSeconds: number
  readonly log: (line: KeeperLine) => void
  /** Milliseconds of a clock that never goes back. */
  readonly clock?: () => number
}

/** What is remembered of a universe; everything that decides is read from the chain each time. */
type Memory = {
  failures: number
  retryAt: number
  /** Whether the last look found a slot without a believable price. */
  doubted: boolean
  /** Captured and not yet published. */
  pending: CapturedMarket | undefined
  /** The newest snapshot's time, and when it was first seen: a chain without blocks has no time of its own. */
  seen: { readonly time: bigint; readonly at: number } | undefined
}

const PAUSE_SECONDS_MAX = 900
/** Refusals that mean that somebody else was faster. */
const OUTRUN: readonly string[] = ['NotNewer', 'WrongLastVector', 'OptionTime']

/**
 * Keeps the markets of universes fresh: on a schedule, when prices move, and when a suspended slot can return. A failure
 * is tried again after a pause that doubles; a capture whose publication failed is published before another is made, since
 * every capture supersedes what is published.
 */
export class MarketKeeper {
  readonly #options: KeeperOptions
  readonly #clock: () => number
  readonly #memories = new Map<bigint, Memory>()
  readonly #abort = new AbortController()
  #running: Promise<void> | undefined

  constructor(options: KeeperOptions) {
    this.#options = options
    this.#clock = options.clock ?? (() => performance.now())
  }

  /** Looks at every universe, and again `checkSeconds` after that, until stopped. */
  start(): void {
    this.#running ??= this.#loop()
  }

  /** Ends a proof or a wait that is under way; resolves when nothing is. A transaction that was sent stays sent. */
  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#running
  }

  /** How many universes are kept, and how many of them failed when last tried. */
  get health(): { readonly universes: number; readonly failing: number } {
    const all = [...this.#memories.values()]
    return { universes: all.length, failing: all.filter(({ failures }) => failures > 0).length }
  }

  /** One look at every universe, one after the other. Never throws: what goes wrong is logged and tried again. */
  async check(): Promise<KeeperOutcome[]> {
    try {
      const outcomes: KeeperOutcome[] = []
      for (const universeId of await this.#options.universes()) outcomes.push(await this.#look(universeId))
      return outcomes
    } catch (error) {
      this.#options.log({ universeId: undefined, state: 'failed', code: codeOf(error) })
      return ['failed']
    }
  }

  async #loop(): Promise<void> {
    const { signal } = this.#abort
    while (!signal.aborted) {
      await this.check()
      await pause(this.#options.checkSeconds * 1_000, undefined, { signal }).catch(() => {})
    }
  }

  async #look(universeId: bigint): Promise<KeeperOutcome> {
    const none = { failures: 0, retryAt: 0, doubted: false, pending: undefined, seen: undefined }
    const memory: Memory = this.#memories.get(universeId) ?? none
    this.#memories.set(universeId, memory)
    if (this.#clock() < memory.retryAt) return 'waiting'
    const line = { universeId: `${universeId}` }
    try {
      const began = this.#clock()
      const reason = await this.#advance(universeId, memory)
      memory.failures = 0
      memory.doubted = false
      if (!reason) return 'idle'
      this.#options.log({ ...line, state: 'published', reason, ms: Math.round(this.#clock() - began) })
      return 'published'
    } catch (error) {
      const state = this.#judge(error, memory)
      if (state !== 'stopped' && state !== 'early') this.#options.log({ ...line, state, code: codeOf(error) })
      return state
    }
  }

  #judge(error: unknown, memory: Memory): KeeperOutcome {
    if (this.#abort.signal.aborted) return 'stopped'
    const refusal = error instanceof ContractError ? error.contractError : undefined
    if (refusal === 'NotCaptured' || refusal === 'NotNewer') memory.pending = undefined
    if (refusal === 'NotCaptured') return 'undone'
    if (refusal === 'CapturedTooSoon') return 'early'
    if (!memory.doubted && isSuspendable(error)) {
      memory.doubted = true
      return 'doubted'
    }
    if (refusal !== undefined && OUTRUN.includes(refusal)) return 'outrun'
    memory.failures += 1
    const seconds = Math.min(PAUSE_SECONDS_MAX, this.#options.checkSeconds * 2 ** memory.failures)
    memory.retryAt = this.#clock() + seconds * 1_000
    return 'failed'
  }

  /** Publishes if it is time to. @returns why, undefined when it is not */
  async #advance(universeId: bigint, memory: Memory): Promise<PublishReason | 'captured' | undefined> {
    const { chain, publisher, intervalSeconds } = this.#options
    const { signal } = this.#abort
    signal.throwIfAborted()
    const content = await publisher.content(universeId)
    const [now, latest] = await Promise.all([chain.now(), this.#latest(universeId)])
    const sources = await sourceViews(chain, universeId, content, latest?.market, now)
    const newest = latest?.time ?? 0n
    const age = this.#age(newest, now, memory)
    const reason = publishReason({ age: latest && age, sources }, this.#options)
    const { pending } = memory
    const isFresh = pending && pending.time > newest && Number(now - pending.time) < intervalSeconds
    if (!isFresh && !reason) return undefined
    if (!isFresh) memory.pending = await this.#capture(universeId, content, memory.doubted)
    if (memory.pending) await publisher.publishCaptured(memory.pending, signal)
    memory.pending = undefined
    return reason ?? 'captured'
  }

  async #latest(universeId: bigint) {
    try {
      return await this.#options.publisher.latest(universeId)
    } catch (error) {
      if (error instanceof NoMarketError) return undefined
      throw error
    }
  }

  /** A new capture; somebody else's that is not published, when theirs is too fresh for another. */
  async #capture(
    universeId: bigint,
    content: readonly InstrumentContent[],
    suspend: boolean,
  ): Promise<CapturedMarket> {
    const { publisher } = this.#options
    const { marks, fault } = optionsOf(content).length === 0 ? NO_MARKS : await this.#marks()
    try {
      return await publisher.capture(universeId, marks, suspend, this.#abort.signal)
    } catch (error) {
      if (suspend && error instanceof MarksMissingError && fault !== undefined) throw fault
      if (!(error instanceof ContractError && error.contractError === 'CapturedTooSoon')) throw error
      const [theirs, latest] = await Promise.all([
        publisher.lastCaptured(universeId),
        this.#latest(universeId),
      ])
      if (!theirs || (latest && theirs.time <= latest.time)) throw error
      return theirs
    }
  }

  async #marks(): Promise<{ readonly marks?: OptionMarks | undefined; readonly fault?: unknown }> {
    try {
      return { marks: await this.#options.marks() }
    } catch (fault) {
      return { fault }
    }
  }

  /** Seconds since the newest snapshot, by the chain's time or by this process's, whichever says more. */
  #age(newest: bigint, now: bigint, memory: Memory): number {
    if (memory.seen?.time !== newest) memory.seen = { time: newest, at: this.#clock() }
    return Math.max(Number(now - newest), (this.#clock() - memory.seen.at) / 1_000)
  }
}

const NO_MARKS: { readonly marks?: OptionMarks; readonly fault?: unknown } = {}
