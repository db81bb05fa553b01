import { OPENING_BUDGET } from '#portfolio/budget.js'
import { paddingSlot } from '#portfolio/market.js'
import type { Shape } from '#portfolio/shape.js'
import type { Step } from '#portfolio/step.js'
import type { Prng } from '#test/helpers/prng.js'
import { balanced, bump, roomyDraft } from './draft-step.js'
import {
  abs,
  affordable,
  breached,
  exhausted,
  live,
  none,
  rolled,
  still,
  total,
  trade,
  withSlots,
} from './edge-draft.js'
import { atEveryLimit, largest, onLoan, redemption } from './edge-extremes.js'

/** Honest steps of one kind: each must be provable, with the outcome that the kind has. */
export type EdgeFamily = {
  readonly name: string
  readonly outcome: 'compliant' | 'reducing'
  readonly draw: (rng: Prng, shape: Shape) => Step
}

const rollover = (windows: bigint) =>
  affordable((draft, rng) => {
    const spent = () => ({ cost: rng.big(0n, 99n), gain: rng.big(0n, 99n), turnover: rng.big(0n, 99n) })
    const { window } = draft.oldBudget
    return { ...draft, window: window + windows, oldBudget: { window, current: spent(), previous: spent() } }
  })

const flowing = (sign: bigint) =>
  affordable((draft, rng, shape) => ({
    ...draft,
    flowSplit: rng.split(sign * rng.big(1n, 2n ** BigInt(rng.int(1, 60))), shape.accounts),
  }))

const family = (
  name: string,
  draw: EdgeFamily['draw'],
  outcome: EdgeFamily['outcome'] = 'compliant',
): EdgeFamily => ({
  name,
  outcome,
  draw,
})

/** Kinds of honest steps that an over-constrained statement would lock out. */
export const EDGE_FAMILIES: readonly EdgeFamily[] = [
  family(
    'empty book',
    affordable((d) => trade(d, none(d.after), none(d.after))),
  ),
  family(
    'empty book worth nothing',
    (rng, shape) => balanced(roomyDraft(rng, shape, { empty: true })),
    'reducing',
  ),
  family('book worth one unit', (rng, shape) => {
    const draft = roomyDraft(rng, shape, { empty: true })
    const cash = bump(draft.cash, draft.home, 1n)
    return balanced({ ...draft, cash, oldCash: cash })
  }),
  family(
    'full exit',
    affordable((d) => trade(live(d), d.after, none(d.after))),
  ),
  family(
    'first investment',
    affordable((d) => trade(live(d), none(d.after), d.after)),
  ),
  family('full redemption', redemption, 'reducing'),
  family(
    'single asset',
    affordable((d, rng) => {
      const at = rng.int(0, d.after.length - 1)
      const only = d.after.map((_, i) => (i === at ? rng.sign() * rng.big(1n, 2n ** 40n) : 0n))
      return trade(live(d), bump(only, at, rng.big(-9n, 9n)), only)
    }),
  ),
  family('everything at a limit', atEveryLimit),
  family('largest numbers', largest, 'reducing'),
  family(
    'market breach with a reducing trade',
    affordable(
      (d) =>
        trade(
          live(d),
          d.after,
          d.after.map((q) => q / 2n),
        ),
      breached,
      false,
    ),
    'reducing',
  ),
  family(
    'heartbeat in breach',
    affordable((d) => still(d), breached, false),
    'reducing',
  ),
  family(
    'crossing zero',
    affordable((d, rng) =>
      trade(
        live(d),
        d.after.map((q) => -q - rng.sign()),
        d.after,
      ),
    ),
  ),
  family(
    'one-unit trades',
    affordable((d, rng) =>
      trade(
        live(d),
        d.after.map((q) => q + rng.sign()),
        d.after,
      ),
    ),
  ),
  family(
    'all slots suspended',
    affordable((d) => still(live(d, true))),
  ),
  family(
    'everything long',
    affordable((d) =>
      trade(
        live(d),
        d.before.map(abs),
        d.after.map((q) => abs(q) + 1n),
      ),
    ),
  ),
  family(
    'everything short',
    affordable((d) =>
      trade(
        live(d),
        d.before,
        d.after.map((q) => -abs(q) - 1n),
      ),
    ),
  ),
  family(
    'padded slots',
    affordable((d, rng, shape) => {
      const listed = rng.int(1, shape.slots - 1)
      const held = d.after.map((q, i) => (i < listed ? q : 0n))
      const padded = withSlots(live(d), (slot, i) => (i < listed ? slot : paddingSlot(shape)))
      const mandate = { ...d.mandate, slots: d.mandate.slots.slice(0, listed) }
      return trade(
        { ...padded, mandate },
        held.map((q) => q / 3n),
        held,
      )
    }),
  ),
  family(
    'opening',
    affordable(
      (d) => still(d),
      (step) => ({ ...step, oldBook: step.newBook, oldBudget: OPENING_BUDGET }),
    ),
  ),
  family(
    'heartbeat',
    affordable((d) => still(d)),
  ),
  family('same window', rollover(0n)),
  family('next window', rollover(1n)),
  family('later window', rollover(2n)),
  family(
    'carry on both sides',
    affordable((d, rng) => ({ ...d, carryGain: rng.big(1n, 9_999n), carryLoss: rng.big(1n, 9_999n) })),
  ),
  family('inflow over accounts', flowing(1n)),
  family('outflow over accounts', flowing(-1n)),
  family(
    'universe roll',
    affordable((d, rng) => {
      const at = rng.int(0, d.after.length - 1)
      return trade(
        live(d),
        d.after.map((q, i) => (i === at ? 0n : q)),
        d.after,
      )
    }, rolled),
  ),
  family(
    'options with negative delta',
    affordable((d) =>
      withSlots(d, (slot) => ({
        ...slot,
        delta: -abs(slot.delta) - 1n,
        gamma: abs(slot.gamma),
        vega: abs(slot.vega),
      })),
    ),
  ),
  family('negative cash', onLoan),
  family(
    'expired option closed at its settlement',
    affordable((d, rng) => {
      const at = rng.int(0, d.after.length - 1)
      const flat = { delta: 0n, gamma: 0n, vega: 0n, marginBps: 0n }
      const settled = withSlots(live(d), (slot, i) =>
        i === at ? { ...slot, ...flat, price: rng.big(0n, 99n), changes: slot.changes.map(() => 0n) } : slot,
      )
      return trade(
        settled,
        d.after.map((q, i) => (i === at ? q + rng.big(1n, 9n) : q)),
        d.after.map((q) => q),
      )
    }),
  ),
  family(
    'legs in clear',
    affordable(
      (d, rng) =>
        trade(
          live(d),
          d.after.map((q) => q / rng.big(2n, 5n)),
          d.after,
        ),
      (step) => ({ ...step, open: true }),
    ),
  ),
  family(
    'fills on both sides of the mark and a fee',
    affordable((d, rng) => {
      const dear = withSlots(live(d), (slot) => ({ ...slot, price: 1_000n * slot.price }))
      const half = d.after.map((q) => q / 2n)
      const traded = trade(dear, half, d.after)
      const fills = traded.fills.map((fill) => (fill * rng.big(9_900n, 10_100n)) / 10_000n)
      const value = total(half.map((q, i) => abs(d.after[i]! - q) * dear.market.slots[i]!.price))
      return { ...traded, fills, fee: value / 2_000n }
    }),
  ),
  family(
    'budget used up by a fallen value',
    affordable((d) => still(d), exhausted),
  ),
  family(
    'suspended short',
    affordable((d) =>
      still(
        live(
          trade(
            d,
            d.after,
            d.after.map((q) => -abs(q)),
          ),
          true,
        ),
      ),
    ),
  ),
  family(
    'redemption in kind of a share',
    affordable((d, rng, shape) => {
      const sold = trade(
        live(d),
        d.after,
        d.after.map((q) => (q * 9n) / 10n),
      )
      return { ...sold, flowSplit: rng.split(-rng.big(1n, 2n ** 50n), shape.accounts) }
    }),
  ),
]
