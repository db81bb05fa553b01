import { hedgeBand } from '../../bands/hedge-band.js'
import { intoBand } from '../../bands/into-band.js'
import { leland } from '../../bands/leland.js'
import { whalleyWilmott } from '../../bands/whalley-wilmott.js'
import type { HedgePolicy } from './hedge-path.js'

/** One-way `cost` as a fraction, `riskAversion` per money. */
export type HedgeAversion = { readonly cost: number; readonly riskAversion: number }

/** Nothing is ever traded. */
export const unhedged: HedgePolicy = (_, held) => held

/** To the delta at every `every`-th moment, the first included. */
export const calendar =
  (every: number): HedgePolicy =>
  ({ step, delta }, held) =>
    step % every === 0 ? -delta : held

/** As the calendar, with the delta at Leland's volatility for `years` between two hedges. */
export const lelandCalendar =
  (every: number, years: number, roundTripCost: number): HedgePolicy =>
  (instant, held) => {
    if (instant.step % every !== 0) return held
    const { shortVol, longVol } = leland({ vol: instant.vol, roundTripCost, years })
    return -instant.deltaAt(instant.gamma > 0 ? longVol : shortVol)
  }

/** The same half-width, in units, at every moment. */
export const constantBand =
  (halfWidth: number, to: 'edge' | 'centre'): HedgePolicy =>
  ({ delta }, held) =>
    intoBand({ held, centre: -delta, trigger: halfWidth, destination: to === 'edge' ? halfWidth : 0 })

/** The half-width of {@link whalleyWilmott} at each moment, to the nearest edge. */
export const whalleyWilmottBand =
  ({ cost, riskAversion }: HedgeAversion): HedgePolicy =>
  ({ price, gamma, delta }, held) => {
    const halfWidth = whalleyWilmott({ price, gamma, cost, riskAversion })
    return intoBand({ held, centre: -delta, trigger: halfWidth, destination: halfWidth })
  }

/** The engine's own band, {@link hedgeBand}; Zakamouline's where `fixedCost` is 0. Nothing is traded once there is no time or no variance. */
export const engineBand =
  ({ cost, riskAversion, fixedCost }: HedgeAversion & { readonly fixedCost: number }): HedgePolicy =>
  (instant, held) => {
    const { price, gamma, vol, years } = instant
    if (!(vol > 0 && years > 0)) return held
    const band = hedgeBand({ price, gamma, vol, years, cost, fixedCost, riskAversion })
    return intoBand({ held, centre: -instant.deltaAt(band.vol), ...band })
  }
