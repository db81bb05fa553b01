import { TIERS } from './layout.js'
import { ShapeError } from './units.js'

/** Sizes a circuit is compiled for: slots N, groups G, accounts A, scenarios S. */
export type Shape = {
  readonly slots: number
  readonly groups: number
  readonly accounts: number
  readonly scenarios: number
}

export type Tier = keyof typeof TIERS

export const shapeOf = (tier: Tier): Shape => TIERS[tier]

/** Refuses a list of another length. @throws {@link ShapeError} naming `field`. */
export function checkLength(list: readonly unknown[], length: number, field: string): void {
  if (list.length !== length) throw new ShapeError(field, `a list of exactly ${length}`)
}
