import type { Check } from '#portfolio/check.js'
import type { Mandate } from '#portfolio/mandate.js'
import { evaluateStep, type Step } from '#portfolio/step.js'
import { BPS } from '#portfolio/units.js'
import { ROUND_NAV, roundStep, withCash } from '../../fixtures/round-step.js'
import { type Case, caseOf, TINY } from './case.js'

const E16 = 10n ** 16n
const E8 = 10n ** 8n
/** Account of each slot of the round step. */
const ACCOUNTS = [0, 1, 1, 0]

/** Sets the limit that a check measures, in its own unit: basis points, or a quantity. */
export function limited(mandate: Mandate, id: string, value: bigint): Mandate {
  const [, kind, index] = /^([a-zA-Z.]+)(?:\[(\d+)\])?$/.exec(id) ?? []
  const at = Number(index ?? 0)
  const put = <T>(list: readonly T[], change: Partial<T>): T[] =>
    list.map((item, i) => (i === at ? { ...item, ...change } : item))
  const { slots, groups, accounts } = mandate
  const fields: Record<string, Partial<Mandate>> = {
    'position.long': { slots: put(slots, { maxLong: value }) },
    'position.short': { slots: put(slots, { maxShort: value }) },
    concentration: { slots: put(slots, { concentrationBps: value }) },
    'group.netHi': { groups: put(groups, { netHiBps: value }) },
    'group.netLo': { groups: put(groups, { netLoBps: -value }) },
    'group.gross': { groups: put(groups, { grossBps: value }) },
    'net.hi': { netHiBps: value },
    'net.lo': { netLoBps: -value },
    leverage: { leverageBps: value },
    'gamma.hi': { gammaHiBps: value },
    'gamma.lo': { gammaLoBps: -value },
    'vega.hi': { vegaHiBps: value },
    'vega.lo': { vegaLoBps: -value },
    loss: { maxLossBps: mandate.maxLossBps.map((bps, s) => (s === at ? value : bps)) },
    margin: { accounts: put(accounts, { marginMultipleBps: value }) },
    venue: { accounts: put(accounts, { venueCapBps: value }) },
    freeCollateral: { freeCollateralFloorBps: BPS - value },
    'carry.gain': { carryBps: value },
    'carry.loss': { carryBps: value },
    turnover: { turnoverBps: value },
    cost: { costBps: value },
    gain: { gainBps: value },
    'rolling.cost': { rollingCostBps: value },
    'rolling.gain': { rollingGainBps: value },
    'rolling.turnover': { rollingTurnoverBps: value },
  }
  const field = fields[kind ?? '']
  if (!field) throw new Error(`no limit is known for ${id}`)
  return { ...mandate, ...field }
}

const checksOf = (step: Step): readonly Check[] => evaluateStep(step, TINY).checks
const isPosition = (id: string): boolean => id.startsWith('position')
const hasLimit = ({ id, kind, value }: Check): boolean =>
  kind !== 'identity' && value > 0n && !id.startsWith('margin')

/** Every limit met to the last unit, and missed by one. */
export async function boundCases(): Promise<Case[]> {
  const steps = [
    roundStep(),
    roundStep({ side: -1n }),
    suspendedStep(),
    roundStep({ carry: 1_000n * E16 }),
    roundStep({ side: -1n, carry: -1_000n * E16 }),
    withFlow(roundStep(), 0, 10_000n * E16),
    withFlow(roundStep({ side: -1n }), 1, -10_000n * E16),
    countedStep(0n),
    countedStep(1n),
  ]
  const cases: Promise<Case>[] = []
  for (const [s, step] of steps.entries()) {
    // The first two steps meet every risk limit, the suspended one does so by its prudent value; the rest vary flows and budgets.
    const still = s === 2
    const measured = checksOf(step).filter((check) => hasLimit(check) && (s < 3 || check.kind !== 'risk'))
    for (const check of measured) {
      const unit = isPosition(check.id) ? 1n : ROUND_NAV
      if (check.value % unit !== 0n || /^(cost|gain)$/.test(check.id)) continue
      const at = (value: bigint) => ({ ...step, mandate: limited(step.mandate, check.id, value) })
      const most = check.value / unit
      cases.push(caseOf(`${check.id} of step ${s} met`, at(most)))
      const beyond = isPosition(check.id) ? at(most - 1n) : withCash(at(most), 0, -1n)
      cases.push(caseOf(`${check.id} of step ${s} missed by one`, beyond, still ? 'compliant' : undefined))
    }
  }
  return Promise.all([...cases, ...marginCases(), ...venueCases(), ...fillCases()])
}

/** Every risk limit out of reach: held still, brought nearer by one unit, taken further by one unit, wrongly called compliant. */
export async function reduceCases(): Promise<Case[]> {
  const cases: Promise<Case>[] = []
  for (const side of [1n, -1n]) {
    const round = roundStep({ side })
    const still: Step = { ...round, oldBook: round.newBook, fills: [0n, 0n, 0n, 0n] }
    for (const { id, kind, value } of checksOf(still)) {
      if (kind !== 'risk' || (value <= 0n && !/^(margin|venue)/.test(id))) continue
      const far = id.startsWith('margin')
        ? BPS * BPS * BPS
        : isPosition(id)
          ? value - 1n
          : value / ROUND_NAV - 1n
      const out = (step: Step): Step => ({ ...step, mandate: limited(step.mandate, id, far) })
      if (checksOf(out(still)).find((check) => check.id === id)!.status !== 'reducing') continue
      cases.push(caseOf(`${id} out, held (${side})`, out(still)))
      cases.push(caseOf(`${id} out, called compliant (${side})`, out(still), 'compliant'))
      const moves =
        id.startsWith('venue') || id.startsWith('margin')
          ? [...unitMoves(still), ...cashMoves(still)]
          : unitMoves(still)
      const outcomes = moves.map((move) => evaluateStep(out(move), TINY))
      const nearer = outcomes.findIndex(({ outcome }) => outcome === 'reducing')
      const further = outcomes.flatMap(({ refused }, i) =>
        refused.length === 1 && refused[0]!.id === id ? [i] : [],
      )
      for (const i of [nearer, ...further.slice(0, 2)]) {
        if (i >= 0) cases.push(caseOf(`${id} out, move ${i} (${side})`, out(moves[i]!)))
      }
    }
    cases.push(...pairCases(still, `(${side})`))
    // Crossing zero is new risk, whatever stood on the other side.
    const crossed = still.oldBook.quantities.map((q, i) => (i === 0 ? -2n * q : q))
    const turned = traded(still, crossed)
    const narrow = { ...turned, mandate: limited(turned.mandate, 'concentration[0]', 100n) }
    cases.push(caseOf(`concentration[0] across zero (${side})`, narrow))
  }
  return Promise.all(cases)
}

/** Two limits out at once, called compliant: one that counts for the other must not make up for it. */
function pairCases(still: Step, name: string): Promise<Case>[] {
  const out = checksOf(still).filter(({ kind, value }) => kind === 'risk' && value > 0n)
  const far = ({ id, value }: Check) => (isPosition(id) ? value - 1n : value / ROUND_NAV - 1n)
  const pairs = out.flatMap((check, i) =>
    [out.find(({ id }) => id === 'leverage')!, out[(i + 1) % out.length]!].map(
      (other) => [check, other] as const,
    ),
  )
  return pairs.map(([one, other]) => {
    const mandate = limited(limited(still.mandate, one.id, far(one)), other.id, far(other))
    return caseOf(
      `${one.id} and ${other.id} out, called compliant ${name}`,
      { ...still, mandate },
      'compliant',
    )
  })
}

/** The same new book from other old quantities, traded at the mark and paid by the slot's account. */
export function traded(step: Step, before: readonly bigint[]): Step {
  const { slots } = step.market
  const trades = step.newBook.quantities.map((q, i) => q - before[i]!)
  const cash = step.newBook.cash.map((c, a) =>
    trades.reduce((total, t, i) => (ACCOUNTS[i] === a ? total + t * slots[i]!.price : total), c),
  )
  return {
    ...step,
    oldBook: { ...step.oldBook, cash, quantities: before },
    fills: trades.map((t, i) => (t === 0n ? 0n : slots[i]!.price)),
  }
}

/** One unit of one slot traded, either way. */
const unitMoves = (still: Step): Step[] =>
  [0, 1, 2].flatMap((slot) =>
    [1n, -1n].map((by) =>
      traded(
        still,
        still.newBook.quantities.map((q, i) => (i === slot ? q + by : q)),
      ),
    ),
  )

/** One unit of cash moved between the accounts, either way, or come in from outside, by either account. */
const cashMoves = (still: Step): Step[] => {
  const [first = 0n, second = 0n] = still.newBook.cash
  const moved = [1n, -1n].map((by) => ({
    ...still,
    oldBook: { ...still.oldBook, cash: [first + by, second - by] },
  }))
  return [
    ...moved,
    withFlow(still, 0, E16),
    withFlow(still, 1, E16),
    withFlow(still, 0, -E16),
    withFlow(still, 1, -E16),
  ].flatMap((step) => [step, { ...step, flowSplit: [step.flowSplit[1]!, step.flowSplit[0]!] }])
}

/** The same new book, part of which came in by `account` during the step. */
export function withFlow(step: Step, account: number, amount: bigint): Step {
  const cash = step.oldBook.cash.map((c, a) => (a === account ? c - amount : c))
  const flowSplit = cash.map((_, a) => (a === account ? amount : 0n))
  return { ...step, oldBook: { ...step.oldBook, cash }, netFlow: amount, flowSplit }
}

/** A heartbeat with both sides suspended: the long spot counts nothing, the short perp in full. */
export function suspendedStep(): Step {
  const round = roundStep()
  const slots = round.market.slots.map((slot, i) => ({ ...slot, suspended: i < 2 }))
  const hidden = round.newBook.quantities[0]! * slots[0]!.price
  const still = {
    ...round,
    oldBook: round.newBook,
    fills: [0n, 0n, 0n, 0n],
    market: { ...round.market, slots },
  }
  return withCash(still, 0, hidden)
}

/** A step whose budget was used before: in this window (`elapsed` 0) or in the one before it (1). */
function countedStep(elapsed: bigint): Step {
  const counters = (of: bigint) => ({ cost: of * E16, gain: 2n * of * E16, turnover: 3n * of * E16 })
  const step = roundStep({ carry: elapsed === 0n ? 1_000n * E16 : -1_000n * E16 })
  return {
    ...step,
    oldBudget: { window: 5n, current: counters(1_000n), previous: counters(5_000n) },
    window: 5n + elapsed,
  }
}

/** Equity of an account brought down to what its margin asks for, then one unit below. */
function marginCases(): Promise<Case>[] {
  return [1n, -1n].flatMap((side) =>
    [0, 1].flatMap((account) => {
      const step = roundStep({ side })
      const spare = checksOf(step).find(({ id }) => id === `margin[${account}]`)!.value / -(BPS * BPS)
      const at = (more: bigint) => withCash(withCash(step, account, -spare - more), 1 - account, spare + more)
      return [0n, 1n].map((more) => caseOf(`margin[${account}] short of ${more} (${side})`, at(more)))
    }),
  )
}

/** Equity of an account at its cap exactly, then one unit above, in a step that brings it there. */
function venueCases(): Promise<Case>[] {
  return [0, 1].flatMap((account) => {
    const round = roundStep()
    const capped = { ...round, mandate: limited(round.mandate, `venue[${account}]`, 5_000n) }
    const excess = evaluateStep(round, TINY).after.accountEquity[account]! - ROUND_NAV / 2n
    const at = (more: bigint): Step => {
      const move = (cash: readonly bigint[], by: bigint) =>
        cash.map((c, a) => (a === account ? c + by : c - by))
      const newBook = { ...round.newBook, cash: move(round.newBook.cash, more - excess) }
      return {
        ...capped,
        newBook,
        oldBook: { ...round.oldBook, cash: move(round.oldBook.cash, -300_000n * E16) },
      }
    }
    return [0n, 1n].map((more) => caseOf(`venue[${account}] over by ${more}`, at(more)))
  })
}

/** Every fill one percent off the mark, for and against the fund, then one unit worse; with a fee where it costs. */
function fillCases(): Promise<Case>[] {
  return (['cost', 'gain'] as const).flatMap((kind) =>
    [1n, -1n].flatMap((side) =>
      [0n, 1n].map((extra) => {
        const round = roundStep({ side })
        const { slots } = round.market
        const trades = round.newBook.quantities.map((q, i) => q - round.oldBook.quantities[i]!)
        const worse = kind === 'cost' ? 1n : -1n
        const fee = kind === 'cost' ? 5n * E8 : 0n
        const fills = trades.map((t, i) => {
          if (t === 0n) return 0n
          const off = slots[i]!.price / 100n + (i === 0 ? extra : 0n)
          return slots[i]!.price + (t > 0n ? worse : -worse) * off
        })
        const paid = trades.reduce((total, t, i) => total + t * (fills[i]! - slots[i]!.price), fee)
        const step = {
          ...round,
          fills,
          fee,
          oldBook: { ...round.oldBook, cash: [round.oldBook.cash[0]! + paid, round.oldBook.cash[1]!] },
        }
        // The fee takes the cost just past one percent, so that only the last unit of the limit is missed or met.
        const bps = fee > 0n && extra === 0n ? 101n : 100n
        return caseOf(`${kind} ${extra} past its limit (${side})`, {
          ...step,
          mandate: limited(step.mandate, kind, bps),
        })
      }),
    ),
  )
}
