import { checkLength, type Shape } from '#portfolio/shape.js'
import type { Step } from '#portfolio/step.js'
import { abs, ShapeError, sum } from '#portfolio/units.js'

/** A trade in one slot (signed quantity in 1e-8 unit, fill in 1e-8 quote) or cash moved between accounts (1e-16 quote). */
export type TradeLeg = {
  readonly kind: 'trade'
  readonly slot: number
  readonly account: number
  readonly quantity: bigint
  readonly fill: bigint
}
export type TransferLeg = {
  readonly kind: 'transfer'
  readonly from: number
  readonly to: number
  readonly amount: bigint
}
export type Leg = TradeLeg | TransferLeg

/** `cash` per account before the first leg, the trades of each account, and the transfers. */
export type StepLegs = {
  readonly cash: readonly bigint[]
  readonly trades: readonly (readonly TradeLeg[])[]
  readonly transfers: readonly TransferLeg[]
}

/**
 * Takes a step apart. Each trade is paid from the account of its slot; what is left of the difference of cash are
 * transfers, and where they do not add up to 0, the step's fee and carry.
 *
 * Flows, fee and carry are in the cash before the first leg, as the reference model measures the old book with its flows.
 * A net charge is put to accounts that lose cash besides their trades, a net gain to those that get some, lowest first.
 *
 * @throws `ShapeError` naming the field.
 */
export function stepLegs({ oldBook, newBook, mandate, fills, flowSplit }: Step, shape: Shape): StepLegs {
  checkLength(oldBook.quantities, shape.slots, 'step.oldBook.quantities')
  checkLength(newBook.quantities, shape.slots, 'step.newBook.quantities')
  checkLength(fills, shape.slots, 'step.fills')
  for (const [name, list] of Object.entries({ oldBook: oldBook.cash, newBook: newBook.cash })) {
    checkLength(list, shape.accounts, `step.${name}.cash`)
  }
  const legs = newBook.quantities.flatMap((q, slot): TradeLeg[] => {
    const quantity = q - oldBook.quantities[slot]!
    if (quantity === 0n) return []
    const account = mandate.slots[slot]?.account
    if (account === undefined)
      throw new ShapeError(`step.newBook.quantities[${slot}]`, 'unchanged beyond the universe')
    return [{ kind: 'trade', slot, account, quantity, fill: fills[slot]! }]
  })
  const trades = newBook.cash.map((_, a) => legs.filter(({ account }) => account === a))
  const moved = newBook.cash.map((c, a) => {
    const paid = sum(trades[a]!.map(({ quantity, fill }) => quantity * fill))
    return c - oldBook.cash[a]! - (flowSplit[a] ?? 0n) + paid
  })

  let unsettled = sum(moved)
  const settled = moved.map((amount) => {
    if (unsettled === 0n || amount > 0n !== unsettled > 0n) return 0n
    const part = abs(amount) < abs(unsettled) ? amount : unsettled
    unsettled -= part
    return part
  })
  const cash = oldBook.cash.map((c, a) => c + (flowSplit[a] ?? 0n) + settled[a]!)
  return { cash, trades, transfers: pair(moved.map((amount, a) => amount - settled[a]!)) }
}

/** At most one transfer fewer than there are accounts: each sender, in order, fills the next receiver that still lacks cash. */
function pair(net: readonly bigint[]): TransferLeg[] {
  const left = [...net]
  const transfers: TransferLeg[] = []
  left.forEach((_, from) => {
    left.forEach((lacking, to) => {
      if (left[from]! >= 0n || lacking <= 0n) return
      const amount = -left[from]! < lacking ? -left[from]! : lacking
      left[from]! += amount
      left[to]! -= amount
      transfers.push({ kind: 'transfer', from, to, amount })
    })
  })
  return transfers
}

/** A trade in `slices` parts of whole lots, as even as lots allow; the last one takes the rest. */
export function sliceTrade(leg: TradeLeg, slices: number, lot: bigint): bigint[] {
  const upTo = (k: number) => {
    const exact = (leg.quantity * BigInt(k)) / BigInt(slices)
    return k === slices ? leg.quantity : exact - (exact % lot)
  }
  return Array.from({ length: slices }, (_, k) => upTo(k + 1) - upTo(k))
}
