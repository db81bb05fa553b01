import type { Shape } from '#portfolio/shape.js'
import type { Step } from '#portfolio/step.js'
import { bookNumbers, type Measured } from './book-numbers.js'

/** A second opinion on a step. `broken` and `reducing` are sorted ids of checks, `numbers` maps circuit signals to values. */
export type Ruling = {
  readonly outcome: 'compliant' | 'reducing' | 'refused'
  readonly broken: readonly string[]
  readonly reducing: readonly string[]
  readonly numbers: Readonly<Record<string, bigint>>
  readonly limits: Readonly<Record<string, Measure>>
  readonly trades: readonly bigint[]
  readonly current: Triple
  readonly previous: Triple
}

/** `risk` ≤ `share` of `base`, or `risk` ≤ `before`; a share is a fraction, compared by multiplying out. */
export type Measure = { risk: bigint; limit: Fraction; base: bigint; before?: bigint }
export type Judge = (step: Step, shape: Shape) => Ruling
type Fraction = readonly [over: bigint, under: bigint]
type Triple = readonly [cost: bigint, gain: bigint, turnover: bigint]

const PERCENT_OF_PERCENT = 10_000n

/**
 * Judges a step by the sentences of docs/protocol.md, section 6, in one pass and with nothing of the reference model: the
 * same statement from another hand, so that an error of one of them shows as a disagreement. Never throws: a number
 * outside its width is a broken check named `width`.
 *
 * @param allow Units of risk granted beyond a limit, by the id of the check without its index: 0 everywhere but in the test that shows
 *              what a wrong oracle looks like.
 */
export function judgeStep(step: Step, shape: Shape, allow: Readonly<Record<string, bigint>> = {}): Ruling {
  const { market, mandate, oldBook, newBook, oldBudget } = step
  const now = bookNumbers(step, shape, newBook.quantities, newBook.cash)
  const then = bookNumbers(
    step,
    shape,
    oldBook.quantities,
    oldBook.cash.map((c, a) => c + step.flowSplit[a]!),
  )
  const broken: string[] = []
  const reducing: string[] = []
  const demand = (id: string, truth: boolean) => {
    if (!truth) broken.push(id)
  }

  // Rules 1 to 4, and what each leg pays, costs, gains and turns over.
  let [paid, cost, gain, turnover, traded] = [0n, 0n, 0n, 0n, 0n]
  const trades: bigint[] = []
  for (let i = 0; i < shape.slots; i++) {
    const { price, delta, suspended } = market.slots[i]!
    const bought = newBook.quantities[i]! - oldBook.quantities[i]!
    trades.push(bought)
    demand(`changed[${i}]`, !(step.changed[i] && oldBook.quantities[i] !== 0n))
    demand(`suspended[${i}]`, !(suspended && bought !== 0n))
    const shortfall = bought * step.fills[i]! - bought * price
    const size = bought > 0n ? bought : -bought
    const moves = delta < 0n ? -delta : delta
    paid += bought * step.fills[i]!
    if (shortfall > 0n) cost += shortfall
    else gain -= shortfall
    turnover += size * (moves > price ? moves : price)
    traded += size * price
  }
  let flow = 0n
  for (const part of step.flowSplit) {
    flow += part
    demand('flowSplit.sign', part === 0n || part > 0n === step.netFlow > 0n)
  }
  const total = (xs: readonly bigint[]) => xs.reduce((a, b) => a + b)
  const kept = total(oldBook.cash) + step.netFlow - paid - step.fee + step.carryGain - step.carryLoss
  demand('universe.newBook', newBook.universeId === mandate.universeId)
  demand('universe.market', market.universeId === mandate.universeId)
  demand('universe.oldBook', oldBook.universeId === step.oldUniverse)
  demand('open.fee', !step.open || step.fee === 0n)
  demand('flowSplit.sum', flow === step.netFlow)
  demand('conservation', total(newBook.cash) === kept)
  demand('window', step.window >= oldBudget.window)

  // Rules 5 to 8: every limit as risk, share, base, and what may be kept.
  const limits: Record<string, Measure> = {}
  for (const [id, risk, limit, base, before] of riskLimits(step, shape, now, then)) {
    limits[id] = { risk, limit: [limit, PERCENT_OF_PERCENT], base, before }
  }
  for (let i = 0; i < shape.slots; i++) {
    const [q, was] = [newBook.quantities[i]!, oldBook.quantities[i]!]
    const { maxLong = 0n, maxShort = 0n } = mandate.slots[i] ?? {}
    limits[`position.long[${i}]`] = { risk: q, limit: [maxLong, 1n], base: 1n, before: was }
    limits[`position.short[${i}]`] = { risk: -q, limit: [maxShort, 1n], base: 1n, before: -was }
  }
  limits.nav = { risk: -now.nav, limit: [0n, 1n], base: 0n }
  const outflow = step.netFlow < 0n ? -step.netFlow : step.netFlow
  const steps: [string, bigint, bigint, bigint][] = [
    ['carry.gain', step.carryGain, mandate.carryBps, now.nav],
    ['carry.loss', step.carryLoss, mandate.carryBps, now.nav],
    ['turnover', turnover - outflow, mandate.turnoverBps, now.nav],
    ['cost', cost + step.fee, mandate.costBps, traded],
    ['gain', gain, mandate.gainBps, traded],
  ]
  for (const [id, risk, bps, base] of steps) limits[id] = { risk, limit: [bps, PERCENT_OF_PERCENT], base }

  const same = step.window === oldBudget.window
  const next = step.window === oldBudget.window + 1n
  const spent: Triple = [cost + step.fee + step.carryLoss, gain + step.carryGain, turnover]
  const names = ['cost', 'gain', 'turnover'] as const
  const caps = [mandate.rollingCostBps, mandate.rollingGainBps, mandate.rollingTurnoverBps]
  const carried = names.map((name) => (same ? oldBudget.current[name] : 0n))
  const previous = names.map((name) =>
    same ? oldBudget.previous[name] : next ? oldBudget.current[name] : 0n,
  ) as unknown as Triple
  const current = carried.map((c, k) => c + spent[k]!) as unknown as Triple
  names.forEach((name, k) => {
    limits[`rolling.${name}`] = {
      risk: current[k]! + previous[k]!,
      limit: [caps[k]!, PERCENT_OF_PERCENT],
      base: now.nav,
      before: carried[k]! + previous[k]!,
    }
  })

  for (const [id, { risk, limit, base, before }] of Object.entries(limits)) {
    const granted = allow[id.replace(/\[\d+\]/, '')] ?? 0n
    if ((risk - granted) * limit[1] <= limit[0] * base) continue
    if (before !== undefined && risk <= before) reducing.push(id)
    else broken.push(id)
  }
  demand('width', inWidths(step) && current.every((c) => c < 2n ** 134n))

  const atRisk = reducing.some((id) => !id.startsWith('rolling.'))
  const outcome = broken.length > 0 ? 'refused' : atRisk || now.nav === 0n ? 'reducing' : 'compliant'
  const numbers = { ...signalsOf(then, 0), ...signalsOf(now, 1) }
  const flows = { paid, cost, gain, turnover, traded }
  for (const [name, value] of Object.entries(flows)) numbers[`trades.${name}`] = value
  trades.forEach((t, i) => {
    numbers[`trade[${i}]`] = t
  })
  names.forEach((_, k) => {
    numbers[`budget.current[${k}]`] = current[k]!
    numbers[`budget.previous[${k}]`] = previous[k]!
  })
  numbers['flow.net'] = step.netFlow
  numbers['flow.size'] = outflow
  numbers['risk.reducing'] = BigInt(reducing.filter((id) => !id.startsWith('rolling.')).length)
  return {
    outcome,
    broken: [...new Set(broken)].sort(),
    reducing: reducing.sort(),
    numbers,
    limits,
    trades,
    current,
    previous,
  }
}

type Row = [id: string, risk: bigint, bps: bigint, base: bigint, before: bigint]

/** Limits that are a share of the net asset value, and the margins of accounts. */
function riskLimits({ market, mandate, ...step }: Step, shape: Shape, now: Measured, then: Measured): Row[] {
  const rows: Row[] = []
  const share = (id: string, risk: bigint, bps: bigint, before: bigint) =>
    rows.push([id, risk, bps, now.nav, before])
  const band = (lo: string, hi: string, of: bigint, was: bigint, loBps: bigint, hiBps: bigint) => {
    share(lo, -of, -loBps, -was)
    share(hi, of, hiBps, was)
  }
  for (let i = 0; i < shape.slots; i++) {
    const { delta } = market.slots[i]!
    const side = step.newBook.quantities[i]! < 0n ? -1n : 1n
    const before = side * step.oldBook.quantities[i]! * (delta < 0n ? -delta : delta)
    share(`concentration[${i}]`, now.sizes[i]!, mandate.slots[i]?.concentrationBps ?? 0n, before)
  }
  for (let g = 0; g < shape.groups; g++) {
    const { netLoBps, netHiBps, grossBps } = mandate.groups[g]!
    const net = [now.groupNet[g]!, then.groupNet[g]!] as const
    band(`group.netLo[${g}]`, `group.netHi[${g}]`, ...net, netLoBps, netHiBps)
    share(`group.gross[${g}]`, now.groupGross[g]!, grossBps, then.groupGross[g]!)
  }
  band('net.lo', 'net.hi', now.net, then.net, mandate.netLoBps, mandate.netHiBps)
  band('gamma.lo', 'gamma.hi', now.gamma, then.gamma, mandate.gammaLoBps, mandate.gammaHiBps)
  band('vega.lo', 'vega.hi', now.vega, then.vega, mandate.vegaLoBps, mandate.vegaHiBps)
  share('leverage', now.gross, mandate.leverageBps, then.gross)
  for (let s = 0; s < shape.scenarios; s++) {
    share(`loss[${s}]`, now.loss[s]!, mandate.maxLossBps[s]!, then.loss[s]!)
  }
  // Margins carry the basis points of their rates; multiplied by a multiple they are compared with 10⁸ of equity.
  for (let a = 0; a < shape.accounts; a++) {
    const { marginMultipleBps, venueCapBps } = mandate.accounts[a]!
    const short = (book: Measured) =>
      marginMultipleBps * book.accountMargin[a]! - 100_000_000n * book.equity[a]!
    rows.push([`margin[${a}]`, short(now), 0n, 0n, short(then)])
    share(`venue[${a}]`, now.equity[a]!, venueCapBps, then.equity[a]!)
  }
  const free = PERCENT_OF_PERCENT * (PERCENT_OF_PERCENT - mandate.freeCollateralFloorBps)
  rows.push(['freeCollateral', now.margin, free, now.nav, then.margin])
  return rows
}

/** The names under which the circuit computes the numbers of book 0 (old) or 1 (new). */
function signalsOf(book: Measured, k: 0 | 1): Record<string, bigint> {
  const named: Record<string, bigint> = {}
  const scalars = { nav: book.nav, net: book.net, gross: book.gross, marginTotal: book.margin }
  const lists = {
    absDeltaValue: book.sizes,
    groupNet: book.groupNet,
    groupGross: book.groupGross,
    loss: book.loss,
    equity: book.equity,
    margin: book.accountMargin,
  }
  for (const [name, value] of Object.entries({ ...scalars, gammaTotal: book.gamma, vegaTotal: book.vega })) {
    named[`exposure[${k}].${name}`] = value
  }
  for (const [name, list] of Object.entries(lists)) {
    for (const [i, value] of list.entries()) named[`exposure[${k}].${name}[${i}]`] = value
  }
  return named
}

/** Section 2: a number fits when it is from `lo` to below `hi`. */
function inWidths(step: Step): boolean {
  const within = (lo: bigint, hi: bigint, xs: readonly bigint[]) => xs.every((x) => x >= lo && x < hi)
  const { current, previous, window } = step.oldBudget
  return (
    within(-(2n ** 63n), 2n ** 63n, [...step.oldBook.quantities, ...step.newBook.quantities]) &&
    within(-(2n ** 126n), 2n ** 126n, [...step.oldBook.cash, ...step.newBook.cash]) &&
    within(0n, 2n ** 63n, step.fills) &&
    within(0n, 2n ** 126n, [step.fee, step.carryGain, step.carryLoss]) &&
    within(1n - 2n ** 126n, 2n ** 126n, step.flowSplit) &&
    within(0n, 2n ** 134n, [...Object.values(current), ...Object.values(previous)]) &&
    within(0n, 2n ** 40n, [window])
  )
}
