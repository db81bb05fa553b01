import type { Exposure } from '#portfolio/exposure.js'
import type { Mandate, MandateSlot } from '#portfolio/mandate.js'
import type { Shape } from '#portfolio/shape.js'
import type { Step, Verdict } from '#portfolio/step.js'
import { abs, BPS } from '#portfolio/units.js'
import type { Prng } from './prng.js'

/** Kinds of limits of the statement: the id of a check without its index. */
export const RISK_KINDS = [
  'position.long',
  'position.short',
  'concentration',
  'group.netHi',
  'group.netLo',
  'group.gross',
  'net.hi',
  'net.lo',
  'leverage',
  'gamma.hi',
  'gamma.lo',
  'vega.hi',
  'vega.lo',
  'loss',
  'margin',
  'venue',
  'freeCollateral',
] as const
export const FLOW_KINDS = ['carry.gain', 'carry.loss', 'turnover', 'cost', 'gain'] as const
export const ROLLING_KINDS = ['rolling.cost', 'rolling.gain', 'rolling.turnover'] as const
export type LimitKind =
  | (typeof RISK_KINDS)[number]
  | (typeof FLOW_KINDS)[number]
  | (typeof ROLLING_KINDS)[number]

export const floorDiv = (x: bigint, y: bigint): bigint => (x < 0n && x % y !== 0n ? x / y - 1n : x / y)
export const ceilDiv = (x: bigint, y: bigint): bigint => -floorDiv(-x, y)

/** Membership of slots in groups and accounts; limits are added by {@link comfortable}. */
export type Membership = Pick<MandateSlot, 'groups' | 'account'>

/** A mandate that limits nothing but the ranges: its membership decides what an exposure is grouped by. */
export function openMandate(members: readonly Membership[], universeId: bigint, shape: Shape): Mandate {
  return {
    universeId,
    slots: members.map((member) => ({
      ...member,
      maxLong: (1n << 63n) - 1n,
      maxShort: (1n << 63n) - 1n,
      concentrationBps: 100_000n,
    })),
    groups: Array.from({ length: shape.groups }, () => ({
      netLoBps: -100_000n,
      netHiBps: 100_000n,
      grossBps: 200_000n,
    })),
    netLoBps: -100_000n,
    netHiBps: 100_000n,
    leverageBps: 200_000n,
    gammaLoBps: -100_000n,
    gammaHiBps: 100_000n,
    vegaLoBps: -100_000n,
    vegaHiBps: 100_000n,
    maxLossBps: Array(shape.scenarios).fill(10_000n),
    accounts: Array.from({ length: shape.accounts }, () => ({
      marginMultipleBps: 10_000n,
      venueCapBps: 20_000n,
    })),
    freeCollateralFloorBps: 0n,
    turnoverBps: 100_000n,
    costBps: 1_000n,
    gainBps: 1_000n,
    carryBps: 1_000n,
    rollingCostBps: 5_000n,
    rollingGainBps: 5_000n,
    rollingTurnoverBps: 1_000_000n,
  }
}

/**
 * The same mandate with every limit drawn between what the step needs and some room above it; a third of the limits sit
 * exactly on the tightest basis point, and a third of the position limits exactly on the position.
 */
export function comfortable(rng: Prng, step: Step, verdict: Verdict): Mandate {
  const { after } = verdict
  const nav = after.nav
  const room = (): bigint => (rng.oneIn(3) ? 0n : rng.big(1n, 2_000n))
  const atLeast = (value: bigint, lo: bigint, hi: bigint, of = nav): bigint => {
    const bps = (of === 0n ? 0n : ceilDiv(BPS * value, of)) + room()
    return bps < lo ? lo : bps > hi ? hi : bps
  }
  const atMost = (value: bigint, lo: bigint, hi: bigint): bigint => -atLeast(-value, -hi, -lo)
  const spare = (q: bigint): bigint => (q > 0n ? q : 0n) + (rng.oneIn(3) ? 0n : rng.big(0n, abs(q) + 1n))
  const { mandate } = step
  const totals = verdict.newBudget
  const used = (name: 'cost' | 'gain' | 'turnover') => totals.current[name] + totals.previous[name]
  const traded = tradedValue(step, verdict)
  const carry = step.carryGain > step.carryLoss ? step.carryGain : step.carryLoss
  return {
    ...mandate,
    slots: mandate.slots.map((slot, i) => ({
      ...slot,
      maxLong: spare(step.newBook.quantities[i]!),
      maxShort: spare(-step.newBook.quantities[i]!),
      concentrationBps: atLeast(after.absDelta[i]!, 0n, 100_000n),
    })),
    groups: mandate.groups.map((_, g) => ({
      netLoBps: atMost(after.groupNet[g]!, -100_000n, 100_000n),
      netHiBps: atLeast(after.groupNet[g]!, -100_000n, 100_000n),
      grossBps: atLeast(after.groupGross[g]!, 0n, 200_000n),
    })),
    netLoBps: atMost(after.net, -100_000n, 100_000n),
    netHiBps: atLeast(after.net, -100_000n, 100_000n),
    leverageBps: atLeast(after.gross, 1n, 200_000n),
    gammaLoBps: atMost(after.gamma, -100_000n, 0n),
    gammaHiBps: atLeast(after.gamma, 0n, 100_000n),
    vegaLoBps: atMost(after.vega, -100_000n, 0n),
    vegaHiBps: atLeast(after.vega, 0n, 100_000n),
    maxLossBps: after.losses.map((loss) => atLeast(loss, 1n, 10_000n)),
    accounts: mandate.accounts.map((_, a) => ({
      marginMultipleBps: multiple(rng, after, a),
      venueCapBps: atLeast(after.accountEquity[a]!, 1n, 20_000n),
    })),
    freeCollateralFloorBps: BPS - atLeast(ceilDiv(after.margin, BPS), 0n, BPS),
    turnoverBps: atLeast(verdict.used.turnover - abs(step.netFlow), 1n, 100_000n),
    costBps: atLeast(verdict.used.cost - step.carryLoss, 0n, 1_000n, traded),
    gainBps: atLeast(verdict.used.gain - step.carryGain, 0n, 1_000n, traded),
    carryBps: atLeast(carry, 0n, 1_000n),
    rollingCostBps: atLeast(used('cost'), 0n, 5_000n),
    rollingGainBps: atLeast(used('gain'), 0n, 5_000n),
    rollingTurnoverBps: atLeast(used('turnover'), 1n, 1_000_000n),
  }
}

/** Tightens exactly one limit of `kind` to just below what the step needs; undefined where the range does not reach there. */
export function tighten(rng: Prng, kind: LimitKind, step: Step, verdict: Verdict): Mandate | undefined {
  const { mandate } = step
  const { after } = verdict
  const nav = after.nav
  const below = (value: bigint, of = nav): bigint => (of === 0n ? -1n : floorDiv(BPS * value - 1n, of))
  const slot = rng.int(0, mandate.slots.length - 1)
  const group = rng.int(0, mandate.groups.length - 1)
  const account = rng.int(0, mandate.accounts.length - 1)
  const scenario = rng.int(0, mandate.maxLossBps.length - 1)
  const at = <T>(list: readonly T[], index: number, change: Partial<T>): T[] =>
    list.map((item, i) => (i === index ? { ...item, ...change } : item))
  const least = <T extends { netHiBps: bigint; netLoBps: bigint }>(limits: T, net: bigint): Partial<T> => {
    const netHiBps = below(net)
    const netLoBps = limits.netLoBps > netHiBps ? netHiBps : limits.netLoBps
    return { netHiBps, netLoBps } as Partial<T>
  }
  const most = <T extends { netHiBps: bigint; netLoBps: bigint }>(limits: T, net: bigint): Partial<T> => {
    const netLoBps = -below(-net)
    const netHiBps = limits.netHiBps < netLoBps ? netLoBps : limits.netHiBps
    return { netHiBps, netLoBps } as Partial<T>
  }
  const q = step.newBook.quantities[slot]!
  const totals = verdict.newBudget
  const used = (name: 'cost' | 'gain' | 'turnover') => totals.current[name] + totals.previous[name]
  const traded = tradedValue(step, verdict)
  const inside = mandate.groups[group]!
  switch (kind) {
    case 'position.long':
      return { ...mandate, slots: at(mandate.slots, slot, { maxLong: q - 1n }) }
    case 'position.short':
      return { ...mandate, slots: at(mandate.slots, slot, { maxShort: -q - 1n }) }
    case 'concentration':
      return {
        ...mandate,
        slots: at(mandate.slots, slot, { concentrationBps: below(after.absDelta[slot]!) }),
      }
    case 'group.netHi':
      return { ...mandate, groups: at(mandate.groups, group, least(inside, after.groupNet[group]!)) }
    case 'group.netLo':
      return { ...mandate, groups: at(mandate.groups, group, most(inside, after.groupNet[group]!)) }
    case 'group.gross':
      return { ...mandate, groups: at(mandate.groups, group, { grossBps: below(after.groupGross[group]!) }) }
    case 'net.hi':
      return { ...mandate, ...least(mandate, after.net) }
    case 'net.lo':
      return { ...mandate, ...most(mandate, after.net) }
    case 'leverage':
      return { ...mandate, leverageBps: below(after.gross) }
    case 'gamma.hi':
      return { ...mandate, gammaHiBps: below(after.gamma) }
    case 'gamma.lo':
      return { ...mandate, gammaLoBps: -below(-after.gamma) }
    case 'vega.hi':
      return { ...mandate, vegaHiBps: below(after.vega) }
    case 'vega.lo':
      return { ...mandate, vegaLoBps: -below(-after.vega) }
    case 'loss': {
      const maxLossBps = mandate.maxLossBps.map((bps, s) => (s === scenario ? below(after.losses[s]!) : bps))
      return { ...mandate, maxLossBps }
    }
    case 'margin': {
      const margin = after.accountMargin[account]!
      if (margin === 0n) return undefined
      const marginMultipleBps = floorDiv(BPS * BPS * after.accountEquity[account]!, margin) + 1n
      return { ...mandate, accounts: at(mandate.accounts, account, { marginMultipleBps }) }
    }
    case 'venue': {
      const venueCapBps = below(after.accountEquity[account]!)
      return { ...mandate, accounts: at(mandate.accounts, account, { venueCapBps }) }
    }
    case 'freeCollateral':
      return { ...mandate, freeCollateralFloorBps: BPS - floorDiv(after.margin - 1n, nav) }
    case 'carry.gain':
      return { ...mandate, carryBps: below(step.carryGain) }
    case 'carry.loss':
      return { ...mandate, carryBps: below(step.carryLoss) }
    case 'turnover':
      return { ...mandate, turnoverBps: below(verdict.used.turnover - abs(step.netFlow)) }
    case 'cost':
      return { ...mandate, costBps: below(verdict.used.cost - step.carryLoss, traded) }
    case 'gain':
      return { ...mandate, gainBps: below(verdict.used.gain - step.carryGain, traded) }
    case 'rolling.cost':
      return { ...mandate, rollingCostBps: below(used('cost')) }
    case 'rolling.gain':
      return { ...mandate, rollingGainBps: below(used('gain')) }
    case 'rolling.turnover':
      return { ...mandate, rollingTurnoverBps: below(used('turnover')) }
  }
}

/** A margin multiple the account meets, from the lowest the range allows to the highest it meets. */
function multiple(rng: Prng, after: Exposure, account: number): bigint {
  const margin = after.accountMargin[account]!
  const highest = margin === 0n ? 200_000n : floorDiv(BPS * BPS * after.accountEquity[account]!, margin)
  if (highest <= 10_000n) return 10_000n
  const top = highest > 200_000n ? 200_000n : highest
  return rng.oneIn(3) ? top : rng.big(10_000n, top)
}

const tradedValue = (step: Step, verdict: Verdict): bigint =>
  verdict.trades.reduce((total, t, i) => total + abs(t) * step.market.slots[i]!.price, 0n)
