import { checkMandate } from '#portfolio/mandate.js'
import type { Shape } from '#portfolio/shape.js'
import type { Step } from '#portfolio/step.js'
import { floorDiv } from '#test/helpers/arbitrary-mandate.js'
import type { Prng } from '#test/helpers/prng.js'
import { balanced, bump, type Draft, roomyDraft, type Wish } from './draft-step.js'
import { judgeStep } from './judge.js'
import { type LimitField, limitFields } from './limit-fields.js'

/** Steps around one bound, and whether each must be accepted; `id` is what alone refuses the others. */
export type BoundCase = {
  readonly id: string
  /** The middle step meets the bound to the last unit, rather than being the last one inside it. */
  readonly exact: boolean
  readonly steps: readonly { readonly step: Step; readonly accepted: boolean }[]
}

export type Bound = {
  readonly name: string
  readonly draw: (rng: Prng, shape: Shape) => BoundCase | undefined
}

/** What is turned by one unit: it moves the measured risk, what it is a share of, or the limit itself. */
type Knob = (draft: Draft, by: bigint) => Draft
type Place = { readonly index: number; readonly rng: Prng }

const vernier: Knob = (draft, by) => ({ ...draft, after: bump(draft.after, draft.vernier, by) })
const fee: Knob = (draft, by) => ({ ...draft, fee: draft.fee + by })
const carryGain: Knob = (draft, by) => ({ ...draft, carryGain: draft.carryGain + by })
const carryLoss: Knob = (draft, by) => ({ ...draft, carryLoss: draft.carryLoss + by })
const fill: Knob = (draft, by) => ({ ...draft, fills: bump(draft.fills, draft.vernier, by) })
const flow: Knob = (draft, by) => ({ ...draft, flowSplit: bump(draft.flowSplit, draft.home, by) })
/** Cash of one account before and after: the net asset value moves and no exposure does. */
const cashAt =
  (account: number): Knob =>
  (draft, by) => ({
    ...draft,
    cash: bump(draft.cash, account, by),
    oldCash: bump(draft.oldCash, account, by),
  })
/** Cash of the new book alone, from one account to the next. */
const transferTo =
  (account: number): Knob =>
  (draft, by) => ({
    ...draft,
    cash: bump(bump(draft.cash, account, by), (account + 1) % draft.cash.length, -by),
  })
const counter =
  (name: 'cost' | 'gain' | 'turnover'): Knob =>
  (draft, by) => {
    const half = draft.window === draft.oldBudget.window ? 'previous' : 'current'
    const counters = { ...draft.oldBudget[half], [name]: draft.oldBudget[half][name] + by }
    return { ...draft, oldBudget: { ...draft.oldBudget, [half]: counters } }
  }

const KNOBS: Record<string, Record<string, (place: Place) => Knob>> = {
  risk: { unit: () => vernier, cash: ({ rng }) => cashAt(rng.int(0, 1)) },
  position: { unit: () => vernier },
  margin: { transfer: ({ index }) => transferTo(index) },
  venue: { transfer: ({ index }) => transferTo(index), cash: ({ index }) => cashAt(index === 0 ? 1 : 0) },
  turnover: { unit: () => vernier, cash: () => cashAt(0), flow: () => flow },
  cost: { fee: () => fee, fill: () => fill },
  gain: { fill: () => fill },
  'carry.gain': { carry: () => carryGain, cash: () => cashAt(0) },
  'carry.loss': { carry: () => carryLoss, cash: () => cashAt(0) },
  'rolling.cost': {
    fee: () => fee,
    fill: () => fill,
    carry: () => carryLoss,
    counter: () => counter('cost'),
    cash: () => cashAt(0),
  },
  'rolling.gain': {
    fill: () => fill,
    carry: () => carryGain,
    counter: () => counter('gain'),
    cash: () => cashAt(0),
  },
  'rolling.turnover': { unit: () => vernier, counter: () => counter('turnover'), cash: () => cashAt(0) },
}

const kindOf = (id: string) => id.replace(/\[\d+\]/, '')
const indexOf = (id: string) => Number(/\[(\d+)\]/.exec(id)?.[1] ?? 0)

type Target = {
  readonly field: LimitField
  readonly knob: string
  readonly make: (place: Place) => Knob
  readonly against: 'limit' | 'before'
}

/** For every limit of the mandate and every way to reach it: one unit inside, at it, one unit beyond. */
export function limitBounds(shape: Shape): Bound[] {
  return limitFields(shape, shape.slots).flatMap((field) => {
    const kind = kindOf(field.id)
    const own = KNOBS[kind] ?? KNOBS[kind.split('.')[0]!] ?? KNOBS.risk!
    const bound = (knob: string, make: Target['make'], against: Target['against']): Bound => ({
      name: `${field.id} ${against === 'limit' ? `by ${knob}` : 'by reducing'}`,
      draw: (rng, at) => drawBound(rng, at, { field, knob, make, against }),
    })
    const limit = () => (draft: Draft, by: bigint) => moved(draft, field, by)
    const bounds = Object.entries({ ...own, limit }).map(([knob, make]) => bound(knob, make, 'limit'))
    const grows = own.transfer ?? own.unit
    const reducible = grows !== undefined && kind !== 'turnover' && !kind.startsWith('rolling.')
    return reducible ? [...bounds, bound('unit', grows, 'before')] : bounds
  })
}

/** The field's value moved by `by`. */
const moved = (draft: Draft, field: LimitField, by: bigint): Draft => ({
  ...draft,
  mandate: field.write(draft.mandate, field.read(draft.mandate) + by),
})

/**
 * Finds where the gap between risk and bound closes: it is linear in what is turned, so two values tell. Undefined where
 * the draft cannot show this bound alone.
 */
function drawBound(rng: Prng, shape: Shape, { field, knob, make, against }: Target): BoundCase | undefined {
  const { id } = field
  const index = indexOf(id)
  const turn = make({ index, rng })
  const roomy = trading(rng, knob, kindOf(id), roomyDraft(rng, shape, wishOf(id, knob)))
  const draft = against === 'before' ? tightest(roomy, field) : fitted(rng, roomy, field, knob, shape)
  const gap = (of: Draft): bigint => {
    const { risk, limit, base, before } = judgeStep(balanced(of), shape).limits[id]!
    return against === 'before' ? before! - risk : limit[0] * base - limit[1] * risk
  }
  const room = gap(draft)
  const slope = gap(turn(draft, 1n)) - room
  if (slope === 0n) return undefined
  const outward = slope < 0n ? 1n : -1n
  const steepness = slope < 0n ? -slope : slope
  const reach = floorDiv(room, steepness)
  const stepAt = (beyond: bigint): Step => {
    const turned = turn(draft, outward * (reach + beyond))
    // The vernier comes from a little less risk, so that the step beyond is not merely a reduced one.
    return balanced(
      against === 'limit' && knob === 'unit' && !id.endsWith('turnover')
        ? comingFrom(turned, 5n * outward)
        : turned,
    )
  }
  const steps = [-1n, 0n, 1n].map((beyond) => ({ step: stepAt(beyond), accepted: beyond <= 0n }))
  return isolates(id, steps, shape) ? { id, exact: reach * steepness === room, steps } : undefined
}

const wishOf = (id: string, knob: string): Wish => ({
  ...(/^(position|concentration)/.test(id) && knob === 'unit' && { slot: indexOf(id) }),
  ...(id.startsWith('group') && { group: indexOf(id) }),
  ...(/^(margin|venue)/.test(id) && { account: indexOf(id) }),
})

const comingFrom = (draft: Draft, less: bigint): Draft => {
  const { after, before, vernier: at } = draft
  return { ...draft, before: bump(before, at, after[at]! - less - before[at]!) }
}

/** What the limits of one step need to be used at all: trades, carry, and one unit of the vernier. */
function trading(rng: Prng, knob: string, kind: string, draft: Draft): Draft {
  if (!/^(cost|gain|turnover|carry|rolling)/.test(kind)) return draft
  const { slots } = draft.market
  const gaining = kind.endsWith('gain')
  const unit = knob === 'fill' ? (gaining ? -1n : 1n) : 0n
  const before = draft.after.map((q, i) => {
    if (i === draft.vernier) return q - unit
    return slots[i]!.suspended ? q : q / 3n
  })
  // A limit or the cash it is a share of is turned under a cost that is there; a fill is turned from the mark.
  const off = knob === 'limit' || knob === 'cash' ? (gaining ? -2n : 2n) : 0n
  const fills = slots.map(({ price }, i) => {
    const bought = draft.after[i]! > before[i]! ? 1n : -1n
    return price + (bought * off * price) / 100n
  })
  const used = () => rng.big(0n, (draft.cash[0]! > 0n ? draft.cash[0]! : 0n) / 200n + 2n)
  const flowSplit = knob === 'flow' ? bump(draft.flowSplit, draft.home, -used() - 2n) : draft.flowSplit
  return { ...draft, before, fills, carryGain: used(), carryLoss: used(), flowSplit }
}

/** Shares that divide 10⁴, so that some net asset value meets the limit exactly. */
const WHOLE = [1n, 2n, 4n, 5n, 8n, 10n, 16n, 20n, 25n, 40n, 50n, 80n, 100n, 125n, 200n, 250n, 500n, 1_000n]

/** The limit near the risk as it is; where cash is turned instead, a limit that the net asset value is then brought to. */
function fitted(rng: Prng, draft: Draft, field: LimitField, knob: string, shape: Shape): Draft {
  const [lo, hi] = field.range
  const near = field.tightest(judgeStep(balanced(draft), shape)) ?? hi
  let value = near - field.tighter * rng.pick([0n, 1n, rng.big(0n, 50n)])
  if (knob === 'cash') {
    const share = rng.oneIn(3) ? rng.big(1n, 4_000n) : rng.pick(WHOLE)
    const signed = field.tighter === 1n ? -share : share
    value = field.id === 'freeCollateral' ? 10_000n - share : rng.oneIn(4) ? -signed : signed
  } else if (knob !== 'limit') {
    if (/^(cost|gain)/.test(field.id)) value = rng.pick([1_000n, 500n, 250n, 3n])
    if (field.id.startsWith('margin')) value = 10_000n * rng.big(1n, 3n)
  }
  if (value < lo) value = lo
  if (value > hi) value = hi
  return { ...draft, mandate: field.write(draft.mandate, value) }
}

/** The limit as tight as its range allows. */
const tightest = (draft: Draft, { write, range, tighter }: LimitField): Draft => ({
  ...draft,
  mandate: write(draft.mandate, range[tighter === 1n ? 1 : 0]),
})

/** Registration takes every mandate, no other check refuses, and the one that does is the one meant. */
function isolates(id: string, steps: BoundCase['steps'], shape: Shape): boolean {
  return steps.every(({ step, accepted }) => {
    try {
      checkMandate(step.mandate, shape)
    } catch {
      return false
    }
    const { broken } = judgeStep(step, shape)
    return accepted ? broken.length === 0 : broken.length === 1 && broken[0] === id
  })
}
