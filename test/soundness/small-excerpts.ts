import { always, type Excerpt, limitOrReduce, once, type SmallGadget, width, within } from './small-gadget.js'

const SELECTIONS: Excerpt = {
  source: 'circuits/rebalance.circom',
  statements: [
    /trade\[i\] <== .*;/,
    /isChanged\.out\[i\] \* .*;/,
    /open \* \(open - 1\) === 0;/,
    /open \* fee === 0;/,
    /rows\.suspended\[i\] \* .*=== 0;/,
    /haircut\[i\] <== .*;/,
    /prudentPrice\[i\] <== .*;/,
    /open \* \(\(trade.*;/,
  ],
  around: ([trade, changed, open, fee, suspended, haircut, price, leg]) => `pragma circom 2.1.6;
include "./gadgets/bits.circom";
include "./gadgets/market-rows.circom";
include "./gadgets/signed.circom";
template Selections() {
    var N = 1;
    signal input market[MARKET_LENGTH(N, 1)];
    signal input oldQuantity[N];
    signal input newQuantity[N];
    signal input changed;
    signal input open;
    signal input fee;
    signal input fill[N];
    signal output trade[N];
    signal output prudentPrice[N];
    signal output leg;
    signal haircut[N];
    component rows = MarketRows(N, 1);
    rows.market <== market;
    component isChanged = Bits(N);
    isChanged.in <== changed;
    component newSign[N];
    ${open}
    ${fee}
    for (var i = 0; i < N; i++) {
        ${trade}
        ${changed}
        newSign[i] = Signed(BITS_QUANTITY());
        newSign[i].in <== newQuantity[i];
        ${suspended}
        ${haircut}
        ${price}
        leg <== ${leg}
    }
}
`,
}

const CONCENTRATION: Excerpt = {
  source: 'circuits/gadgets/risk-limits.circom',
  statements: [
    /oldSized\[i\] <== .*;/,
    /concentration\[i\] = .*;/,
    /concentration\[i\]\.risk <== .*;/,
    /concentration\[i\]\.before <== .*;/,
    /concentration\[i\]\.nav <== .*;/,
  ],
  around: ([oldSized, component, risk, before, nav]) => `pragma circom 2.1.6;
include "./gadgets/share-limit.circom";
include "./gadgets/signed.circom";
template Concentration() {
    var N = 1;
    signal input quantity;
    signal input oldQuantity[N];
    signal input absDelta[N];
    signal input limitBps;
    signal input nav;
    signal output reducing;
    signal side[N];
    signal oldSized[N];
    signal absDeltaValue[N];
    component concentration[N];
    component sign = Signed(BITS_QUANTITY());
    sign.in <== quantity;
    for (var i = 0; i < N; i++) {
        side[i] <== sign.nonNegative;
        absDeltaValue[i] <== sign.magnitude * absDelta[i];
        ${oldSized}
        ${component}
        ${risk}
        ${before}
        concentration[i].limitBps <== limitBps;
        ${nav}
        reducing <== concentration[i].reducing;
    }
}
`,
}

/** Choices that are no templates of their own. */
export const SMALL_EXCERPTS: readonly SmallGadget[] = [
  {
    name: 'Selections',
    file: 'selections.circom',
    main: 'Selections()',
    prime: 127,
    excerpt: SELECTIONS,
    edits: [width('QUANTITY', 1), ['selections.circom', /1 << 64/g, '1 << 3']],
    inputs: [
      ['market[2]', 2, 3], // price
      ['market[9]', 0, 1], // suspended
      ...[0, 1, 3, 4, 5, 6, 7, 8, 10].map((at) => [`market[${at}]`, 0, 0] as const),
      ['oldQuantity[0]', -3, 3],
      ['newQuantity[0]', -3, 3],
      ['changed', -1, 2],
      ['open', -1, 2],
      ['fee', -1, 1],
      ['fill[0]', 0, 3],
    ],
    outputs: ['trade[0]', 'prudentPrice[0]', 'leg'],
    requires: always,
    ensures: (x) => {
      const [before, after, suspended] = [x['oldQuantity[0]']!, x['newQuantity[0]']!, x['market[9]'] === 1]
      const trade = after - before
      const refused = [
        !within(after + 2, 2),
        !within(x.changed!, 1) || (x.changed === 1 && before !== 0),
        !within(x.open!, 1) || (x.open === 1 && x.fee !== 0),
        suspended && trade !== 0,
      ]
      if (refused.includes(true)) return []
      const price = suspended && after >= 0 ? 0 : x['market[2]']!
      return once(trade, price, x.open === 1 ? (trade + 8) * 8 + x['fill[0]']! : 0)
    },
  },
  {
    name: 'Concentration',
    file: 'concentration.circom',
    main: 'Concentration()',
    prime: 127,
    excerpt: CONCENTRATION,
    edits: [width('QUANTITY', 2), width('RISK', 5), ['gadgets/share-limit.circom', /\b10000\b/g, '3']],
    inputs: [
      ['quantity', -5, 4],
      ['oldQuantity[0]', -4, 3],
      ['absDelta[0]', 0, 2],
      ['limitBps', 0, 2],
      ['nav', 0, 4],
    ],
    outputs: ['reducing'],
    requires: always,
    ensures: (x) => {
      if (!within(x.quantity! + 4, 3)) return []
      // What was held on the other side of zero is no excuse for what is held now.
      const before = x.quantity! >= 0 ? x['oldQuantity[0]']! : -x['oldQuantity[0]']!
      const risk = Math.abs(x.quantity!) * x['absDelta[0]']!
      return limitOrReduce(3 * risk, x.limitBps! * x.nav!, 3 * before * x['absDelta[0]']!, 5)
    },
  },
]
