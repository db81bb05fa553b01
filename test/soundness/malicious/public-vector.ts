import { VECTORS } from '#portfolio/layout.js'
import { evaluateStep, type Step } from '#portfolio/step.js'
import { FIELD } from '#portfolio/units.js'
import { power, reduce } from '#prover/bn254.js'
import { challengeOf, evaluateVector, hashedPart } from '#prover/challenge.js'
import { legOf } from '#prover/statement.js'
import { Prng } from '#test/helpers/prng.js'
import { PLACE } from '#test/helpers/statement.js'
import { type AttackClass, between, placeOf } from './attack.js'
import { remove, unconstrain } from './edited-circuit.js'
import { overLeveraged } from './pressure.js'
import { add, retrade, stage, withMandate } from './stage.js'

const STATEMENT = 'rebalance.circom'
const LEGS = VECTORS.rebalance.head.length
/** Any number can stand for c where nothing binds c to x. */
const FREE_C = 1n

/** What the chain is told in x, in the trade commitment and in the legs, against what the witness does. */
export const PUBLIC_VECTOR: readonly AttackClass[] = [
  {
    name: 'element changed after the proof',
    what: 'A proof for one domain, epoch, payload, head or flag is brought with another vector.',
    // Left standing: β is the value of the vector in the witness. The verifier computes it from its own.
    weakening: remove('gadgets/public-vector.circom', 'partial[0] * alpha === beta;'),
    attack: (seed, shape) => {
      const rng = new Prng(seed)
      const place = rng.int(0, LEGS + shape.slots - 1)
      const by = rng.big(1n, FIELD - 1n)
      return {
        honest: stage(seed, shape),
        seal: (published, c) =>
          signalsOf(
            published.map((value, i) => (i === place ? (value + by) % FIELD : value)),
            c,
          ),
        breaks: ['vector'],
      }
    },
  },
  {
    name: 'one element changed with c free',
    what: 'A wider mandate is opened, and the payload, which nothing reads, makes β come out right.',
    // Left standing: c is the digest of the vector, so that α comes after it.
    weakening: remove('gadgets/public-vector.circom', 'digest.out === c;'),
    attack: (seed, shape) => {
      const { honest, forged } = overLeveraged(seed, shape)
      const payload = (published: readonly bigint[], opened: readonly bigint[]) => {
        const { alpha, beta } = signalsOf(published, FREE_C)
        const place = placeOf('payload')
        const missing = reduce(beta - evaluateVector(opened, alpha), FIELD)
        const weight = power(alpha, BigInt(place + 1), FIELD)
        return { payload: reduce(opened[place]! + missing * power(weight, FIELD - 2n, FIELD), FIELD) }
      }
      return {
        honest,
        forged: withMandate(forged, { leverageBps: 200_000n }),
        inputs: payload,
        seal: (published) => signalsOf(published, FREE_C),
        breaks: ['vector'],
      }
    },
  },
  {
    name: 'sealed trade other than the executed one',
    what: 'The desk and the auditor open a trade that is not the one the book made.',
    // Left standing: the trade commitment holds the trade.
    weakening: unconstrain(STATEMENT, 'tradeDigest.in[i]'),
    attack: (seed, shape) => ({
      honest: stage(seed, shape),
      lies: { 'tradeDigest.in[0]': (trade) => -trade },
      breaks: [between('trade[0]', 'tradeDigest.in[0]')],
    }),
  },
  {
    name: 'sealed fill other than the one paid',
    what: 'The auditor sees trades at the mark, the book paid another price.',
    // Left standing: the trade commitment holds the fill.
    weakening: unconstrain(STATEMENT, 'tradeDigest.in[N + i]'),
    attack: (seed, shape) => {
      const honest = stage(seed, shape)
      const fill = `tradeDigest.in[${shape.slots}]`
      const lies = { [fill]: honest.market.slots[0]!.price }
      return { honest, lies, breaks: [between('fill[0]', fill)] }
    },
  },
  {
    name: 'leg sign flipped',
    what: 'The executor is told to sell what the book has bought.',
    // Left standing: an open leg is the trade and its fill.
    weakening: unconstrain(STATEMENT, 'vector.x[REBALANCE_HEAD_LENGTH() + i]'),
    attack: (seed, shape) => {
      const honest = opened(stage(seed, shape))
      const [trade] = evaluateStep(honest, shape).trades
      const leg = `vector.x[${LEGS}]`
      const lies = { [leg]: legOf(-trade!, honest.fills[0]!) }
      return { honest, lies, breaks: [between('fill[0]', 'open', 'trade[0]', leg)] }
    },
  },
  {
    name: 'open leg hidden',
    what: 'A step that says it shows its legs shows none: nothing is executed, the book has moved.',
    // Left standing: an open leg is the trade and its fill.
    weakening: unconstrain(STATEMENT, 'vector.x[REBALANCE_HEAD_LENGTH() + i]'),
    attack: (seed, shape) => {
      const leg = `vector.x[${LEGS + 1}]`
      const honest = opened(stage(seed, shape))
      return { honest, lies: { [leg]: 0n }, breaks: [between('fill[1]', 'open', 'trade[1]', leg)] }
    },
  },
  {
    name: 'open leg read in another way',
    what: 'A leg shows a trade at a price; the book made none, at a price of the field that reads as that leg.',
    // Left standing: the widths of the fill and of its distance from the mark, which make a leg readable one way only.
    weakening: [
      ...unconstrain('gadgets/trade-flow.circom', 'fillRange[i].in'),
      ...unconstrain('gadgets/signed.circom', 'digits.in'),
    ],
    attack: (seed, shape) => {
      const honest = opened(stage(seed, shape))
      const [trade] = evaluateStep(honest, shape).trades
      const [fill] = honest.fills
      const still = retrade(honest, 0, honest.oldBook.quantities[0]!, 0n)
      return {
        honest,
        forged: still,
        inputs: { fill: [(trade! << 64n) + fill!, ...honest.fills.slice(1)] },
        lies: { 'trades.fillRange[0].in': 0n, 'trades.edge[0].digits.in': 1n << 63n },
        breaks: ['trades', 'trades.edge[0]'],
      }
    },
  },
  {
    name: 'fee beside open legs',
    what: 'An open step pays a fee that no leg shows.',
    // Left standing: open · fee = 0.
    weakening: remove(STATEMENT, 'open * fee === 0;'),
    attack: (seed, shape) => {
      const honest = opened(stage(seed, shape))
      const fee = new Prng(seed).big(1n, 10n ** 16n)
      const newBook = { ...honest.newBook, cash: add(honest.newBook.cash, 0, -fee) }
      return { honest, forged: { ...honest, fee, newBook }, breaks: ['fee open'] }
    },
  },
  {
    name: 'open is neither yes nor no',
    what: 'A leg is scaled by a number of the field, so that it reads as any trade.',
    // Left standing: open is a bit.
    weakening: remove(STATEMENT, 'open * (open - 1) === 0;'),
    attack: (seed, shape) => {
      const honest = opened(stage(seed, shape))
      const [trade] = evaluateStep(honest, shape).trades
      const [fill] = honest.fills
      const scale = legOf(-trade!, fill!) * power(legOf(trade!, fill!), FIELD - 2n, FIELD)
      return { honest, inputs: { open: scale % FIELD }, breaks: ['open'] }
    },
  },
]

/** What a verifier that holds `x` computes for a proof that comes with `c`. */
function signalsOf(x: readonly bigint[], c: bigint) {
  const alpha = challengeOf(PLACE.circuitId, hashedPart(x), c)
  return { c, alpha, beta: evaluateVector(x, alpha) }
}

/** The step with its legs in clear and no fee. */
const opened = (step: Step): Step => ({
  ...step,
  open: true,
  fee: 0n,
  newBook: { ...step.newBook, cash: add(step.newBook.cash, 0, step.fee) },
})
