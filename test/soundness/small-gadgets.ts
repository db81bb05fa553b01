import {
  always,
  digitsOf,
  limitOrReduce,
  names,
  once,
  type SmallGadget,
  tellable,
  width,
  within,
} from './small-gadget.js'

/** The templates whose answers are claimed unique, or free only among true claims. */
export const SMALL_GADGETS: readonly SmallGadget[] = [
  {
    name: 'Bits',
    file: 'gadgets/bits.circom',
    main: 'Bits(5)',
    prime: 127,
    edits: [],
    inputs: [['in']],
    outputs: names('out', 5),
    requires: always,
    ensures: (x) => (within(x.in!, 5) ? once(...digitsOf(x.in!, 5)) : []),
  },
  {
    name: 'InRange',
    file: 'gadgets/bits.circom',
    main: 'InRange(4)',
    prime: 23,
    edits: [],
    inputs: [['in']],
    outputs: [],
    requires: (x) => tellable(x.in!, 4, 23),
    ensures: (x) => (within(x.in!, 4) ? once() : []),
  },
  {
    name: 'Signed',
    file: 'gadgets/signed.circom',
    main: 'Signed(4)',
    prime: 127,
    edits: [],
    inputs: [['in']],
    outputs: ['nonNegative', 'magnitude'],
    requires: always,
    ensures: (x) => (within(x.in! + 16, 5) ? once(x.in! >= 0 ? 1 : 0, Math.abs(x.in!)) : []),
  },
  {
    name: 'SlotMask',
    file: 'gadgets/slot-mask.circom',
    main: 'SlotMask(3, 2)',
    prime: 127,
    edits: [],
    inputs: [['mask']],
    outputs: [...names('inGroup', 3), ...names('inAccount', 2)],
    requires: always,
    ensures: (x) => (within(x.mask!, 5) ? once(...digitsOf(x.mask!, 5)) : []),
  },
  {
    name: 'IsZero',
    file: 'gadgets/is-zero.circom',
    main: 'IsZero()',
    prime: 257,
    edits: [],
    inputs: [['in']],
    outputs: ['out'],
    requires: always,
    // Where the input is 0 the inverse is any of the prime's elements; the answer is the same.
    ensures: (x) => (x.in === 0 ? [{ outputs: [1], witnesses: 257 }] : once(0)),
  },
  {
    name: 'LimitOrReduce',
    file: 'gadgets/limit-or-reduce.circom',
    main: 'LimitOrReduce(4)',
    prime: 41,
    edits: [],
    inputs: [['risk'], ['bound'], ['before']],
    outputs: ['reducing'],
    requires: (x) => tellable(x.bound! - x.risk!, 4, 41) && tellable(x.before! - x.risk!, 4, 41),
    ensures: (x) => limitOrReduce(x.risk!, x.bound!, x.before!, 4),
  },
  {
    name: 'ShareLimit',
    file: 'gadgets/share-limit.circom',
    main: 'ShareLimit()',
    prime: 127,
    edits: [width('RISK', 5), ['gadgets/share-limit.circom', /\b10000\b/g, '3']],
    inputs: [
      ['risk', -7, 7],
      ['before', -7, 7],
      ['limitBps', -4, 4],
      ['nav', 0, 6],
    ],
    outputs: ['reducing'],
    requires: always,
    ensures: (x) => limitOrReduce(3 * x.risk!, x.limitBps! * x.nav!, 3 * x.before!, 5),
  },
  {
    name: 'StepLimit',
    file: 'gadgets/step-limit.circom',
    main: 'StepLimit()',
    prime: 127,
    edits: [width('RISK', 5), ['gadgets/step-limit.circom', '10000', '3']],
    inputs: [['used'], ['limitBps', 0, 5], ['base', 0, 6]],
    outputs: [],
    requires: (x) => tellable(x.limitBps! * x.base! - 3 * x.used!, 5, 127),
    ensures: (x) => (within(x.limitBps! * x.base! - 3 * x.used!, 5) ? once() : []),
  },
  {
    name: 'FlowSplit',
    file: 'gadgets/flow-split.circom',
    main: 'FlowSplit(3)',
    prime: 41,
    edits: [width('VALUE', 3)],
    inputs: [['part[0]'], ['part[1]'], ['part[2]']],
    outputs: ['net', 'size'],
    requires: always,
    ensures: (x) => {
      const parts = Object.values(x)
      const net = parts.reduce((sum, part) => sum + part)
      const oneSign = parts.every((part) => within(part, 3)) || parts.every((part) => within(-part, 3))
      // `outflow` is free where every part is 0.
      const witnesses = parts.every((part) => part === 0) ? 2 : 1
      return oneSign ? [{ outputs: [net, Math.abs(net)], witnesses }] : []
    },
  },
  {
    name: 'TradeFlow',
    file: 'gadgets/trade-flow.circom',
    main: 'TradeFlow(2)',
    prime: 127,
    edits: [width('QUANTITY', 1), width('PRICE', 2)],
    inputs: [
      ['trade[0]', -5, 4],
      ['trade[1]', -5, 4],
      ['fill[0]', -1, 4],
      ['fill[1]', -1, 4],
      ['price[0]', 0, 3],
      ['price[1]', 0, 3],
      ['weight[0]', 2, 2],
      ['weight[1]', 3, 3],
    ],
    outputs: ['paid', 'cost', 'gain', 'turnover', 'traded'],
    requires: always,
    ensures: (x) => {
      const total = (f: (trade: number, fill: number, price: number, weight: number) => number) =>
        [0, 1].reduce(
          (sum, i) => sum + f(x[`trade[${i}]`]!, x[`fill[${i}]`]!, x[`price[${i}]`]!, x[`weight[${i}]`]!),
          0,
        )
      if (total((trade, fill) => (within(trade + 4, 3) && within(fill, 2) ? 0 : 1)) > 0) return []
      return once(
        total((trade, fill) => trade * fill),
        total((trade, fill, price) => Math.max(0, trade * (fill - price))),
        total((trade, fill, price) => Math.max(0, -trade * (fill - price))),
        total((trade, _fill, _price, weight) => Math.abs(trade) * weight),
        total((trade, _fill, price) => Math.abs(trade) * price),
      )
    },
  },
  {
    name: 'RollingBudget',
    file: 'gadgets/rolling-budget.circom',
    main: 'RollingBudget()',
    prime: 61,
    edits: [
      width('WINDOW', 2),
      width('SUM', 2),
      width('RISK', 4),
      ['gadgets/rolling-budget.circom', /\b10000\b/g, '2'],
      // One counter instead of three that are alike.
      ['gadgets/rolling-budget.circom', /\[3\]/g, '[1]'],
      ['gadgets/rolling-budget.circom', 'k < 3', 'k < 1'],
    ],
    inputs: [
      ['oldWindow', -1, 4],
      ['window', -2, 5],
      ['oldCurrent[0]', -1, 4],
      ['oldPrevious[0]', -1, 4],
      ['used[0]', 0, 2],
      ['budgetBps[0]', 0, 2],
      ['nav', 0, 3],
    ],
    outputs: ['current[0]', 'previous[0]'],
    requires: always,
    ensures: (x) => {
      const [oldCurrent, oldPrevious] = [x['oldCurrent[0]']!, x['oldPrevious[0]']!]
      const elapsed = x.window! - x.oldWindow!
      const kept = elapsed === 0 ? oldCurrent : 0
      const previous = elapsed === 0 ? oldPrevious : elapsed === 1 ? oldCurrent : 0
      const current = kept + x['used[0]']!
      const ranged = [x.oldWindow!, elapsed, oldCurrent, oldPrevious, current].every((y) => within(y, 2))
      const risk = 2 * (current + previous)
      const claims = limitOrReduce(risk, x['budgetBps[0]']! * x.nav!, 2 * (kept + previous), 4).length
      // Both claims may be shown where both are true, and the inverse of a difference of 0 is any element.
      const witnesses = claims * (elapsed <= 1 ? 61 : 1)
      return ranged && claims > 0 ? [{ outputs: [current, previous], witnesses }] : []
    },
  },
]
