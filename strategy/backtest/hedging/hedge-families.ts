import type { HedgePolicy } from './hedge-path.js'
import * as policies from './hedge-policies.js'
import type { DeltaKind } from './listed-option.js'

/** A rule with all its settings, from which a frontier is read. */
export type HedgeFamily = {
  readonly delta: DeltaKind
  readonly settings: readonly { readonly setting: number; readonly policy: HedgePolicy }[]
}

const EVERY = [1, 2, 3, 4, 6, 8, 12]
const WIDTHS = [0.002, 0.005, 0.01, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1]
/** Per notional: what Whalley & Wilmott and Zakamouline ask for, ten to a factor of 10 000. */
const AVERSIONS = [3000, 1000, 500, 300, 200, 100, 50, 30, 20, 10, 5, 3, 1]

const family = (
  settings: readonly number[],
  make: (setting: number) => HedgePolicy,
  delta: DeltaKind = 'black',
): HedgeFamily => ({ delta, settings: settings.map((setting) => ({ setting, policy: make(setting) })) })

/** The rules compared on listed options at a proportional cost (fraction) and a fixed one (fraction of notional). */
export function hedgeFamilies(cost: number, fixedCost: number) {
  const engine = (riskAversion: number) => policies.engineBand({ cost, riskAversion, fixedCost })
  return {
    calendar: family(EVERY, policies.calendar),
    constantToEdge: family(WIDTHS, (width) => policies.constantBand(width, 'edge')),
    constantToCentre: family(WIDTHS, (width) => policies.constantBand(width, 'centre')),
    whalleyWilmott: family(AVERSIONS, (a) => policies.whalleyWilmottBand({ cost, riskAversion: a })),
    engineBlackDelta: family(AVERSIONS, engine),
    engine: family(AVERSIONS, engine, 'smile'),
    // The constant bands with the engine's delta tell its share apart from the band's.
    constantToEdgeSmileDelta: family(WIDTHS, (width) => policies.constantBand(width, 'edge'), 'smile'),
    constantToCentreSmileDelta: family(WIDTHS, (width) => policies.constantBand(width, 'centre'), 'smile'),
  }
}
