import { OPENING_BUDGET } from '#portfolio/budget.js'
import type { Instrument } from '#portfolio/instrument.js'
import { linearSlot, paddingSlot } from '#portfolio/market.js'
import { shapeOf } from '#portfolio/shape.js'
import type { Plan, PlanInput } from '#strategy/plan.js'
import { openMandate } from '#test/helpers/arbitrary-mandate.js'

export const shape = shapeOf('tiny')
export const TIME = 1_700_000_000n
export const dollars = (x: number) => BigInt(x) * 10n ** 16n
export const e8 = (x: number) => BigInt(Math.round(x * 1e8))

type Line = Partial<Record<'price' | 'held' | 'account' | 'halfSpread' | 'lot' | 'cap', number>> & {
  readonly suspended?: boolean
  readonly option?: Instrument['option']
}

/** A book of a few instruments at 1 in a thousand dollars, everything allowed that the lines do not cap. */
export function bookOf(
  lines: readonly Line[],
  cash: readonly number[],
  more: Partial<PlanInput> = {},
): PlanInput {
  const open = openMandate(
    lines.map(({ account = 0 }) => ({ groups: [], account })),
    7n,
    shape,
  )
  const slots = open.slots.map((slot, i) => ({ ...slot, concentrationBps: BigInt(lines[i]!.cap ?? 100_000) }))
  return {
    shape,
    universe: {
      instruments: lines.map(({ account = 0, option }, i) => ({
        symbol: `S${i}`,
        kind: option ? 'option' : 'spot',
        underlying: `S${i}`,
        feed: `S${i}`,
        account,
        contractSizeE8: 100_000_000n,
        marginBps: 0n,
        shocksBps: [-2_000n, 2_000n],
        ...(option ? { option } : {}),
      })),
    },
    market: {
      universeId: 7n,
      time: TIME,
      slots: [
        ...lines.map(({ price = 100, suspended }) => linearSlot(e8(price), 0n, [-2_000n, 2_000n], suspended)),
        ...Array.from({ length: shape.slots - lines.length }, () => paddingSlot(shape)),
      ],
    },
    mandate: { ...open, slots },
    book: {
      universeId: 7n,
      cash: Array.from({ length: shape.accounts }, (_, a) => dollars(cash[a] ?? 0)),
      quantities: Array.from({ length: shape.slots }, (_, i) => e8(lines[i]?.held ?? 0)),
    },
    budget: OPENING_BUDGET,
    targets: [],
    costs: lines.map(({ halfSpread = 5, lot = 0.0001 }) => {
      return { halfSpreadBps: BigInt(halfSpread), feeBps: 0n, lot: e8(lot), minimum: e8(lot) }
    }),
    netFlow: 0n,
    window: 0n,
    oldUniverse: 7n,
    changed: Array(shape.slots).fill(false),
    ...more,
  }
}
export const target = (slot: number, targetBps: number, bandBps: number) =>
  ({ of: { slot }, targetBps: BigInt(targetBps), bandBps: BigInt(bandBps) }) as const
export const traded = ({ trades }: Plan) =>
  Object.fromEntries(trades.map(({ symbol, quantity }) => [symbol, Number(quantity) / 1e8]))
