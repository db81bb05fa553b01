import { linearSlot } from '#portfolio/market.js'
import type { Step } from '#portfolio/step.js'
import { BPS } from '#portfolio/units.js'
import { power } from '#prover/bn254.js'
import { ROUND_NAV, roundStep, withCash } from '../../fixtures/round-step.js'
import { type Case, caseOf } from './case.js'
import { limited, traded } from './limit-cases.js'

/** Margins are compared in this part of a unit: 10⁴ for their rate and 10⁴ for their multiple. */
const SCALE = BPS * BPS
/** φ(10⁸): x to it is 1 modulo 10⁸ for an x without a divisor in common with 10 (Euler, 1763). */
const ORDER = 40_000_000n

/**
 * Limits whose two sides, scaled as the circuit compares them, are equal, and ones where the limit is the smaller by 1: a
 * circuit that is wrong by the least it can be wrong by is told apart.
 */
export async function unitCases(): Promise<Case[]> {
  const most = Object.entries(oneBasisPoint()).flatMap(([id, step]) => {
    const at = { ...step, mandate: limited(step.mandate, id, 1n) }
    return [
      caseOf(`${id} of one basis point met`, at),
      caseOf(`${id} of one basis point, of one unit less`, withCash(at, 0, -1n)),
    ]
  })
  return Promise.all([...most, ...edgeCases(), ...marginCases()])
}

/** Steps that use a basis point of the net asset value. */
function oneBasisPoint(): Record<string, Step> {
  const used = ROUND_NAV / BPS
  const round = roundStep()
  const still = { ...round, oldBook: round.newBook, fills: [0n, 0n, 0n, 0n] }
  const one = used / round.market.slots[0]!.price
  return {
    turnover: traded(
      still,
      still.newBook.quantities.map((q, i) => (i === 0 ? q - one : q)),
    ),
    'carry.gain': roundStep({ carry: used }),
    'carry.loss': roundStep({ carry: -used }),
  }
}

/** A basis point of what is traded, lost or won by the fill or lost by the fee; then of a unit less traded. */
function edgeCases(): Promise<Case>[] {
  const used = 1_000_000n
  const edges = [
    { name: 'cost by the fill', limit: 'cost', edge: used, fee: 0n },
    { name: 'cost by the fee', limit: 'cost', edge: 0n, fee: used },
    { name: 'gain', limit: 'gain', edge: -used, fee: 0n },
  ]
  return edges.flatMap(({ name, limit, edge, fee }) =>
    [0n, 1n].map((less) => {
      const round = roundStep()
      const price = BPS * used - less
      const slots = round.market.slots.with(0, linearSlot(price, 1_000n, [-2_000n, 2_000n]))
      const still = { ...round, market: { ...round.market, slots } }
      const { oldBook, ...step } = traded(
        still,
        still.newBook.quantities.map((q, i) => (i === 0 ? q - 1n : q)),
      )
      const [first = 0n, second = 0n] = oldBook.cash
      return caseOf(`${name} of one basis point, of ${less} units less`, {
        ...step,
        mandate: limited(step.mandate, limit, 1n),
        oldBook: { ...oldBook, cash: [first + edge + fee, second] },
        fills: [price + edge, 0n, 0n, 0n],
        fee,
      })
    }),
  )
}

/**
 * One position whose margin times the multiple is the equity of its account, or more by one of the units that they are
 * compared in. The account had a unit of cash more before, so that this is no way back to the limit.
 */
function marginCases(): Promise<Case>[] {
  const multiple = 30_001n
  const rate = 1_001n
  const price = 100n * 10n ** 8n + 1n
  const margin = multiple * rate * price
  const inverse = power(margin % SCALE, ORDER - 1n, SCALE)
  return [0, 1].flatMap((account) =>
    [0n, 1n].map((more) => {
      const round = roundStep()
      const slots = round.market.slots.with(account, linearSlot(price, rate, [-2_000n, 2_000n]))
      const quantity = more * inverse + 10n ** 10n
      const quantities = round.newBook.quantities.map((_, i) => (i === account ? quantity : 0n))
      const mine = (quantity * margin - more) / SCALE - quantity * price
      const cash = (by: bigint) => [0, 1].map((a) => (a === account ? mine + by : 2n * ROUND_NAV - by))
      return caseOf(`margin[${account}] ${more} above equity`, {
        ...round,
        market: { ...round.market, slots },
        mandate: limited(round.mandate, `margin[${account}]`, multiple),
        oldBook: { ...round.oldBook, cash: cash(1n), quantities },
        newBook: { ...round.newBook, cash: cash(0n), quantities },
        fills: [0n, 0n, 0n, 0n],
      })
    }),
  )
}
