import type { Shape } from '#portfolio/shape.js'
import { evaluateStep } from '#portfolio/step.js'
import { abs, BPS, FIELD } from '#portfolio/units.js'
import { power, reduce } from '#prover/bn254.js'
import { pathOf } from '#test/helpers/limit-paths.js'
import { type AttackClass, between } from './attack.js'
import { remove, unconstrain } from './edited-circuit.js'
import { accountLimit, groupLimit, overLeveraged, pile, pushedOut, slotLimit, tight } from './pressure.js'
import { add, rest, retrade, stage, withMandate } from './stage.js'

const RISKS = 'gadgets/risk-limits.circom'

/** Limits left out, bounded by another number, or compared with another book. */
export const LIMITS: readonly AttackClass[] = [
  {
    name: 'one scenario dropped',
    what: 'The one scenario that would ruin the book is never compared.',
    // Left standing: the risk that is compared is the scenario's loss.
    weakening: unconstrain(RISKS, 'lossLimit[s].risk'),
    attack: (seed, shape) => {
      const honest = tight(stage(seed, shape), shape, ({ up, verdict }) => ({
        maxLossBps: verdict.after.losses.map((loss, s) =>
          s === 0 && loss > 0n ? up(loss) : s === 0 ? 1n : 10_000n,
        ),
      }))
      const forged = pile(honest, 0, 'loss[0]', shape)
      return { honest, forged, lies: { 'risk.lossLimit[0].risk': 0n }, breaks: ['risk'] }
    },
  },
  {
    name: 'lower side of the net band broken',
    what: 'A book that must not be short is short: only the upper side is compared.',
    // Left standing: the low side compares the negated net.
    weakening: unconstrain(RISKS, 'wholeLimit[k].risk'),
    attack: (seed, shape) => {
      const honest = tight(stage(seed, shape), shape, ({ down, verdict }) => ({
        netLoBps: down(verdict.after.net),
      }))
      const lies = { 'risk.wholeLimit[0].risk': -evaluateStep(honest, shape).after.nav }
      return { honest, forged: pile(honest, 1, 'net.lo', shape), lies, breaks: ['risk'] }
    },
  },
  {
    name: 'lower side of a group band broken',
    what: 'A group that must not be short is short.',
    // Left standing: the low side compares the negated net of the group.
    weakening: unconstrain(RISKS, 'groupNetLo[g].risk'),
    attack: (seed, shape) => {
      const honest = tight(stage(seed, shape), shape, ({ down, verdict }) =>
        groupLimit(stage(seed, shape), 1, { netLoBps: down(verdict.after.groupNet[1]!) }),
      )
      const lies = { 'risk.groupNetLo[1].risk': -evaluateStep(honest, shape).after.nav }
      return { honest, forged: pile(honest, 1, 'group.netLo[1]', shape), lies, breaks: ['risk'] }
    },
  },
  {
    name: 'reducing against the wrong book',
    what: 'New risk is excused by an old risk that the old book never had.',
    // Left standing: the old risk is the old book's.
    weakening: unconstrain(RISKS, 'wholeLimit[k].before'),
    attack: (seed, shape) => {
      const { honest, forged } = overLeveraged(seed, shape)
      const lies = { 'risk.wholeLimit[2].before': evaluateStep(forged, shape).after.gross }
      return { honest, forged, lies, claim: 'reducing', breaks: ['risk'] }
    },
  },
  {
    name: 'old position of its own choosing',
    what: 'The old book is measured with a position it did not hold, so that the new one only reduces.',
    // Left standing: the old book is measured with the old quantities' magnitudes.
    weakening: unconstrain('rebalance.circom', 'exposure[0].magnitude[i]'),
    attack: (seed, shape) => {
      const { honest, forged } = overLeveraged(seed, shape)
      // Four times the new position excuses the growth of all the others, too.
      const lies = { 'exposure[0].magnitude[0]': 4n * forged.newBook.quantities[0]! }
      const breaks = [between('exposure[0].magnitude[0]', 'oldSign[0].magnitude')]
      return { honest, forged, lies, claim: 'reducing', breaks }
    },
  },
  {
    name: 'a branch between the branches',
    what: 'A choice that is neither 0 nor 1 puts the ceiling wherever the risk is.',
    // Left standing: the choice is a bit.
    weakening: remove('gadgets/limit-or-reduce.circom', 'reducing * (reducing - 1) === 0;'),
    attack: (seed, shape) => {
      const { honest, forged } = overLeveraged(seed, shape)
      const { after, before } = evaluateStep(forged, shape)
      const bound = forged.mandate.leverageBps * after.nav
      const share = reduce(
        (BPS * after.gross - bound) * power(BPS * before.gross - bound, FIELD - 2n, FIELD),
        FIELD,
      )
      const lies = { 'risk.wholeLimit[2].limit.reducing': share }
      return { honest, forged, lies, claim: 'reducing', breaks: ['risk.wholeLimit[2].limit'] }
    },
  },
  {
    name: 'concentration across zero',
    what: 'A long far over its cap becomes a short almost as large, and that counts as reducing.',
    // Left standing: the old risk carries the sign of the new side.
    weakening: unconstrain(RISKS, 'concentration[i].before'),
    attack: (seed, shape) => {
      const { honest, flipped, size } = crossing(seed, shape)
      const lies = { 'risk.concentration[0].before': size }
      return { honest, forged: flipped, lies, claim: 'reducing', breaks: ['risk'] }
    },
  },
  {
    name: 'venue cap looks elsewhere',
    what: 'All cash sits at one venue, whose equity is never compared.',
    // Left standing: the risk that is compared is the account's equity.
    weakening: unconstrain(RISKS, 'venue[a].risk'),
    attack: (seed, shape) => {
      const staged = stage(seed, shape)
      const honest = tight(staged, shape, ({ up, verdict }) =>
        accountLimit(staged, 0, { venueCapBps: up(verdict.after.accountEquity[0]!) }),
      )
      const { accountEquity } = evaluateStep(honest, shape).after
      const transfer = accountEquity[1]! / 2n
      const cash = add(add(honest.newBook.cash, 0, transfer), 1, -transfer)
      const forged = { ...honest, newBook: { ...honest.newBook, cash } }
      return { honest, forged, lies: { 'risk.venue[0].risk': accountEquity[0]! }, breaks: ['risk'] }
    },
  },
  {
    name: 'free collateral floor lifted',
    what: 'Margin may use the whole net asset value.',
    // Left standing: the bound is (1 − floor)·nav.
    weakening: unconstrain(RISKS, 'freeCollateral.bound'),
    attack: (seed, shape) => {
      const honest = tight(stage(seed, shape), shape, ({ verdict: { after } }) => ({
        freeCollateralFloorBps: BPS - (after.margin + after.nav - 1n) / after.nav,
      }))
      const forged = pile(honest, 0, 'freeCollateral', shape)
      const lies = { 'risk.freeCollateral.bound': BPS * evaluateStep(forged, shape).after.nav }
      return { honest, forged, lies, breaks: ['risk'] }
    },
  },
  {
    name: 'position over its limit',
    what: 'A position of any size passes a limit in quantities, its negative slack cut to the width.',
    // Left standing: the digits of the position slack sum to it.
    weakening: remove('gadgets/bits.circom', 'total === in;'),
    attack: (seed, shape) => {
      const staged = stage(seed, shape)
      const limits = slotLimit(staged, 0, { maxLong: staged.newBook.quantities[0]! })
      const honest = tight(staged, shape, () => limits)
      const forged = pile(honest, 0, 'position.long[0]', shape)
      return { honest, forged, lies: { 'risk.long[0].reducing': 0n }, breaks: [pathOf('position.long[0]')] }
    },
  },
  {
    name: 'compliant bit lifted',
    what: 'A book outside a limit shows green.',
    // Left standing: compliant · reducing = 0.
    weakening: remove('rebalance.circom', 'compliant * risk.reducing === 0;'),
    attack: (seed, shape) => ({
      honest: pushedOut(seed, shape),
      breaks: ['compliant risk.reducing'],
    }),
  },
  {
    name: 'compliant bit lifted by counting none',
    what: 'The same, because the number of limits that are only reduced is said to be 0.',
    // Left standing: the count is the sum over all limits.
    weakening: unconstrain(RISKS, 'reducing'),
    attack: (seed, shape) => ({
      honest: pushedOut(seed, shape),
      lies: { 'risk.reducing': 0n },
      breaks: ['risk'],
    }),
  },
  {
    name: 'compliant bit lifted by one limit that keeps quiet',
    what: 'The same, because the one limit that is out does not report it.',
    // Left standing: a share limit reports the choice it made.
    weakening: unconstrain('gadgets/share-limit.circom', 'reducing'),
    attack: (seed, shape) => ({
      honest: pushedOut(seed, shape),
      lies: { 'risk.wholeLimit[2].reducing': 0n },
      breaks: ['risk.wholeLimit[2]'],
    }),
  },
]

/** Slot 0 at twice its cap: the honest step sells a tenth of it, the other goes as far short as it was long. */
function crossing(seed: number, shape: Shape) {
  const still = rest(stage(seed, shape))
  const held = still.oldBook.quantities[0]!
  const { price, delta } = still.market.slots[0]!
  const size = held * abs(delta)
  const { nav } = evaluateStep(still, shape).after
  const limited = withMandate(still, slotLimit(still, 0, { concentrationBps: (BPS * size) / nav / 2n }))
  const honest = retrade(limited, 0, (held * 9n) / 10n, price)
  return { honest, flipped: retrade(limited, 0, -(held * 24n) / 25n, price), size }
}
