import { setImmediate } from 'node:timers/promises'
import { DAY_SECONDS } from '../../time-units.js'
import { takeTurns } from '../take-turns.js'
import { hedgeFamilies } from './hedge-families.js'
import type { HedgePolicy } from './hedge-path.js'
import { calendar, unhedged } from './hedge-policies.js'
import {
  averageHedge,
  type DeltaKind,
  type HedgeRun,
  hedgeOption,
  type ListedHedgeResult,
  type ListedOption,
  listedOption,
} from './listed-option.js'
import { type OptionPath, OptionPathError } from './option-path.js'
import { readFrontier } from './read-frontier.js'

export type HedgeFamilyName = keyof ReturnType<typeof hedgeFamilies>
export const HEDGE_FAMILIES = Object.keys(hedgeFamilies(0, 0)) as HedgeFamilyName[] // its own keys

/** `proportional` one way, `fixed` per trade, both as fractions of notional; without `families` all are run. */
export type HedgingBacktestOptions = {
  readonly proportional: number
  readonly fixed: number
  readonly families?: readonly HedgeFamilyName[]
  readonly signal?: AbortSignal
}

export type HedgingResult = ListedHedgeResult & {
  readonly family: HedgeFamilyName
  readonly delta: DeltaKind
  readonly setting: number
}

/** What a family asks for at one risk, read between its settings; null outside them. */
export type HedgingReading = {
  readonly family: HedgeFamilyName
  readonly costBpsPerYear: number | null
  readonly tradesPerYear: number | null
}

/** Plain data. `daily` hedges to the delta at every `every`-th moment, about once a day; readings are at its risk. */
export type HedgingReport = {
  readonly instruments: readonly string[]
  readonly moments: number
  readonly from: number
  readonly to: number
  readonly proportional: number
  readonly fixed: number
  readonly results: readonly HedgingResult[]
  readonly unhedged: ListedHedgeResult
  readonly daily: ListedHedgeResult & { readonly every: number }
  readonly atDailyRisk: readonly HedgingReading[]
}

/**
 * Hedges every option of a file by itself under every setting of the families. `onProgress` is called after each with how
 * many are done; `signal` may stop it.
 *
 * @throws {@link OptionPathError} where there is no option, or one was seen only once; `HedgePathError` on an unusable cost;
 * and the signal's reason.
 */
export async function runHedgingBacktest(
  paths: readonly OptionPath[],
  { proportional, fixed, families = HEDGE_FAMILIES, signal }: HedgingBacktestOptions,
  onProgress?: (done: number, total: number) => void,
): Promise<HedgingReport> {
  if (paths.length === 0) throw new OptionPathError('line 2', 'an option')
  for (const { instrument, sights } of paths) {
    if (sights.length < 2) throw new OptionPathError(instrument, 'at least two rows')
  }
  const pause = takeTurns(signal)
  const listed = async (delta: DeltaKind) => {
    const options: ListedOption[] = []
    for (const path of paths) {
      await pause()
      options.push(listedOption(path, delta))
    }
    return options
  }
  const options = { black: await listed('black'), smile: await listed('smile') }
  const hedge = async (policy: HedgePolicy, delta: DeltaKind = 'black') => {
    const runs: HedgeRun[] = []
    for (const option of options[delta]) {
      await pause()
      runs.push(hedgeOption(option, policy, { proportional, fixed }))
    }
    return averageHedge(runs)
  }
  const all = hedgeFamilies(proportional, fixed)
  const jobs = families.flatMap((family) =>
    all[family].settings.map((one) => ({ family, delta: all[family].delta, ...one })),
  )
  const results: HedgingResult[] = []
  for (const { family, delta, setting, policy } of jobs) {
    await setImmediate()
    signal?.throwIfAborted()
    results.push({ family, delta, setting, ...(await hedge(policy, delta)) })
    onProgress?.(results.length, jobs.length)
  }
  const every = momentsPerDay(paths)
  const daily = { every, ...(await hedge(calendar(every))) }
  const read = (family: HedgeFamilyName, of: 'costBpsPerYear' | 'tradesPerYear') => {
    const own = results.filter((result) => result.family === family)
    return (
      readFrontier(
        own.map((result) => ({ sd: result.sd, price: result[of] })),
        daily.sd,
      ) ?? null
    )
  }
  return {
    instruments: paths.map(({ instrument }) => instrument),
    moments: paths.reduce((sum, { sights }) => sum + sights.length, 0),
    from: paths.reduce((least, { sights }) => Math.min(least, sights[0]!.time), Infinity),
    to: paths.reduce((most, { sights }) => Math.max(most, sights.at(-1)!.time), -Infinity),
    proportional,
    fixed,
    results,
    unhedged: await hedge(unhedged),
    daily,
    atDailyRisk: families.map((family) => ({
      family,
      costBpsPerYear: read(family, 'costBpsPerYear'),
      tradesPerYear: read(family, 'tradesPerYear'),
    })),
  }
}

function momentsPerDay(paths: readonly OptionPath[]): number {
  const gaps = paths.flatMap(({ sights }) => sights.slice(1).map(({ time }, i) => time - sights[i]!.time))
  const median = gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)]!
  return Math.max(1, Math.round(DAY_SECONDS / median))
}
