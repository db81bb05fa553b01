import { hedgeFamilies } from '#strategy/backtest/hedging/hedge-families.js'
import type { HedgeCosts, HedgePolicy } from '#strategy/backtest/hedging/hedge-path.js'
import * as policies from '#strategy/backtest/hedging/hedge-policies.js'
import {
  hedgeListed,
  type ListedHedgeResult,
  listedOption,
  partOf,
} from '#strategy/backtest/hedging/listed-option.js'
import { parseOptionPaths } from '#strategy/backtest/hedging/option-path.js'
import { readFrontier } from '#strategy/backtest/hedging/read-frontier.js'
import { simulateHedging } from '#strategy/backtest/hedging/simulate-hedging.js'
import { givenData, hasGivenData } from '#test/strategy/given-data.js'
import type { Figures } from '../main.js'

const COST = 0.0005
/** Per trade, as a fraction of an option's notional: a dollar on 100 000. */
const FIXED_COST = 1e-5
/** Settings are chosen before this day and judged from it on. */
const SPLIT = Date.parse('2026-02-15T00:00:00Z') / 1e3
/** Per notional: the weight of risk where one setting is chosen. */
const RISK_AVERSION = 30
const LOOKS_A_DAY = 4
const MONTE_CARLO = { paths: 15_000, seed: 1, steps: 250, price: 100, strike: 100, years: 1, position: -1 }
const LEVELS = {
  cost100bp: {
    cost: 0.01,
    vol: 0.25,
    every: [5, 7, 9, 11, 14, 18, 22, 28, 36],
    widths: [0.06, 0.08, 0.1, 0.13, 0.17, 0.22],
    aversions: [1, 0.6, 0.3, 0.15, 0.08],
  },
  cost5bp: {
    cost: 0.0005,
    vol: 0.6,
    every: [1, 2, 3, 4, 5, 6, 7],
    widths: [0.015, 0.02, 0.03, 0.04, 0.06],
    aversions: [0.12, 0.1, 0.085, 0.07, 0.03, 0.025, 0.02, 0.015],
  },
} as const

type Options = { readonly black: Listed; readonly smile: Listed }
type Listed = readonly ReturnType<typeof listedOption>[]
type Families = { readonly [name: string]: readonly ListedHedgeResult[] }

/** Hedging of listed options and of simulated ones: risk, costs and trades by policy. */
export async function measure(): Promise<Figures> {
  return {
    ...listed(),
    monteCarlo: Object.fromEntries(Object.entries(LEVELS).map(([k, v]) => [k, frontier(v)])),
  }
}

function listed(): Figures {
  if (!hasGivenData) {
    return { hedgeCostRatioVsDaily: null, hedgeCostRatioVsBestBand: null, tradesRatioAtEqualSd: null }
  }
  const paths = parseOptionPaths(givenData('options/deribit_option_paths_6hourly.csv.gz'))
  const all = {
    black: paths.map((path) => listedOption(path, 'black')),
    smile: paths.map((path) => listedOption(path, 'smile')),
  }
  const part = (from: number, to: number): Options => ({
    black: all.black.map((option) => partOf(option, from, to)),
    smile: all.smile.map((option) => partOf(option, from, to)),
  })
  const [first, rest] = [part(0, SPLIT), part(SPLIT, Infinity)]
  const whole = atEqualRisk(all, 0)
  return {
    hedgeCostRatioVsDaily: whole.hedgeCostRatioVsDaily,
    hedgeCostRatioVsBestBand: whole.hedgeCostRatioVsBestBand,
    tradesRatioAtEqualSd: atEqualRisk(all, FIXED_COST).tradesRatioVsEdge,
    atDailySd: { whole, rest: atEqualRisk(rest, 0) },
    atDailySdWithFixedCost: { whole: atEqualRisk(all, FIXED_COST), rest: atEqualRisk(rest, FIXED_COST) },
    chosenBeforeJudgedAfter: {
      proportional: chosen(first, rest, 0),
      withFixedCost: chosen(first, rest, FIXED_COST),
    },
    table: table(all),
  }
}

/** Readings between settings, at the standard deviation of a daily hedge. */
function atEqualRisk(options: Options, fixed: number) {
  const costs = { proportional: COST, fixed }
  const daily = hedgeListed(options.black, policies.calendar(LOOKS_A_DAY), costs)
  const families = runFamilies(options, costs)
  const read = (name: string, of: 'costBpsPerYear' | 'tradesPerYear') =>
    readFrontier(
      families[name]!.map((result) => ({ sd: result.sd, price: result[of] })),
      daily.sd,
    ) ?? NaN
  const cost = (name: string) => read(name, 'costBpsPerYear')
  const best = Math.min(cost('constantToEdge'), cost('constantToCentre'))
  const bestSmile = Math.min(cost('constantToEdgeSmileDelta'), cost('constantToCentreSmileDelta'))
  return {
    sdPercent: 100 * daily.sd,
    hedgeCostRatioVsDaily: cost('engine') / daily.costBpsPerYear,
    hedgeCostRatioVsBestBand: cost('engine') / best,
    /** The engine's band with Black's delta, as the constant bands have it: the share of the band alone. */
    blackDeltaVsDaily: cost('engineBlackDelta') / daily.costBpsPerYear,
    blackDeltaVsBestBand: cost('engineBlackDelta') / best,
    /** The constant bands with the engine's delta. */
    vsBestBandSmileDelta: cost('engine') / bestSmile,
    tradesRatioVsEdge: read('constantToEdge', 'tradesPerYear') / read('engine', 'tradesPerYear'),
    tradesRatioVsCentre: read('constantToCentre', 'tradesPerYear') / read('engine', 'tradesPerYear'),
    costBpsPerYear: Object.fromEntries(Object.keys(families).map((name) => [name, cost(name)])),
  }
}

/** Each family's setting of least cost + a/2·sd² before the split, and what that setting did after it. */
function chosen(first: Options, rest: Options, fixed: number): Figures {
  const costs = { proportional: COST, fixed }
  const loss = ({ sd, costBpsPerYear }: ListedHedgeResult) =>
    costBpsPerYear + (1e4 * RISK_AVERSION * sd * sd) / 2
  const after = runFamilies(rest, costs)
  const settings = hedgeFamilies(COST, fixed)
  return Object.fromEntries(
    Object.entries(runFamilies(first, costs)).map(([name, results]) => {
      const losses = results.map(loss)
      const best = losses.indexOf(Math.min(...losses))
      const setting = settings[name as keyof typeof settings].settings[best]!.setting // runFamilies keeps the names
      return [name, { setting, ...shown(after[name]![best]!), lossBps: loss(after[name]![best]!) }]
    }),
  )
}

function runFamilies(options: Options, costs: HedgeCosts): Families {
  return Object.fromEntries(
    Object.entries(hedgeFamilies(costs.proportional, costs.fixed)).map(([name, { delta, settings }]) => [
      name,
      settings.map(({ policy }) => hedgeListed(options[delta], policy, costs)),
    ]),
  )
}

function table({ black, smile }: Options): Figures {
  const costs = { proportional: COST, fixed: 0 }
  const row = (policy: HedgePolicy, options = black) => shown(hedgeListed(options, policy, costs))
  const engine = (riskAversion: number) => policies.engineBand({ cost: COST, riskAversion, fixedCost: 0 })
  const ww = (riskAversion: number) => policies.whalleyWilmottBand({ cost: COST, riskAversion })
  return {
    unhedged: row(policies.unhedged),
    every6h: row(policies.calendar(1)),
    daily: row(policies.calendar(LOOKS_A_DAY)),
    every3days: row(policies.calendar(3 * LOOKS_A_DAY)),
    constant02Edge: row(policies.constantBand(0.02, 'edge')),
    constant04Edge: row(policies.constantBand(0.04, 'edge')),
    constant04Centre: row(policies.constantBand(0.04, 'centre')),
    constant08Centre: row(policies.constantBand(0.08, 'centre')),
    whalleyWilmott100: row(ww(100)),
    whalleyWilmott10: row(ww(10)),
    zakamouline30: row(engine(30)),
    zakamouline10: row(engine(10)),
    engine30: row(engine(30), smile),
    engine10: row(engine(10), smile),
  }
}

const shown = ({ sd, costBpsPerYear, tradesPerYear }: ListedHedgeResult) => ({
  sdPercent: 100 * sd,
  costBpsPerYear,
  tradesPerYear,
})

/** Expected net result of a call sold at the money, at a standard deviation of 2 and 3 per 100 of price. */
function frontier({ cost, vol, every, widths, aversions }: (typeof LEVELS)[keyof typeof LEVELS]): Figures {
  const { steps } = MONTE_CARLO
  const families: Readonly<Record<string, readonly HedgePolicy[]>> = {
    calendar: every.map((n) => policies.calendar(n)),
    leland: every.map((n) => policies.lelandCalendar(n, n / steps, 2 * cost)),
    constantToEdge: widths.map((width) => policies.constantBand(width, 'edge')),
    constantToCentre: widths.map((width) => policies.constantBand(width, 'centre')),
    whalleyWilmott: aversions.map((a) => policies.whalleyWilmottBand({ cost, riskAversion: a })),
    zakamouline: aversions.map((a) => policies.engineBand({ cost, riskAversion: a, fixedCost: 0 })),
  }
  const costs = { proportional: cost, fixed: 0, closing: true }
  const results = simulateHedging({ ...MONTE_CARLO, vol, costs }, Object.values(families).flat())
  let done = 0
  return Object.fromEntries(
    Object.entries(families).map(([name, { length }]) => {
      const points = results
        .slice(done, done + length)
        .map((result) => ({ sd: result.sd, price: result.cost }))
      done += length
      const at = (sd: number) => {
        const price = readFrontier(points, sd)
        return price === undefined ? null : -price
      }
      return [name, { netAtSd2: at(2), netAtSd3: at(3) }]
    }),
  )
}
