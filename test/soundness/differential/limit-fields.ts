import { MANDATE_RANGES } from '#portfolio/layout.js'
import type { Mandate } from '#portfolio/mandate.js'
import type { Shape } from '#portfolio/shape.js'
import { ceilDiv, floorDiv } from '#test/helpers/arbitrary-mandate.js'
import type { Measure, Ruling } from './judge.js'

/** One number of a mandate and the check that it bounds. */
export type LimitField = {
  /** Id of the check, such as `margin[1]`. */
  readonly id: string
  readonly range: readonly [lo: bigint, hi: bigint]
  /** Where the field goes when the limit gets tighter. */
  readonly tighter: 1n | -1n
  readonly read: (mandate: Mandate) => bigint
  readonly write: (mandate: Mandate, value: bigint) => Mandate
  /** The tightest value that holds outright, whatever the range; undefined where no value matters. */
  readonly tightest: (ruling: Ruling) => bigint | undefined
}

type Access = Pick<LimitField, 'read' | 'write'>
type WholeName = Exclude<keyof Mandate, 'universeId' | 'slots' | 'groups' | 'accounts' | 'maxLossBps'>

const BPS = 10_000n
const QUANTITY_MAX = 2n ** 63n - 1n

/** Smallest share in basis points under which a measured risk holds. */
const shareOf = ({ risk, base }: Measure): bigint | undefined =>
  base === 0n ? undefined : ceilDiv(BPS * risk, base)

const whole = (name: WholeName): Access => ({
  read: (mandate) => mandate[name],
  write: (mandate, value) => ({ ...mandate, [name]: value }),
})

/** Every limit of a mandate for `shape`, one field per check; the carry cap bounds two checks and stands under both. */
export function limitFields(shape: Shape, listed: number): LimitField[] {
  const fields: LimitField[] = []
  const upTo = (n: number) => Array.from({ length: n }, (_, i) => i)
  const share = (id: string, name: keyof typeof MANDATE_RANGES, access: Access, side: 1n | -1n = 1n) => {
    const tightest = ({ limits }: Ruling) => {
      const least = shareOf(limits[id]!)
      return least === undefined ? undefined : side * least
    }
    fields.push({ id, range: MANDATE_RANGES[name], tighter: side === 1n ? -1n : 1n, ...access, tightest })
  }
  const at = <T>(list: readonly T[], index: number, change: Partial<T>): T[] =>
    list.map((item, i) => (i === index ? { ...item, ...change } : item))

  for (const i of upTo(listed)) {
    const slot = (name: 'maxLong' | 'maxShort' | 'concentrationBps'): Access => ({
      read: ({ slots }) => slots[i]![name],
      write: (mandate, value) => ({ ...mandate, slots: at(mandate.slots, i, { [name]: value }) }),
    })
    for (const [id, name] of [
      [`position.long[${i}]`, 'maxLong'],
      [`position.short[${i}]`, 'maxShort'],
    ] as const) {
      const tightest = ({ limits }: Ruling) => limits[id]!.risk
      fields.push({ id, range: [0n, QUANTITY_MAX], tighter: -1n, ...slot(name), tightest })
    }
    share(`concentration[${i}]`, 'concentrationBps', slot('concentrationBps'))
  }
  for (const g of upTo(shape.groups)) {
    const group = (name: 'netLoBps' | 'netHiBps' | 'grossBps'): Access => ({
      read: ({ groups }) => groups[g]![name],
      write: (mandate, value) => ({ ...mandate, groups: at(mandate.groups, g, { [name]: value }) }),
    })
    share(`group.netLo[${g}]`, 'netLoBps', group('netLoBps'), -1n)
    share(`group.netHi[${g}]`, 'netHiBps', group('netHiBps'))
    share(`group.gross[${g}]`, 'grossBps', group('grossBps'))
  }
  for (const s of upTo(shape.scenarios)) {
    share(`loss[${s}]`, 'maxLossBps', {
      read: ({ maxLossBps }) => maxLossBps[s]!,
      write: (mandate, value) => ({
        ...mandate,
        maxLossBps: mandate.maxLossBps.map((bps, i) => (i === s ? value : bps)),
      }),
    })
  }
  for (const a of upTo(shape.accounts)) {
    const account = (name: 'marginMultipleBps' | 'venueCapBps'): Access => ({
      read: ({ accounts }) => accounts[a]![name],
      write: (mandate, value) => ({ ...mandate, accounts: at(mandate.accounts, a, { [name]: value }) }),
    })
    share(`venue[${a}]`, 'venueCapBps', account('venueCapBps'))
    fields.push({
      id: `margin[${a}]`,
      range: MANDATE_RANGES.marginMultipleBps,
      tighter: 1n,
      ...account('marginMultipleBps'),
      tightest: ({ numbers }) => {
        const margin = numbers[`exposure[1].margin[${a}]`]!
        return margin === 0n ? undefined : floorDiv(BPS * BPS * numbers[`exposure[1].equity[${a}]`]!, margin)
      },
    })
  }
  for (const [id, name, side] of [
    ['net.lo', 'netLoBps', -1n],
    ['net.hi', 'netHiBps', 1n],
    ['leverage', 'leverageBps', 1n],
    ['gamma.lo', 'gammaLoBps', -1n],
    ['gamma.hi', 'gammaHiBps', 1n],
    ['vega.lo', 'vegaLoBps', -1n],
    ['vega.hi', 'vegaHiBps', 1n],
    ['turnover', 'turnoverBps', 1n],
    ['cost', 'costBps', 1n],
    ['gain', 'gainBps', 1n],
    ['carry.gain', 'carryBps', 1n],
    ['carry.loss', 'carryBps', 1n],
    ['rolling.cost', 'rollingCostBps', 1n],
    ['rolling.gain', 'rollingGainBps', 1n],
    ['rolling.turnover', 'rollingTurnoverBps', 1n],
  ] as const) {
    share(id, name, whole(name), side)
  }
  fields.push({
    id: 'freeCollateral',
    range: MANDATE_RANGES.freeCollateralFloorBps,
    tighter: 1n,
    ...whole('freeCollateralFloorBps'),
    tightest: ({ limits }) => {
      const { risk, base } = limits.freeCollateral!
      return base === 0n ? undefined : BPS - ceilDiv(risk, base)
    },
  })
  return fields
}

/** A low limit that a change pushed above its high limit comes down to it: registration refuses the reverse order. */
export function ordered(mandate: Mandate): Mandate {
  const band = <T extends { netLoBps: bigint; netHiBps: bigint }>(limits: T): T =>
    limits.netLoBps > limits.netHiBps ? { ...limits, netLoBps: limits.netHiBps } : limits
  return { ...band(mandate), groups: mandate.groups.map(band) }
}
