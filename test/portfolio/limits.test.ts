import { describe, expect, test } from 'vitest'
import { abs } from '#portfolio/units.js'
import { type Change, COMPLIANT, open, verdictOf } from '#test/helpers/one-slot-step.js'

const linear = { delta: 1n }
const slotLimit = (limit: object) => ({ slots: [{ ...open.slots[0]!, ...limit }] })
const groupLimit = (limit: object) => ({
  groups: open.groups.map((g, i) => (i === 0 ? { ...g, ...limit } : g)),
})
const accountLimit = (limit: object) => ({
  accounts: open.accounts.map((a, i) => (i === 0 ? { ...a, ...limit } : a)),
})

/**
 * Each risk limit with the position at which it is met exactly; `worse` is the way one unit further breaks it. 1,000 bps
 * of the net asset value are 100,000.
 */
const LIMITS: [string, bigint, { worse?: bigint } & Change][] = [
  ['position.long[0]', 700n, { mandate: slotLimit({ maxLong: 700n }) }],
  ['position.short[0]', -700n, { mandate: slotLimit({ maxShort: 700n }) }],
  ['concentration[0]', 100_000n, { slot: linear, mandate: slotLimit({ concentrationBps: 1_000n }) }],
  ['concentration[0]', -100_000n, { slot: linear, mandate: slotLimit({ concentrationBps: 1_000n }) }],
  ['concentration[0]', 50_000n, { slot: { delta: -2n }, mandate: slotLimit({ concentrationBps: 1_000n }) }],
  ['group.netHi[0]', 100_000n, { slot: linear, mandate: groupLimit({ netHiBps: 1_000n }) }],
  ['group.netHi[0]', -100_000n, { slot: linear, mandate: groupLimit({ netHiBps: -1_000n }), worse: 1n }],
  ['group.netLo[0]', -100_000n, { slot: linear, mandate: groupLimit({ netLoBps: -1_000n }) }],
  ['group.netLo[0]', 100_000n, { slot: linear, mandate: groupLimit({ netLoBps: 1_000n }), worse: -1n }],
  ['group.gross[0]', 100_000n, { slot: linear, mandate: groupLimit({ grossBps: 1_000n }) }],
  ['group.gross[0]', -100_000n, { slot: linear, mandate: groupLimit({ grossBps: 1_000n }) }],
  ['net.hi', 100_000n, { slot: linear, mandate: { netHiBps: 1_000n } }],
  ['net.hi', -100_000n, { slot: linear, mandate: { netHiBps: -1_000n }, worse: 1n }],
  ['net.lo', -100_000n, { slot: linear, mandate: { netLoBps: -1_000n } }],
  ['net.lo', 100_000n, { slot: linear, mandate: { netLoBps: 1_000n }, worse: -1n }],
  ['leverage', 100_000n, { slot: linear, mandate: { leverageBps: 1_000n } }],
  ['leverage', -100_000n, { slot: linear, mandate: { leverageBps: 1_000n } }],
  ['gamma.hi', 100_000n, { slot: { gamma: 1n }, mandate: { gammaHiBps: 1_000n } }],
  ['gamma.lo', -100_000n, { slot: { gamma: 1n }, mandate: { gammaLoBps: -1_000n } }],
  ['vega.hi', 100_000n, { slot: { vega: 1n }, mandate: { vegaHiBps: 1_000n } }],
  ['vega.lo', -100_000n, { slot: { vega: 1n }, mandate: { vegaLoBps: -1_000n } }],
  ['loss[0]', 100_000n, { slot: { changes: [-1n, 0n] }, mandate: { maxLossBps: [1_000n, 10_000n] } }],
  ['loss[1]', -100_000n, { slot: { changes: [0n, 1n] }, mandate: { maxLossBps: [10_000n, 1_000n] } }],
  [
    'freeCollateral',
    100_000n,
    { slot: { ...linear, marginBps: 10_000n }, mandate: { freeCollateralFloorBps: 9_000n } },
  ],
  [
    'freeCollateral',
    -100_000n,
    { slot: { ...linear, marginBps: 10_000n }, mandate: { freeCollateralFloorBps: 9_000n } },
  ],
]

const REDUCING = { outcome: 'reducing', refused: [] }

describe.each(LIMITS)('%s met at %d', (id, at, { worse = at > 0n ? 1n : -1n, ...limit }) => {
  // Cash in the account covers whatever margin the position asks for, so that the limit stands alone.
  const step = (q: bigint, from: bigint) => {
    const ample = (held: bigint) => (limit.slot?.marginBps ? 2n * abs(held) + 10n - held : -held)
    return verdictOf({ ...limit, q, from, cash0: ample(q), cashFrom: ample(from) })
  }
  const inside = at - worse
  const [one, two] = [at + worse, at + 2n * worse]

  test('accepted at the bound, refused one unit beyond, from a book inside it', () => {
    expect(step(at, inside)).toEqual(COMPLIANT)
    expect(step(one, inside)).toEqual({ outcome: 'refused', refused: [id] })
  })

  test('from a book outside it: less and the same pass as reducing, more is refused, inside is compliant', () => {
    expect(step(one, two)).toEqual(REDUCING)
    expect(step(two, two)).toEqual(REDUCING)
    expect(step(two, one)).toEqual({ outcome: 'refused', refused: [id] })
    expect(step(at, two)).toEqual(COMPLIANT)
  })
})

test('concentration: crossing zero is new risk, however large the old side was', () => {
  const limit = { slot: linear, mandate: slotLimit({ concentrationBps: 1_000n }) }
  expect(verdictOf({ ...limit, from: 300_000n, q: 200_000n })).toEqual(REDUCING)
  expect(verdictOf({ ...limit, from: 300_000n, q: -200_000n }).refused).toEqual(['concentration[0]'])
})

describe('margin: multiple 2 of half the position is the position itself', () => {
  const limit = {
    slot: { ...linear, marginBps: 5_000n },
    mandate: accountLimit({ marginMultipleBps: 20_000n }),
  }
  // Equity of account 0 is its cash plus the position.
  const at = (equity: bigint, q: bigint) => ({ ...limit, q, cash0: equity - q })

  test('accepted at the bound, refused when one unit of equity is missing', () => {
    expect(verdictOf({ ...at(1_000n, 1_000n), cashFrom: 0n })).toEqual(COMPLIANT)
    expect(verdictOf({ ...at(999n, 1_000n), cashFrom: 0n }).refused).toEqual(['margin[0]'])
    expect(verdictOf({ ...at(999n, -1_000n), cashFrom: 0n }).refused).toEqual(['margin[0]'])
  })

  test('an account that is short may only become less short', () => {
    const short = { from: 1_000n, cashFrom: 900n - 1_000n }
    expect(verdictOf({ ...at(901n, 1_000n), ...short })).toEqual(REDUCING)
    expect(verdictOf({ ...at(900n, 1_000n), ...short })).toEqual(REDUCING)
    expect(verdictOf({ ...at(899n, 1_000n), ...short }).refused).toEqual(['margin[0]'])
    expect(verdictOf({ ...at(800n, 900n), ...short })).toEqual(REDUCING)
    expect(verdictOf({ ...at(800n, 800n), ...short })).toEqual(COMPLIANT)
  })

  test('the flow of the step counts in the old equity of its account', () => {
    const short = { from: 1_000n, cashFrom: 850n - 1_000n, netFlow: 50n }
    expect(verdictOf({ ...at(900n, 1_000n), ...short })).toEqual(REDUCING)
    expect(verdictOf({ ...at(899n, 1_000n), ...short }).refused).toEqual(['margin[0]'])
  })

  test('another account cannot stand in', () => {
    expect(verdictOf({ ...at(-1n, 0n), cashFrom: 0n }).refused).toEqual(['margin[0]'])
  })
})

describe('venue: equity of one account at most 10 % of the net asset value', () => {
  const mandate = accountLimit({ venueCapBps: 1_000n })
  test('accepted at the bound, refused one unit beyond, reducing from outside', () => {
    expect(verdictOf({ mandate, cash0: 100_000n, cashFrom: 0n })).toEqual(COMPLIANT)
    expect(verdictOf({ mandate, cash0: 100_001n, cashFrom: 0n }).refused).toEqual(['venue[0]'])
    expect(verdictOf({ mandate, cash0: 100_001n, cashFrom: 100_001n })).toEqual(REDUCING)
    expect(verdictOf({ mandate, cash0: 100_002n, cashFrom: 100_001n }).refused).toEqual(['venue[0]'])
  })
})
