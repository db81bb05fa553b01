import { type GasPoint, gasCap } from '#strategy/execution/gas-season.js'
import { timeGas } from '#strategy/execution/gas-timing.js'
import { orderLegs } from '#strategy/execution/order-legs.js'
import { routeOrder } from '#strategy/execution/route-order.js'
import { plan } from '#strategy/planner.js'
import { DAY_SECONDS } from '#strategy/time-units.js'
import { deskPlanInput } from '#test/examples/desk-example.js'
import { randomInstance, routerGaps } from '#test/strategy/execution/route-instances.js'
import { givenData, hasGivenData } from '#test/strategy/given-data.js'
import type { Figures } from '../main.js'

const INSTANCES = 1_000
const ASSETS = 32
const VENUES = 8
const RUNS = 9
/** Chosen before any result was seen: a month of prices, their median as the cap, three days to a deadline. */
const HISTORY_DAYS = 28
const CAP_SHARE = 0.5
const DEADLINE_DAYS = 3

/**
 * `routerGapBpMax`: largest distance to the optimum by linear programs, in basis points of the order, over 1,000 random
 * orders. `routerMs`: median time to route 32 assets over 8 venues each, every one with a fixed cost or a minimum.
 * `orderLegsMs`: median time to order the legs of the desk's plan. `gasSaving`: share of gas saved against sending at once.
 */
export async function measure(): Promise<Figures> {
  const gaps = await routerGaps(Array.from({ length: INSTANCES }, (_, seed) => seed))
  return {
    routerGapBpMax: Math.max(...gaps.map(Math.abs)),
    routerMs: medianMs(routeAll()),
    orderLegsMs: medianMs(await orderDesk()),
    gasSaving: hasGivenData ? gasSavings() : null,
  }
}

function routeAll(): () => void {
  const instances = Array.from({ length: ASSETS }, (_, k) => randomInstance(9_000 + k, VENUES, VENUES))
  return () => {
    for (const { order, venues } of instances) routeOrder(order, venues)
  }
}

async function orderDesk(): Promise<() => void> {
  const input = deskPlanInput('2026-04-27')
  const { step } = await plan(input)
  const stressBps = step.market.slots.map(() => 100n)
  return () => {
    orderLegs({ step, shape: input.shape, stressBps })
  }
}

function medianMs(work: () => void): number {
  const times = Array.from({ length: RUNS }, () => {
    const started = performance.now()
    work()
    return performance.now() - started
  })
  return times.sort((a, b) => a - b)[RUNS >> 1]!
}

/** Per year and rule, one transaction made ready on every day: 1 − Σ price paid / Σ price at once. */
function gasSavings(): Figures {
  const days = givenData('gas/eth_avg_gas_price_daily_2015_2026.csv')
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((row): GasPoint => {
      const [day = '', price] = row.split(',')
      return { time: Date.parse(day) / 1e3, priceGwei: Number(price) }
    })
  const saving = (from: string, to: string, sends: (t: number, deadline: number) => boolean) => {
    let paid = 0
    let atOnce = 0
    days.forEach(({ time, priceGwei }, start) => {
      const deadline = start + DEADLINE_DAYS
      if (time < Date.parse(from) / 1e3 || time >= Date.parse(to) / 1e3 || deadline >= days.length) return
      let t = start
      while (t < deadline && !sends(t, deadline)) t++
      paid += days[t]!.priceGwei
      atOnce += priceGwei
    })
    return 1 - paid / atOnce
  }
  const past = (t: number) => days.slice(t - HISTORY_DAYS, t)
  const cap = (t: number) => days[t]!.priceGwei <= gasCap(past(t), CAP_SHARE)
  const season = (t: number, deadline: number) =>
    timeGas({
      now: days[t]!,
      history: past(t),
      capGwei: 0,
      deadline: days[t]!.time + (deadline - t) * DAY_SECONDS,
      gasUnits: 1,
      etherPrice: 1,
      waitCostPerDay: 0,
    }).action === 'send'
  const both = (t: number, deadline: number) => cap(t) || season(t, deadline)
  const periods = {
    from2021to2022: ['2021-01-01', '2023-01-01'],
    from2023to2024: ['2023-01-01', '2025-01-01'],
    from2025: ['2025-01-01', '2027-01-01'],
  } as const
  return Object.fromEntries(
    Object.entries(periods).map(([name, [from, to]]) => [
      name,
      { cap: saving(from, to, cap), season: saving(from, to, season), both: saving(from, to, both) },
    ]),
  )
}
