import type { Shape } from '#portfolio/shape.js'
import type { Step } from '#portfolio/step.js'

/** What a book is worth and exposed to. Margins are in 1e-16 quote × basis points. */
export type Measured = {
  readonly nav: bigint
  readonly sizes: readonly bigint[]
  readonly groupNet: readonly bigint[]
  readonly groupGross: readonly bigint[]
  readonly net: bigint
  readonly gross: bigint
  readonly gamma: bigint
  readonly vega: bigint
  readonly loss: readonly bigint[]
  readonly equity: readonly bigint[]
  readonly accountMargin: readonly bigint[]
  readonly margin: bigint
}

/**
 * Adds up a book slot by slot, each slot's contribution at once, as section 6 of docs/protocol.md words it. `cash` is per
 * account, the step's flows included for an old book.
 */
export function bookNumbers(
  { market, mandate }: Pick<Step, 'market' | 'mandate'>,
  shape: Shape,
  quantities: readonly bigint[],
  cash: readonly bigint[],
): Measured {
  const zeros = (length: number) => Array.from({ length }, () => 0n)
  const out = {
    nav: 0n,
    sizes: zeros(shape.slots),
    groupNet: zeros(shape.groups),
    groupGross: zeros(shape.groups),
    net: 0n,
    gross: 0n,
    gamma: 0n,
    vega: 0n,
    loss: zeros(shape.scenarios),
    equity: [...cash],
    accountMargin: zeros(shape.accounts),
    margin: 0n,
  }
  for (const c of cash) out.nav += c
  for (const [i, slot] of market.slots.entries()) {
    const q = quantities[i]!
    const exposure = q * slot.delta
    const size = exposure < 0n ? -exposure : exposure
    const worth = slot.suspended && q > 0n ? 0n : q * slot.price
    out.nav += worth
    out.sizes[i] = size
    out.net += exposure
    out.gross += size
    out.gamma += q * slot.gamma
    out.vega += q * slot.vega
    out.margin += size * slot.marginBps
    for (const [s, change] of slot.changes.entries()) out.loss[s]! -= q * change
    const listed = mandate.slots[i]
    if (!listed) continue
    for (const g of listed.groups) {
      out.groupNet[g]! += exposure
      out.groupGross[g]! += size
    }
    out.equity[listed.account]! += worth
    out.accountMargin[listed.account]! += size * slot.marginBps
  }
  return out
}
