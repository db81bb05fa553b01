import { readFileSync } from 'node:fs'
import type { Book } from '#portfolio/book.js'
import { OPENING_BUDGET } from '#portfolio/budget.js'
import type { Instrument } from '#portfolio/instrument.js'
import type { Mandate } from '#portfolio/mandate.js'
import { linearSlot, type Market, type MarketSlot, paddingSlot, unitPrice } from '#portfolio/market.js'
import { shapeOf } from '#portfolio/shape.js'
import { PRICE_DECIMALS, parseDecimal, QUANTITY_DECIMALS, VALUE_DECIMALS } from '#portfolio/units.js'
import type { Universe } from '#portfolio/universe.js'
import { optionSlot } from '#strategy/options/option-slot.js'
import type { PlanInput } from '#strategy/plan.js'
import type { Target } from '#strategy/targets.js'
import type { TradingCost } from '#strategy/trading-cost.js'

// biome-ignore lint/suspicious/noExplicitAny: the files are JSON; every number is parsed strictly below.
type Json = any
const read = (name: string): Json =>
  JSON.parse(readFileSync(new URL(`../../examples/desk/${name}.json`, import.meta.url), 'utf8'))
const price = (text: string, field: string) => parseDecimal(text, PRICE_DECIMALS, field)
const quantity = (text: string, field: string) => parseDecimal(text, QUANTITY_DECIMALS, field)
const bps = (text: string, field: string) => parseDecimal(text, 0, field)
const seconds = (iso: string) => BigInt(Math.floor(Date.parse(iso) / 1000))

export const DESK = shapeOf('desk')
export const DESK_DATES = ['2026-01-02', '2026-04-27'] as const
export type DeskDate = (typeof DESK_DATES)[number]
/** Stands for the id a chain would give the universe. */
export const DESK_UNIVERSE_ID = 0x0de5cn

export function deskUniverse(): Universe {
  const instruments = read('universe').instruments.map(
    (row: Json, i: number): Instrument => ({
      symbol: row.symbol,
      kind: row.kind,
      underlying: row.underlying,
      feed: row.feed,
      account: row.account,
      contractSizeE8: quantity(row.contractSize, `instruments[${i}].contractSize`),
      marginBps: bps(row.marginBps, `instruments[${i}].marginBps`),
      shocksBps: row.shocksBps.map((shock: string) => bps(shock, `instruments[${i}].shocksBps`)),
      ...(row.option && {
        option: {
          type: row.option.type,
          strikeE8: price(row.option.strike, `instruments[${i}].option.strike`),
          expiry: seconds(row.option.expiry),
        },
      }),
    }),
  )
  return { instruments }
}

/** The market of one date in integers: linear slots from the marks, options priced from forward and implied volatility. */
export function deskMarket(date: DeskDate, universe = deskUniverse()): Market {
  const marks = read(`marks-${date}`)
  const publisher = read('publisher')
  const now = seconds(marks.time)
  const slots = universe.instruments.map((instrument): MarketSlot => {
    const { symbol, kind, underlying, feed, contractSizeE8, shocksBps, option } = instrument
    if (kind !== 'option' || !option) {
      const coin = kind === 'perp' ? marks.perps[feed] : marks.spot[underlying]
      return linearSlot(unitPrice(price(coin, symbol), contractSizeE8), instrument.marginBps, shocksBps)
    }
    const mark = marks.options[symbol]
    return optionSlot({
      terms: option,
      spotE8: price(marks.spot[underlying], `spot.${underlying}`),
      forwardE8: price(mark.forward, `${symbol}.forward`),
      ivE8: price(mark.iv, `${symbol}.iv`),
      now,
      contractSizeE8,
      spotShocksBps: shocksBps,
      volShocksBps: publisher.volShocksBps.map((shock: string) => bps(shock, 'volShocksBps')),
      minMarginBps: bps(publisher.minMarginBps, 'minMarginBps'),
    })
  })
  const padding = Array.from({ length: DESK.slots - slots.length }, () => paddingSlot(DESK))
  return { universeId: DESK_UNIVERSE_ID, time: now, slots: [...slots, ...padding] }
}

export function deskMandate(): Mandate {
  const numbers = (row: Json): Json =>
    Object.fromEntries(Object.entries(row).map(([name, text]) => [name, bps(text as string, name)]))
  const { slots, groups, accounts, maxLossBps, ...whole } = read('mandate')
  return {
    universeId: DESK_UNIVERSE_ID,
    ...numbers(whole),
    slots: slots.map((row: Json, i: number) => ({
      groups: row.groups,
      account: row.account,
      maxLong: quantity(row.maxLong, `slots[${i}].maxLong`),
      maxShort: quantity(row.maxShort, `slots[${i}].maxShort`),
      concentrationBps: bps(row.concentrationBps, `slots[${i}].concentrationBps`),
    })),
    groups: groups.map(numbers),
    accounts: accounts.map(numbers),
    maxLossBps: maxLossBps.map((text: string, s: number) => bps(text, `maxLossBps[${s}]`)),
  }
}

export function deskBook(universe = deskUniverse()): Book {
  const { cash, quantities } = read('book')
  const held = universe.instruments.map(({ symbol }) => quantity(quantities[symbol], symbol))
  return {
    universeId: DESK_UNIVERSE_ID,
    cash: cash.map((text: string, a: number) => parseDecimal(text, VALUE_DECIMALS, `cash[${a}]`)),
    quantities: [...held, ...Array(DESK.slots - held.length).fill(0n)],
  }
}

export const deskTargets = (): Target[] =>
  read('strategy').targets.map((row: Json, k: number) => ({
    of: { group: row.group },
    targetBps: bps(row.targetBps, `targets[${k}].targetBps`),
    bandBps: bps(row.bandBps, `targets[${k}].bandBps`),
  }))

export function deskCosts(universe = deskUniverse()): TradingCost[] {
  const costs = read('costs')
  return universe.instruments.map(({ symbol }) => {
    const row = costs[symbol]
    return {
      halfSpreadBps: bps(row.halfSpreadBps, symbol),
      feeBps: bps(row.feeBps, symbol),
      lot: quantity(row.lot, symbol),
      minimum: quantity(row.minimum, symbol),
    }
  })
}

/** The whole desk at one date, ready for the planner. */
export function deskPlanInput(date: DeskDate): PlanInput {
  const universe = deskUniverse()
  const { safetyBps, trackingWeightBps } = read('strategy')
  return {
    universe,
    shape: DESK,
    market: deskMarket(date, universe),
    mandate: deskMandate(),
    book: deskBook(universe),
    budget: OPENING_BUDGET,
    targets: deskTargets(),
    costs: deskCosts(universe),
    netFlow: 0n,
    window: 0n,
    oldUniverse: DESK_UNIVERSE_ID,
    changed: Array(DESK.slots).fill(false),
    safetyBps: bps(safetyBps, 'safetyBps'),
    trackingWeightBps: bps(trackingWeightBps, 'trackingWeightBps'),
  }
}
