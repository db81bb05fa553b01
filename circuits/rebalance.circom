pragma circom 2.1.6;

include "./gadgets/bits.circom";
include "./gadgets/digest.circom";
include "./gadgets/exposure.circom";
include "./gadgets/flow-split.circom";
include "./gadgets/market-rows.circom";
include "./gadgets/public-vector.circom";
include "./gadgets/risk-limits.circom";
include "./gadgets/rolling-budget.circom";
include "./gadgets/signed.circom";
include "./gadgets/slot-mask.circom";
include "./gadgets/step-limit.circom";
include "./gadgets/trade-flow.circom";
include "./gadgets/vectors.circom";

/// @title    Rebalance
/// @notice   A private book moves to another private book by a committed trade, conserves value, and ends inside a public
///           mandate at a public market — or comes nearer to it. Numbered steps are the rules of docs/protocol.md, section 6.
///
/// @param    N, G, A, S  Slots, groups, accounts, scenarios.
/// @requires the verifier rebuilds x, checks each element canonical, and derives alpha as PublicVector asks.
/// @requires market and mandate numbers are in their widths: MarketSnapshots and Mandates check them before they store
///           the digests that open here.
/// @ensures  rules 1 to 8, over the integers, for the vector x = head, legs in the order of circuits/manifest.json.
/// @constraints pinned per tier in circuits/manifest.json; per part in circuits/README.md.
/// @security Every private input is bound and no value wraps: circuits/README.md has both tables and names their tests.
template Rebalance(N, G, A, S) {
    // PUBLIC: three signals stand for the whole vector.
    signal input c;
    signal input alpha;
    signal input beta;

    // PUBLIC through x.
    signal input domain;      // keccak256(chain, ledger, portfolio, circuit) >> 8
    signal input epoch;       // counter of the portfolio
    signal input oldUniverse; // universe of the old book
    signal input changed;     // bit i: slot i holds another instrument than in the old universe
    signal input window;      // market time / window length
    signal input compliant;   // 1 claims that every risk limit holds
    signal input open;        // 1 shows the legs in clear
    signal input payload;     // keccak256 of what travels beside the proof >> 8

    // PUBLIC through their digests in x.
    signal input market[MARKET_LENGTH(N, S)];
    signal input mandate[MANDATE_LENGTH(N, G, A, S)];

    // PRIVATE
    signal input oldCash[A];
    signal input oldQuantity[N];
    signal input oldBlinding;
    signal input newCash[A];
    signal input newQuantity[N];
    signal input newBlinding;
    signal input oldWindow;
    signal input oldCurrent[3];  // cost, gain, turnover
    signal input oldPrevious[3];
    signal input oldBudgetBlinding;
    signal input newBudgetBlinding;
    signal input fill[N];
    signal input fee;
    signal input tradeBlinding;
    signal input carryGain;
    signal input carryLoss;
    signal input flowPart[A];

    // The public vectors, by name.
    component rows = MarketRows(N, S);
    rows.market <== market;
    component mask[N];
    for (var i = 0; i < N; i++) {
        mask[i] = SlotMask(G, A);
        mask[i].mask <== mandate[MANDATE_SLOT_AT(i) + MANDATE_SLOT_MASK()];
    }
    var TAIL = MANDATE_TAIL_AT(N, G, A, S);

    // 1. Openings. Universe ids: new book, mandate and market share one element; the old book's is in x.
    market[MARKET_UNIVERSE_ID()] === mandate[MANDATE_UNIVERSE_ID()];
    component marketDigest = Digest(TAG_MARKET(), MARKET_LENGTH(N, S));
    marketDigest.in <== market;
    component mandateDigest = Digest(TAG_MANDATE(), MANDATE_LENGTH(N, G, A, S));
    mandateDigest.in <== mandate;

    component oldBook = Digest(TAG_BOOK(), 2 + A + N);
    component newBook = Digest(TAG_BOOK(), 2 + A + N);
    oldBook.in[0] <== oldUniverse;
    newBook.in[0] <== mandate[MANDATE_UNIVERSE_ID()];
    for (var a = 0; a < A; a++) {
        oldBook.in[1 + a] <== oldCash[a];
        newBook.in[1 + a] <== newCash[a];
    }
    for (var i = 0; i < N; i++) {
        oldBook.in[1 + A + i] <== oldQuantity[i];
        newBook.in[1 + A + i] <== newQuantity[i];
    }
    oldBook.in[1 + A + N] <== oldBlinding;
    newBook.in[1 + A + N] <== newBlinding;

    signal trade[N];
    component tradeDigest = Digest(TAG_TRADE(), 2 * N + 2);
    for (var i = 0; i < N; i++) {
        trade[i] <== newQuantity[i] - oldQuantity[i];
        tradeDigest.in[i] <== trade[i];
        tradeDigest.in[N + i] <== fill[i];
    }
    tradeDigest.in[2 * N] <== fee;
    tradeDigest.in[2 * N + 1] <== tradeBlinding;

    component isChanged = Bits(N);
    isChanged.in <== changed;
    for (var i = 0; i < N; i++) {
        isChanged.out[i] * oldQuantity[i] === 0;
    }
    open * (open - 1) === 0;
    compliant * (compliant - 1) === 0;
    open * fee === 0;

    component flow = FlowSplit(A);
    flow.part <== flowPart;

    // 2. Ranges. Trades, fills, flow parts and counters are ranged where they are read.
    component oldSign[N];
    component newSign[N];
    component oldCashRange[A];
    component newCashRange[A];
    for (var i = 0; i < N; i++) {
        oldSign[i] = Signed(BITS_QUANTITY());
        oldSign[i].in <== oldQuantity[i];
        newSign[i] = Signed(BITS_QUANTITY());
        newSign[i].in <== newQuantity[i];
        rows.suspended[i] * trade[i] === 0;
    }
    for (var a = 0; a < A; a++) {
        oldCashRange[a] = InRange(BITS_VALUE() + 1);
        oldCashRange[a].in <== oldCash[a] + (1 << BITS_VALUE());
        newCashRange[a] = InRange(BITS_VALUE() + 1);
        newCashRange[a].in <== newCash[a] + (1 << BITS_VALUE());
    }
    component feeRange = InRange(BITS_VALUE());
    feeRange.in <== fee;
    component carryGainRange = InRange(BITS_VALUE());
    carryGainRange.in <== carryGain;
    component carryLossRange = InRange(BITS_VALUE());
    carryLossRange.in <== carryLoss;

    // 3. Value conservation.
    component trades = TradeFlow(N);
    trades.trade <== trade;
    trades.fill <== fill;
    trades.price <== rows.price;
    trades.weight <== rows.weight;
    var cashSum = 0;
    for (var a = 0; a < A; a++) {
        cashSum += newCash[a] - oldCash[a];
    }
    cashSum === flow.net - trades.paid - fee + carryGain - carryLoss;

    // 4. Exposure of both books. A suspended slot counts 0 when long, in full when short; it is not traded, so the sign of
    //    the new quantity is that of the old one.
    signal haircut[N];
    signal prudentPrice[N];
    for (var i = 0; i < N; i++) {
        haircut[i] <== rows.suspended[i] * newSign[i].nonNegative;
        prudentPrice[i] <== rows.price[i] * (1 - haircut[i]);
    }
    component exposure[2]; // 0 the old book, with the step's flows in it; 1 the new book
    for (var k = 0; k < 2; k++) {
        exposure[k] = Exposure(N, G, A, S);
        exposure[k].price <== prudentPrice;
        exposure[k].delta <== rows.delta;
        exposure[k].absDelta <== rows.absDelta;
        exposure[k].gamma <== rows.gamma;
        exposure[k].vega <== rows.vega;
        exposure[k].marginBps <== rows.marginBps;
        exposure[k].change <== rows.change;
        for (var i = 0; i < N; i++) {
            exposure[k].inGroup[i] <== mask[i].inGroup;
            exposure[k].inAccount[i] <== mask[i].inAccount;
        }
    }
    for (var i = 0; i < N; i++) {
        exposure[0].quantity[i] <== oldQuantity[i];
        exposure[0].magnitude[i] <== oldSign[i].magnitude;
        exposure[1].quantity[i] <== newQuantity[i];
        exposure[1].magnitude[i] <== newSign[i].magnitude;
    }
    for (var a = 0; a < A; a++) {
        exposure[0].cash[a] <== oldCash[a] + flowPart[a];
        exposure[1].cash[a] <== newCash[a];
    }

    // NAV' ≥ 0, and > 0 for compliant.
    signal nav <== exposure[1].nav;
    component navRange = InRange(BITS_SUM());
    navRange.in <== nav - compliant;

    // 5, 6. Risk limits: outright, or reduced in absolute terms; compliant needs all outright.
    component risk = RiskLimits(N, G, A, S);
    risk.mandate <== mandate;
    risk.nav <== nav;
    risk.quantity <== newQuantity;
    risk.oldQuantity <== oldQuantity;
    for (var i = 0; i < N; i++) {
        risk.side[i] <== newSign[i].nonNegative;
    }
    risk.absDelta <== rows.absDelta;
    risk.absDeltaValue <== exposure[1].absDeltaValue;
    for (var k = 0; k < 2; k++) {
        risk.groupNet[k] <== exposure[k].groupNet;
        risk.groupGross[k] <== exposure[k].groupGross;
        risk.whole[k] <== [exposure[k].net, exposure[k].gross, exposure[k].gammaTotal, exposure[k].vegaTotal];
        risk.loss[k] <== exposure[k].loss;
        risk.equity[k] <== exposure[k].equity;
        risk.margin[k] <== exposure[k].margin;
        risk.marginTotal[k] <== exposure[k].marginTotal;
    }
    compliant * risk.reducing === 0;

    // 7. Flow limits of this step, and carry (rule 3).
    component carryGainLimit = StepLimit();
    carryGainLimit.used <== carryGain;
    carryGainLimit.limitBps <== mandate[TAIL + MANDATE_TAIL_CARRY_BPS()];
    carryGainLimit.base <== nav;
    component carryLossLimit = StepLimit();
    carryLossLimit.used <== carryLoss;
    carryLossLimit.limitBps <== mandate[TAIL + MANDATE_TAIL_CARRY_BPS()];
    carryLossLimit.base <== nav;
    component turnoverLimit = StepLimit();
    turnoverLimit.used <== trades.turnover - flow.size;
    turnoverLimit.limitBps <== mandate[TAIL + MANDATE_TAIL_TURNOVER_BPS()];
    turnoverLimit.base <== nav;
    component costLimit = StepLimit();
    costLimit.used <== trades.cost + fee;
    costLimit.limitBps <== mandate[TAIL + MANDATE_TAIL_COST_BPS()];
    costLimit.base <== trades.traded;
    component gainLimit = StepLimit();
    gainLimit.used <== trades.gain;
    gainLimit.limitBps <== mandate[TAIL + MANDATE_TAIL_GAIN_BPS()];
    gainLimit.base <== trades.traded;

    // 8. Rolling budgets.
    component budget = RollingBudget();
    budget.oldWindow <== oldWindow;
    budget.oldCurrent <== oldCurrent;
    budget.oldPrevious <== oldPrevious;
    budget.window <== window;
    budget.used <== [trades.cost + fee + carryLoss, trades.gain + carryGain, trades.turnover];
    budget.budgetBps <== [
        mandate[TAIL + MANDATE_TAIL_ROLLING_COST_BPS()],
        mandate[TAIL + MANDATE_TAIL_ROLLING_GAIN_BPS()],
        mandate[TAIL + MANDATE_TAIL_ROLLING_TURNOVER_BPS()]
    ];
    budget.nav <== nav;

    component oldBudget = Digest(TAG_BUDGET(), 8);
    component newBudget = Digest(TAG_BUDGET(), 8);
    oldBudget.in[0] <== oldWindow;
    newBudget.in[0] <== window;
    for (var k = 0; k < 3; k++) {
        oldBudget.in[1 + k] <== oldCurrent[k];
        oldBudget.in[4 + k] <== oldPrevious[k];
        newBudget.in[1 + k] <== budget.current[k];
        newBudget.in[4 + k] <== budget.previous[k];
    }
    oldBudget.in[7] <== oldBudgetBlinding;
    newBudget.in[7] <== newBudgetBlinding;

    // The public vector, in the order of the manifest.
    component vector = PublicVector(TAG_REBALANCE(), REBALANCE_LENGTH(N));
    vector.x[REBALANCE_DOMAIN()] <== domain;
    vector.x[REBALANCE_EPOCH()] <== epoch;
    vector.x[REBALANCE_OLD_BOOK()] <== oldBook.out;
    vector.x[REBALANCE_NEW_BOOK()] <== newBook.out;
    vector.x[REBALANCE_OLD_BUDGET()] <== oldBudget.out;
    vector.x[REBALANCE_NEW_BUDGET()] <== newBudget.out;
    vector.x[REBALANCE_TRADE()] <== tradeDigest.out;
    vector.x[REBALANCE_MANDATE_DIGEST()] <== mandateDigest.out;
    vector.x[REBALANCE_MARKET_DIGEST()] <== marketDigest.out;
    vector.x[REBALANCE_OLD_UNIVERSE()] <== oldUniverse;
    vector.x[REBALANCE_CHANGED()] <== changed;
    vector.x[REBALANCE_NET_FLOW()] <== flow.net;
    vector.x[REBALANCE_WINDOW()] <== window;
    vector.x[REBALANCE_COMPLIANT()] <== compliant;
    vector.x[REBALANCE_OPEN()] <== open;
    vector.x[REBALANCE_PAYLOAD()] <== payload;
    for (var i = 0; i < N; i++) {
        vector.x[REBALANCE_HEAD_LENGTH() + i] <== open * ((trade[i] + (1 << 64)) * (1 << 64) + fill[i]);
    }
    vector.c <== c;
    vector.alpha <== alpha;
    vector.beta <== beta;
}
