import type { PostponingConfig, TriggerConfig } from './trigger-config.js'

/**
 * `navBps` is an amount in basis points of net asset value, `limitBps` the used part of a limit, `marginBps` equity above
 * the required margin in basis points of that margin, `units` a quantity of an instrument.
 */
export type Unit = 'seconds' | 'navBps' | 'limitBps' | 'marginBps' | 'units' | 'ratio'

/**
 * Why a rebalance is worth considering: `value` has passed `bound`. Plain JSON, for the fund's own eyes. `subject` is the
 * label of a target, the id of a check, `account[a]`, a symbol, an underlying or `book`.
 *
 * `destinationBps` says where a trade for it should end: exposure minus wanted, signed, in basis points of net asset value;
 * absent where the trigger does not care.
 */
export type Firing = {
  readonly trigger: Exclude<TriggerConfig, PostponingConfig>['kind']
  readonly subject: string
  readonly value: number
  readonly bound: number
  readonly unit: Unit
  readonly urgency: 'forced' | 'ordinary'
  readonly destinationBps?: number
}

/** A firing before anything postpones it: the underlyings whose prices made it, and those a trade for it would be in. */
export type Candidate = {
  readonly firing: Firing
  readonly movedBy: readonly string[]
  readonly tradedIn: readonly string[]
}

/** What must be done whatever the market is like. */
export const forced = (firing: Omit<Firing, 'urgency'>): Candidate => ({
  firing: { ...firing, urgency: 'forced' },
  movedBy: [],
  tradedIn: [],
})

/** What may wait: `underlyings` move it, unless `movedBy` says otherwise, and are traded for it. */
export const ordinary = (
  firing: Omit<Firing, 'urgency'>,
  underlyings: readonly string[],
  movedBy = underlyings,
): Candidate => ({ firing: { ...firing, urgency: 'ordinary' }, movedBy, tradedIn: underlyings })
