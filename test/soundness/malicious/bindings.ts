import type { Shape } from '#portfolio/shape.js'
import { evaluateStep, type Step } from '#portfolio/step.js'
import { BPS } from '#portfolio/units.js'
import { Prng } from '#test/helpers/prng.js'
import { BLINDINGS } from '#test/helpers/statement.js'
import { type AttackClass, asPublished, between, element } from './attack.js'
import { remove, unconstrain } from './edited-circuit.js'
import { accountLimit, groupLimit, outside, overLeveraged, pile, slotLimit, tight } from './pressure.js'
import { at, stage, withMandate } from './stage.js'

const STATEMENT = 'rebalance.circom'
/** Every account must cover eight times its margin. */
const MULTIPLE = 80_000n

/** Public vectors, universes, books and masks that are not the ones the chain holds. */
export const BINDINGS: readonly AttackClass[] = [
  {
    name: 'market of another time',
    what: 'Yesterday, before the fall, the book was inside its limits: it is measured at that market.',
    // Left standing: the market that is used opens the digest of the snapshot.
    weakening: unconstrain(STATEMENT, 'vector.x[REBALANCE_MARKET_DIGEST()]'),
    attack: (seed, shape) => {
      const honest = fallen(seed, shape)
      const { time, slots } = honest.market
      const [long] = slots
      const higher = {
        ...long!,
        price: 3n * long!.price,
        delta: 3n * long!.delta,
        changes: long!.changes.map((change) => 3n * change),
      }
      const market = { ...honest.market, time: time - 86_400n, slots: at(slots, 0, higher) }
      return {
        honest,
        forged: { ...honest, market },
        lies: asPublished('marketDigest'),
        breaks: [between('marketDigest.out', element('marketDigest'))],
      }
    },
  },
  {
    name: 'market of another universe',
    what: 'The prices of other instruments value the book.',
    // Left standing: market and mandate name one universe.
    weakening: remove(STATEMENT, 'market[MARKET_UNIVERSE_ID()] === mandate[MANDATE_UNIVERSE_ID()];'),
    differs: ['marketDigest'],
    attack: (seed, shape) => {
      const honest = stage(seed, shape)
      const forged = { ...honest, market: { ...honest.market, universeId: honest.market.universeId ^ 1n } }
      return { honest, forged, breaks: [between('mandate[0]', 'market[0]')] }
    },
  },
  {
    name: 'mandate of another version',
    what: 'The limits of an older, wider mandate are the ones that hold.',
    // Left standing: the mandate that is used opens the digest of the active one.
    weakening: unconstrain(STATEMENT, 'vector.x[REBALANCE_MANDATE_DIGEST()]'),
    attack: (seed, shape) => {
      const { honest, forged } = overLeveraged(seed, shape)
      return {
        honest,
        forged: withMandate(forged, { leverageBps: 200_000n }),
        lies: asPublished('mandateDigest'),
        breaks: [between('mandateDigest.out', element('mandateDigest'))],
      }
    },
  },
  {
    name: 'new book of another universe',
    what: 'The next step opens the book as holdings of other instruments, by the same numbers.',
    // Left standing: the new book is committed with the mandate's universe.
    weakening: unconstrain(STATEMENT, 'newBook.in[0]'),
    attack: (seed, shape) => ({
      honest: stage(seed, shape),
      lies: { 'newBook.in[0]': (universe) => universe ^ 1n },
      breaks: [between('mandate[0]', 'newBook.in[0]')],
    }),
  },
  {
    name: 'old universe denied',
    what: 'A book of the old universe passes as one of the new, so no slot counts as changed.',
    // Left standing: the old book is committed with the universe the chain names.
    weakening: unconstrain(STATEMENT, 'oldBook.in[0]'),
    differs: ['oldUniverse'],
    attack: (seed, shape) => {
      const staged = stage(seed, shape)
      const oldUniverse = staged.oldUniverse ^ 1n
      const honest = { ...staged, oldUniverse, oldBook: { ...staged.oldBook, universeId: oldUniverse } }
      return {
        honest,
        inputs: { oldUniverse: staged.oldUniverse },
        lies: { 'oldBook.in[0]': oldUniverse },
        breaks: [between('oldBook.in[0]', 'oldUniverse')],
      }
    },
  },
  {
    name: 'group mask altered',
    what: 'A slot leaves its group, whose limits no longer see it.',
    // Left standing: a group bit is a digit of the mandate's mask.
    weakening: unconstrain('gadgets/slot-mask.circom', 'inGroup[g]'),
    attack: (seed, shape) => {
      const staged = stage(seed, shape)
      const honest = tight(staged, shape, ({ up, verdict }) =>
        groupLimit(staged, 0, { grossBps: up(verdict.after.groupGross[0]!) }),
      )
      const forged = pile(honest, 0, 'group.gross[0]', shape)
      return { honest, forged, lies: { 'mask[0].inGroup[0]': 0n }, breaks: ['mask[0]'] }
    },
  },
  {
    name: 'group bit of the mask read as 0',
    what: 'The same, because the digits that count are not those of the mask.',
    // Left standing: the digits of the mask sum to it.
    weakening: remove('gadgets/bits.circom', 'total === in;'),
    attack: (seed, shape) => {
      const staged = stage(seed, shape)
      const honest = tight(staged, shape, ({ up, verdict }) =>
        groupLimit(staged, 0, { grossBps: up(verdict.after.groupGross[0]!) }),
      )
      const forged = pile(honest, 0, 'group.gross[0]', shape)
      return { honest, forged, lies: { 'mask[0].digits.out[0]': 0n }, breaks: ['mask[0].digits'] }
    },
  },
  {
    name: 'account bit altered',
    what: 'A position is margined at a venue that has the equity, instead of at its own.',
    // Left standing: an account bit is a digit of the mandate's mask.
    weakening: unconstrain('gadgets/slot-mask.circom', 'inAccount[a]'),
    attack: (seed, shape) => ({
      ...emptied(seed, shape),
      lies: { 'mask[0].inAccount[0]': 0n, 'mask[0].inAccount[1]': 1n },
      breaks: ['mask[0]'],
    }),
  },
  {
    name: 'margin of one account borrowed from another',
    what: 'Equity of the whole book stands behind an account that is about to be liquidated.',
    // Left standing: the equity of an account is its cash and its positions.
    weakening: unconstrain('gadgets/exposure.circom', 'equity[a]'),
    attack: (seed, shape) => {
      const { honest, forged } = emptied(seed, shape)
      const lent = evaluateStep(honest, shape).after.accountEquity[1]! / 2n
      const lies = Object.fromEntries(
        [lent, -lent].map((by, a) => [`exposure[1].equity[${a}]`, (equity: bigint) => equity + by]),
      )
      return { honest, forged, lies, breaks: ['exposure[1]'] }
    },
  },
  {
    name: "old book other than the head's",
    what: 'A step starts from a richer book than the one on chain.',
    // Left standing: a digest is the output of the hash. A second opening would be a collision of Poseidon.
    weakening: unconstrain('gadgets/digest.circom', 'out'),
    attack: (seed, shape) => {
      const honest = stage(seed, shape)
      const forged = enriched(honest, new Prng(seed).big(1n, 10n ** 22n))
      return {
        honest,
        forged,
        lies: { 'oldBook.out': asPublished('oldBook')[element('oldBook')]! },
        breaks: ['oldBook'],
      }
    },
  },
  {
    name: 'old book left unbound',
    what: 'The same, with the head shown on chain beside a book that opens to another commitment.',
    // Left standing: the old book of the public vector is the one that was opened.
    weakening: unconstrain(STATEMENT, 'vector.x[REBALANCE_OLD_BOOK()]'),
    attack: (seed, shape) => {
      const honest = stage(seed, shape)
      return {
        honest,
        forged: enriched(honest, new Prng(seed).big(1n, 10n ** 22n)),
        lies: asPublished('oldBook'),
        breaks: [between('oldBook.out', element('oldBook'))],
      }
    },
  },
  {
    name: 'another blinding for one commitment',
    what: 'A book is committed with a blinding that was used before, while the one derived for the step is shown to auditors.',
    // Left standing: the declared blinding is the committed one. That a blinding is fresh is no statement of the circuit.
    weakening: unconstrain(STATEMENT, 'newBook.in[1 + A + N]'),
    attack: (seed, shape) => {
      const last = `newBook.in[${1 + shape.accounts + shape.slots}]`
      return {
        honest: stage(seed, shape),
        lies: { [last]: BLINDINGS.oldBook },
        breaks: [between('newBlinding', last)],
      }
    },
  },
]

/** A book that is outside the cap of its short since the price of its long fell. */
const fallen = (seed: number, shape: Shape): Step => {
  const staged = stage(seed, shape)
  return outside(staged, shape, ({ verdict: { after } }) =>
    slotLimit(staged, 1, { concentrationBps: (BPS * after.absDelta[1]! - 1n) / after.nav }),
  )
}

/** The old book with more cash, all of it kept. */
function enriched(step: Step, amount: bigint): Step {
  const more = (cash: readonly bigint[]) => cash.map((c, a) => (a === 0 ? c + amount : c))
  return {
    ...step,
    oldBook: { ...step.oldBook, cash: more(step.oldBook.cash) },
    newBook: { ...step.newBook, cash: more(step.newBook.cash) },
  }
}

/**
 * Account 0 must cover eight times its margin. The forged step moves cash away until it does only without slot 0, which
 * asks for more margin than it is worth.
 */
function emptied(seed: number, shape: Shape): { honest: Step; forged: Step } {
  const staged = stage(seed, shape)
  const marginal = { ...staged.market.slots[0]!, marginBps: 1_500n }
  const market = { ...staged.market, slots: at(staged.market.slots, 0, marginal) }
  const limits = accountLimit(staged, 0, { marginMultipleBps: MULTIPLE })
  const honest = tight({ ...staged, market }, shape, () => limits)
  const { after } = evaluateStep(honest, shape)
  const own = after.absDelta[0]! * marginal.marginBps
  const required = (MULTIPLE * (after.accountMargin[0]! - own)) / (BPS * BPS) + 1n
  const moved = after.accountEquity[0]! - (required + after.values[0]!)
  const cash = honest.newBook.cash.map((c, a) => (a === 0 ? c - moved : a === 1 ? c + moved : c))
  const forged = { ...honest, newBook: { ...honest.newBook, cash } }
  const refused = evaluateStep(forged, shape).refused.map(({ id }) => id)
  if (refused.join() !== 'margin[0]') throw new Error(`moving cash breaks ${refused.join()}`)
  return { honest, forged }
}
