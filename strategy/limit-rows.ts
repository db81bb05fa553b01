import { exposureOf } from '#portfolio/exposure.js'
import { marginShareBps } from '#portfolio/mandate.js'
import type { MarketSlot } from '#portfolio/market.js'
import { abs, sum } from '#portfolio/units.js'
import { lackingBefore } from './account-floors.js'
import type { Side } from './execution/supply.js'
import { type Affine, affine, combine } from './linear-program.js'
import type { PlanInput } from './plan.js'
import { flowSplit, type Relaxation } from './relaxation.js'
import { slotRouter } from './slot-router.js'
import type { TriggerConfig } from './triggers/trigger-config.js'

/**
 * One limit as a linear row: `risk` ≤ `factor` · `of`. It has the id of the check it stands for. Where the statement lets
 * a step pass that only reduces, `reduced` ≤ `before` is what it asks for instead.
 */
export type LimitRow = {
  readonly id: string
  readonly kind: 'risk' | 'flow' | 'budget'
  readonly risk: Affine
  readonly factor: number
  readonly of: Affine
  readonly reduced?: Affine
  readonly before?: number
  /** A limit that market moves and lots cannot overrun needs no safety margin. */
  readonly exact?: boolean
}

/**
 * Every limit of the mandate that trades or transfers can change; beside them the fund's own budgets of gamma and vega, the
 * depth of the venues, and that no account buys on credit or runs short of margin under stress.
 */
export function limitRows(input: PlanInput, r: Relaxation): LimitRow[] {
  const { market, mandate, book, shape } = input
  const old = exposureOf(book, market, mandate, shape, flowSplit(input))
  const share = (x: bigint) => Number(x) / r.nav
  const negated = (x: Affine) => combine([[-1, x]])
  const total = (xs: readonly Affine[], weight: (i: number) => number = () => 1) =>
    combine(xs.map((x, i) => [weight(i), x] as const))
  const rows: LimitRow[] = []
  const risk = (id: string, value: Affine, bps: bigint, before: number) => {
    rows.push({
      id,
      kind: 'risk',
      risk: value,
      factor: Number(bps) / 1e4,
      of: r.navAfter,
      reduced: value,
      before,
    })
  }
  const twoSided = (
    hi: string,
    lo: string,
    value: Affine,
    [loBps, hiBps]: [bigint, bigint],
    before: number,
  ) => {
    const name = r.named(value)
    risk(hi, name, hiBps, before)
    risk(lo, negated(name), -loBps, -before)
  }
  // Sum of a slope over the book, from the amounts already expressed in turnover weights.
  const slope = (of: (slot: MarketSlot) => bigint, counts: (i: number) => boolean = () => true) =>
    total(r.quantity, (i) =>
      r.weight[i]! > 0 && counts(i) ? Number(of(market.slots[i]!)) / r.weight[i]! : 0,
    )

  mandate.slots.forEach((slot, i) => {
    const held = share(book.quantities[i]!) * r.weight[i]!
    const limit = (id: string, value: Affine, cap: bigint, before: number) => {
      const factor = share(cap) * r.weight[i]!
      rows.push({ id, kind: 'risk', risk: value, factor, of: affine(1), reduced: value, before, exact: true })
    }
    limit(`position.long[${i}]`, r.quantity[i]!, slot.maxLong, held)
    limit(`position.short[${i}]`, negated(r.quantity[i]!), slot.maxShort, -held)
    risk(`concentration[${i}]`, r.size[i]!, slot.concentrationBps, share(old.absDelta[i]!))
  })
  mandate.groups.forEach((group, g) => {
    const inside = (xs: readonly Affine[]) => xs.filter((_, i) => mandate.slots[i]?.groups.includes(g))
    const bounds: [bigint, bigint] = [group.netLoBps, group.netHiBps]
    twoSided(
      `group.netHi[${g}]`,
      `group.netLo[${g}]`,
      total(inside(r.delta)),
      bounds,
      share(old.groupNet[g]!),
    )
    risk(`group.gross[${g}]`, total(inside(r.size)), group.grossBps, share(old.groupGross[g]!))
  })
  twoSided('net.hi', 'net.lo', total(r.delta), [mandate.netLoBps, mandate.netHiBps], share(old.net))
  risk('leverage', total(r.size), mandate.leverageBps, share(old.gross))
  const gamma = slope((slot) => slot.gamma)
  twoSided('gamma.hi', 'gamma.lo', gamma, [mandate.gammaLoBps, mandate.gammaHiBps], share(old.gamma))
  const vega = slope((slot) => slot.vega)
  twoSided('vega.hi', 'vega.lo', vega, [mandate.vegaLoBps, mandate.vegaHiBps], share(old.vega))
  for (const { kind, underlying, loBps, hiBps } of budgetsOf(input)) {
    const greek = kind === 'gammaBudget' ? 'gamma' : 'vega'
    const counts = (i: number) =>
      underlying === undefined || input.universe.instruments[i]?.underlying === underlying
    const held = sum(market.slots.map((slot, i) => (counts(i) ? book.quantities[i]! * slot[greek] : 0n)))
    const name = `${kind}.${underlying ?? 'book'}`
    const bounds: [bigint, bigint] = [BigInt(Math.ceil(loBps)), BigInt(Math.floor(hiBps))]
    twoSided(
      `${name}.hi`,
      `${name}.lo`,
      slope((slot) => slot[greek], counts),
      bounds,
      share(held),
    )
  }
  mandate.maxLossBps.forEach((bps, s) => {
    risk(`loss[${s}]`, negated(slope((slot) => slot.changes[s]!)), bps, share(old.losses[s]!))
  })

  const rate = (i: number) => Number(market.slots[i]!.marginBps) / 1e4
  mandate.accounts.forEach(({ marginMultipleBps, venueCapBps }, a) => {
    const multiple = Number(marginMultipleBps) / 1e4
    const margin = total(r.size, (i) => (mandate.slots[i]?.account === a ? multiple * rate(i) : 0))
    const reduced = combine([
      [1, margin],
      [-1, r.equity[a]!],
    ])
    const before = (multiple * share(old.accountMargin[a]!)) / 1e4 - share(old.accountEquity[a]!)
    rows.push({
      id: `margin[${a}]`,
      kind: 'risk',
      risk: margin,
      factor: 1,
      of: r.equity[a]!,
      reduced,
      before,
    })
    risk(`venue[${a}]`, r.equity[a]!, venueCapBps, share(old.accountEquity[a]!))
  })
  const paid = (a: number) =>
    total(r.quantity, (i) => {
      const counts = mandate.slots[i]?.account === a && input.universe.instruments[i]!.kind !== 'perp'
      const worthless = market.slots[i]!.suspended && book.quantities[i]! >= 0n
      return counts && !worthless && r.weight[i]! > 0 ? Number(market.slots[i]!.price) / r.weight[i]! : 0
    })
  const stress = Number(input.stressBps ?? 0n) / 1e4
  const lacking = lackingBefore(input)
  mandate.accounts.forEach(({ marginMultipleBps }, a) => {
    // No account buys on credit or comes nearer to its liquidation than the stress allows, or than it was.
    const multiple = (Number(marginMultipleBps) / 1e4) * (1 + stress)
    const margin = total(r.size, (i) => (mandate.slots[i]?.account === a ? multiple * rate(i) + stress : 0))
    const needs = { cash: [paid(a), lacking.credit[a]!], stress: [margin, lacking.stress[a]!] } as const
    for (const [name, [needed, lack]] of Object.entries(needs)) {
      const risk = combine([
        [1, needed],
        [-1, r.equity[a]!],
      ])
      rows.push({ id: `${name}[${a}]`, kind: 'risk', risk, factor: share(lack), of: affine(1), exact: true })
    }
  })
  risk('freeCollateral', total(r.size, rate), marginShareBps(mandate), share(old.margin) / 1e4)

  const flow = (id: string, value: Affine, bps: bigint, of: Affine) => {
    rows.push({ id, kind: 'flow', risk: value, factor: Number(bps) / 1e4, of })
  }
  const lessFlow = combine([
    [1, r.turnover],
    [-1, affine(share(abs(input.netFlow)))],
  ])
  flow('turnover', lessFlow, mandate.turnoverBps, r.navAfter)
  flow('cost', r.cost, mandate.costBps, r.traded)
  const budget = (name: 'cost' | 'gain' | 'turnover', used: Affine, bps: bigint) => {
    const before = r.carried[name]
    const risk = combine([
      [1, affine(before)],
      [1, used],
    ])
    const id = `rolling.${name}`
    rows.push({ id, kind: 'budget', risk, factor: Number(bps) / 1e4, of: r.navAfter, reduced: risk, before })
  }
  budget('cost', r.cost, mandate.rollingCostBps)
  budget('gain', affine(), mandate.rollingGainBps)
  budget('turnover', r.turnover, mandate.rollingTurnoverBps)
  for (const side of ['buy', 'sell'] as const) {
    r[side].forEach((v, i) => {
      const router = slotRouter(input, i, side)
      const depth = router ? share(router.depth) * r.weight[i]! * HAIR : Infinity
      if (depth > DEEP) return
      const risk = affine(0, [[v, 1]])
      rows.push({ id: depthRow(side, i), kind: 'flow', risk, factor: depth, of: affine(1), exact: true })
    })
  }
  return rows
}

/** Net asset values that no trade comes to. */
const DEEP = 1e6
/** What a row leaves unused of a bound, and more: rounding to lots ends at the depth itself, never beyond. */
const HAIR = 1 + 3e-9

/** The id of the row that keeps a trade to the depth of its venues. */
export const depthRow = (side: Side, slot: number) => `depth.${side}[${slot}]`

type GreekBudget = Extract<TriggerConfig, { kind: 'gammaBudget' | 'vegaBudget' }>

/** The fund's own budgets of gamma and vega. */
export const budgetsOf = ({ triggers = [] }: PlanInput): GreekBudget[] =>
  triggers.filter(
    (trigger): trigger is GreekBudget => trigger.kind === 'gammaBudget' || trigger.kind === 'vegaBudget',
  )
