import { MANDATE_RANGES, VECTORS } from './layout.js'
import { checkLength, type Shape } from './shape.js'
import { BPS, checkBps, checkQuantity, OutOfRangeError, ShapeError } from './units.js'

/** Limits of one slot. `groups` holds the indices of the groups it counts in; quantities in 1e-8 unit. */
export type MandateSlot = {
  readonly groups: readonly number[]
  readonly account: number
  readonly maxLong: bigint
  readonly maxShort: bigint
  readonly concentrationBps: bigint
}

export type MandateGroup = { readonly netLoBps: bigint; readonly netHiBps: bigint; readonly grossBps: bigint }

/** `marginMultipleBps` 10 000 asks for equity of one time the margin; `venueCapBps` caps an account's equity. */
export type MandateAccount = { readonly marginMultipleBps: bigint; readonly venueCapBps: bigint }

/**
 * The public limits, in basis points of net asset value unless said otherwise. `slots` lists the universe's instruments;
 * padding is added by {@link mandateVector}. `turnover`, `cost`, `gain`, `carry` bound one step (cost and gain as a share
 * of the traded value); the `rolling…` budgets bound the current and the previous window together.
 */
export type Mandate = {
  readonly universeId: bigint
  readonly slots: readonly MandateSlot[]
  readonly groups: readonly MandateGroup[]
  readonly netLoBps: bigint
  readonly netHiBps: bigint
  readonly leverageBps: bigint
  readonly gammaLoBps: bigint
  readonly gammaHiBps: bigint
  readonly vegaLoBps: bigint
  readonly vegaHiBps: bigint
  readonly maxLossBps: readonly bigint[]
  readonly accounts: readonly MandateAccount[]
  readonly freeCollateralFloorBps: bigint
  readonly turnoverBps: bigint
  readonly costBps: bigint
  readonly gainBps: bigint
  readonly carryBps: bigint
  readonly rollingCostBps: bigint
  readonly rollingGainBps: bigint
  readonly rollingTurnoverBps: bigint
}

type RangedName = keyof typeof MANDATE_RANGES

const checkRange = (limits: Record<string, unknown>, name: RangedName, at: string) => {
  const [lo, hi] = MANDATE_RANGES[name]
  checkBps(limits[name] as bigint, `${at}.${name}`, lo, hi)
}

/**
 * Refuses a mandate that is mis-scaled or vacuous, as its registration on chain would.
 *
 * @throws {@link ShapeError} or {@link OutOfRangeError} naming the field.
 */
export function checkMandate(mandate: Mandate, shape: Shape): void {
  if (mandate.slots.length === 0 || mandate.slots.length > shape.slots) {
    throw new ShapeError('mandate.slots', `a list of 1 to ${shape.slots}`)
  }
  checkLength(mandate.groups, shape.groups, 'mandate.groups')
  checkLength(mandate.accounts, shape.accounts, 'mandate.accounts')
  checkLength(mandate.maxLossBps, shape.scenarios, 'mandate.maxLossBps')
  mandate.slots.forEach((slot, i) => {
    checkSlot(slot, shape, `mandate.slots[${i}]`)
  })
  mandate.groups.forEach((group, g) => {
    const at = `mandate.groups[${g}]`
    for (const name of VECTORS.mandate.group) checkRange(group, name, at)
    checkOrder(group.netLoBps, group.netHiBps, `${at}.netLoBps`)
  })
  for (const name of [...VECTORS.mandate.whole, ...VECTORS.mandate.tail]) checkRange(mandate, name, 'mandate')
  checkOrder(mandate.netLoBps, mandate.netHiBps, 'mandate.netLoBps')
  mandate.maxLossBps.forEach((maxLossBps, s) => {
    const [lo, hi] = MANDATE_RANGES.maxLossBps
    checkBps(maxLossBps, `mandate.maxLossBps[${s}]`, lo, hi)
  })
  mandate.accounts.forEach((account, a) => {
    for (const name of VECTORS.mandate.account) checkRange(account, name, `mandate.accounts[${a}]`)
  })
}

function checkSlot(slot: MandateSlot, shape: Shape, at: string): void {
  for (const group of slot.groups) {
    if (!Number.isInteger(group) || group < 0 || group >= shape.groups) {
      throw new ShapeError(`${at}.groups`, `group numbers from 0 to ${shape.groups - 1}`)
    }
  }
  if (new Set(slot.groups).size !== slot.groups.length)
    throw new ShapeError(`${at}.groups`, 'without repetition')
  if (!Number.isInteger(slot.account) || slot.account < 0 || slot.account >= shape.accounts) {
    throw new ShapeError(`${at}.account`, `a whole number from 0 to ${shape.accounts - 1}`)
  }
  for (const name of ['maxLong', 'maxShort'] as const) {
    checkQuantity(slot[name], `${at}.${name}`)
    if (slot[name] < 0n) throw new OutOfRangeError(`${at}.${name}`, '0 or above')
  }
  checkRange(slot, 'concentrationBps', at)
}

function checkOrder(lo: bigint, hi: bigint, field: string): void {
  if (lo > hi) throw new OutOfRangeError(field, 'not above the high limit')
}

/** Group bits from bit 0, then one account bit from bit G. */
export const slotMask = (slot: MandateSlot, shape: Shape): bigint =>
  slot.groups.reduce((mask, group) => mask | (1n << BigInt(group)), 1n << BigInt(shape.groups + slot.account))

/** The public vector, signed integers not yet mapped to the field. Length 1 + 4N + 3G + 7 + S + 2A + 8; padding slots are 0. */
export function mandateVector(mandate: Mandate, shape: Shape): bigint[] {
  const slots = Array.from({ length: shape.slots }, (_, i) => {
    const slot = mandate.slots[i]
    if (!slot) return VECTORS.mandate.slot.map(() => 0n)
    const row = { ...slot, mask: slotMask(slot, shape) }
    return VECTORS.mandate.slot.map((name) => row[name])
  })
  return [
    ...VECTORS.mandate.head.map((name) => mandate[name]),
    ...slots.flat(),
    ...mandate.groups.flatMap((group) => VECTORS.mandate.group.map((name) => group[name])),
    ...VECTORS.mandate.whole.map((name) => mandate[name]),
    ...mandate.maxLossBps,
    ...mandate.accounts.flatMap((account) => VECTORS.mandate.account.map((name) => account[name])),
    ...VECTORS.mandate.tail.map((name) => mandate[name]),
  ]
}

/** Share of the net asset value that margin may use at most: 10 000 − floor. */
export const marginShareBps = (mandate: Mandate): bigint => BPS - mandate.freeCollateralFloorBps
