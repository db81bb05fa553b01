import type { Shape } from '#portfolio/shape.js'
import type { Step } from '#portfolio/step.js'
import type { Prng } from '#test/helpers/prng.js'
import { balanced, bump, type Draft, roomyDraft } from './draft-step.js'
import { judgeStep } from './judge.js'
import type { Bound } from './limit-bounds.js'

/** A change of a heartbeat by `by` units from where it is still lawful. */
type Turn = (step: Step, by: bigint, rng: Prng) => Step

const ALL = 'width'
const QUANTITY = 2n ** 63n
const VALUE = 2n ** 126n
const SUM = 2n ** 134n

/** Bounds that are no limit of a mandate: demands that one unit breaks, and both ends of every width. */
export function widthBounds(shape: Shape): Bound[] {
  const bounds: Bound[] = []
  const add = (
    name: string,
    id: string,
    lawful: readonly bigint[],
    unlawful: readonly bigint[],
    turn: Turn,
  ) =>
    bounds.push({
      name,
      draw: (rng, at) => {
        const step = balanced(heartbeat(roomyDraft(rng, at)))
        const steps = [
          ...lawful.map((by) => ({ step: turn(step, by, rng), accepted: true })),
          ...unlawful.map((by) => ({ step: turn(step, by, rng), accepted: false })),
        ]
        const isolated = steps.every(({ step: drawn, accepted }) => {
          const { broken } = judgeStep(drawn, at)
          return accepted ? broken.length === 0 : broken.length === 1 && broken[0] === id
        })
        return isolated ? { id, exact: true, steps } : undefined
      },
    })
  const around = [[0n], [-1n, 1n]] as const

  // Demands without a size.
  add('conservation', 'conservation', ...around, (step, by, rng) => {
    const at = rng.int(0, shape.accounts - 1)
    return { ...step, newBook: { ...step.newBook, cash: bump(step.newBook.cash, at, by) } }
  })
  add('universe.newBook', 'universe.newBook', ...around, (step, by) => ({
    ...step,
    newBook: { ...step.newBook, universeId: step.newBook.universeId + by },
  }))
  add('universe.market', 'universe.market', ...around, (step, by) => ({
    ...step,
    market: { ...step.market, universeId: step.market.universeId + by },
  }))
  add('universe.oldBook', 'universe.oldBook', ...around, (step, by) => ({
    ...step,
    oldUniverse: step.oldUniverse + by,
  }))
  add('flowSplit.sum', 'flowSplit.sum', ...around, (step, by) => ({
    ...flowing(step, [10n, 5n]),
    flowSplit: padded(step, [10n + by, 5n]),
  }))
  add('flowSplit.sign', 'flowSplit.sign', [0n, 5n], [6n, 20n], (step, by) => ({
    ...flowing(step, [10n, 5n]),
    flowSplit: padded(step, [10n + by, 5n - by]),
  }))
  add('open.fee', 'open.fee', [0n], [1n], (step, by) => {
    const traded = selling(step)
    return { ...paying(traded, by), fee: by, open: true }
  })
  add('window', 'window', [0n, 1n], [-1n], (step, by) => ({ ...step, window: step.oldBudget.window + by }))
  add('nav', 'nav', [0n, 1n], [-1n], (step, by, rng) => {
    // Limits of the step are shares of what the book is worth: below nothing, only a flow and no carry pass them.
    const at = rng.int(0, shape.accounts - 1)
    const flowSplit = bump(step.flowSplit, at, 1n)
    const worth = (book: Step['newBook'], total: bigint) => ({
      ...book,
      quantities: book.quantities.map(() => 0n),
      cash: book.cash.map((_, a) => (a === at ? total : 0n)),
    })
    const mandate = { ...step.mandate, carryBps: 0n, turnoverBps: 1n }
    const [oldBook, newBook] = [worth(step.oldBook, by - 1n), worth(step.newBook, by)]
    return { ...step, mandate, oldBook, newBook, netFlow: 1n, flowSplit }
  })
  for (let i = 0; i < shape.slots; i++) {
    add(`changed[${i}]`, `changed[${i}]`, ...around, (step, by) => ({
      ...held(step, i, by),
      changed: step.changed.map((_, at) => at === i),
    }))
    add(`suspended[${i}]`, `suspended[${i}]`, ...around, (step, by) => {
      const slots = step.market.slots.map((slot, at) => (at === i ? { ...slot, suspended: true } : slot))
      const still = held(step, i, 0n)
      const quantities = bump(still.newBook.quantities, i, by)
      const cash = bump(still.newBook.cash, 0, -by * slots[i]!.price)
      const fills = bump(still.fills, i, slots[i]!.price)
      return {
        ...still,
        market: { ...step.market, slots },
        fills,
        newBook: { ...still.newBook, quantities, cash },
      }
    })
  }

  // Both ends of every width that a lawful book can reach; fee and carry are cut by their limits long before.
  for (let i = 0; i < shape.slots; i++) {
    const keeps =
      (edge: bigint): Turn =>
      (step, by) =>
        held(step, i, edge + by)
    add(`highest quantity of slot ${i}`, ALL, [-1n, 0n], [1n], keeps(QUANTITY - 1n))
    add(`lowest quantity of slot ${i}`, ALL, [0n, 1n], [-1n], keeps(-QUANTITY))
    const filled =
      (edge: bigint): Turn =>
      (step, by) => ({ ...step, fills: bump(step.fills, i, edge + by) })
    add(`highest fill of slot ${i}`, ALL, [-1n, 0n], [1n], filled(QUANTITY - 1n))
    add(`lowest fill of slot ${i}`, ALL, [0n, 1n], [-1n], filled(0n))
  }
  for (let a = 0; a < shape.accounts; a++) {
    const other = (a + 1) % shape.accounts
    for (const [end, edge, lawful, unlawful] of [
      ['highest', VALUE - 1n, [-1n, 0n], [1n]],
      ['lowest', -VALUE, [0n, 1n], [-1n]],
    ] as const) {
      // What one book has more than the other came or went as a flow, which "reduce" counts in.
      const account =
        (book: 'oldBook' | 'newBook'): Turn =>
        (step, by) => {
          const rich = lend(step, other, a, edge)
          const netFlow = book === 'newBook' ? by : -by
          const turned = { ...rich[book], cash: bump(rich[book].cash, a, by) }
          return { ...rich, netFlow, flowSplit: bump(rich.flowSplit, a, netFlow), [book]: turned }
        }
      add(`${end} old cash of account ${a}`, ALL, lawful, unlawful, account('oldBook'))
      add(`${end} new cash of account ${a}`, ALL, lawful, unlawful, account('newBook'))
    }
    for (const sign of [1n, -1n]) {
      const name = `${sign > 0n ? 'highest inflow' : 'highest outflow'} of account ${a}`
      add(name, ALL, [-1n, 0n], [1n], (step, by) => {
        const parts = Array<bigint>(shape.accounts).fill(0n)
        parts[a] = sign * (VALUE - 1n + by)
        const cash = step.newBook.cash.map((c, i) => c - parts[i]!)
        return { ...step, netFlow: parts[a]!, flowSplit: parts, oldBook: { ...step.oldBook, cash } }
      })
    }
  }
  for (const half of ['current', 'previous'] as const) {
    for (const name of ['cost', 'gain', 'turnover'] as const) {
      const counting =
        (edge: bigint): Turn =>
        (step, by) => ({
          ...step,
          window: step.oldBudget.window,
          oldBudget: { ...step.oldBudget, [half]: { ...step.oldBudget[half], [name]: edge + by } },
        })
      add(`highest ${half} ${name}`, ALL, [-1n, 0n], [1n], counting(SUM - 1n))
      add(`lowest ${half} ${name}`, ALL, [0n, 1n], [-1n], counting(0n))
    }
  }
  const at =
    (edge: bigint): Turn =>
    (step, by) => {
      const window = edge + by
      return { ...step, window, oldBudget: { ...step.oldBudget, window } }
    }
  add('highest old window', ALL, [-1n, 0n], [1n], at(2n ** 40n - 1n))
  return bounds
}

/** The draft with nothing traded. */
const heartbeat = (draft: Draft): Draft => ({ ...draft, before: draft.after, oldCash: draft.cash })

/** The heartbeat of a book that holds `quantity` in slot `at`, worth the same as before. */
function held(step: Step, at: number, quantity: bigint): Step {
  const change = quantity - step.newBook.quantities[at]!
  const keep = (book: Step['newBook']) => ({
    ...book,
    quantities: bump(book.quantities, at, change),
    cash: bump(book.cash, 0, -change * step.market.slots[at]!.price),
  })
  return { ...step, oldBook: keep(step.oldBook), newBook: keep(step.newBook) }
}

/** Both books with so much lent between two accounts that account `to` has exactly `amount`. */
function lend(step: Step, from: number, to: number, amount: bigint): Step {
  const total = step.newBook.cash.reduce((a, b) => a + b, 0n)
  const keep = (book: Step['newBook']) => ({
    ...book,
    cash: book.cash.map((_, a) => (a === to ? amount : a === from ? total - amount : 0n)),
  })
  return { ...step, oldBook: keep(step.oldBook), newBook: keep(step.newBook) }
}

const padded = (step: Step, parts: readonly bigint[]): bigint[] =>
  step.flowSplit.map((_, a) => parts[a] ?? 0n)

function flowing(step: Step, parts: readonly bigint[]): Step {
  const flowSplit = padded(step, parts)
  const netFlow = flowSplit.reduce((a, b) => a + b, 0n)
  const cash = step.newBook.cash.map((c, a) => c - flowSplit[a]!)
  return { ...step, netFlow, flowSplit, oldBook: { ...step.oldBook, cash } }
}

/** The step that reached this book by selling a little of every slot at the mark. */
function selling(step: Step): Step {
  const { slots } = step.market
  const sold = step.newBook.quantities.map((q, i) => (slots[i]!.suspended ? 0n : q / 8n))
  const quantities = step.newBook.quantities.map((q, i) => q + sold[i]!)
  const fills = slots.map(({ price }) => price)
  const got = sold.reduce((sum, t, i) => sum + t * fills[i]!, 0n)
  return { ...step, fills, oldBook: { ...step.oldBook, quantities, cash: bump(step.oldBook.cash, 0, -got) } }
}

const paying = (step: Step, amount: bigint): Step => ({
  ...step,
  oldBook: { ...step.oldBook, cash: bump(step.oldBook.cash, 0, amount) },
})
