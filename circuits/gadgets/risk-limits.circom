pragma circom 2.1.6;

include "./limit-or-reduce.circom";
include "./share-limit.circom";
include "./vectors.circom";

/// @title    RiskLimits
/// @notice   Every risk limit of the mandate, each held outright or only reduced (docs/protocol.md, rules 5 and 6), in the
///           order of portfolio/risk-limits.ts.
///
/// @param    N, G, A, S      Slots, groups, accounts, scenarios.
/// @input    mandate         The mandate's vector.
/// @input    nav             [private] Net asset value of the new book.
/// @input    quantity, side  [private] New quantity per slot, and 1 where it is ≥ 0.
/// @input    oldQuantity     [private] Old quantity per slot.
/// @input    absDelta        |dollar delta| per unit and slot.
/// @input    now…, then…     [private] Exposure of the new and of the old book.
/// @output   reducing        How many limits are only reduced.
/// @requires quantities in [−2^63, 2^63), side ∈ {0, 1} — Signed; the exposures are those of these books — Exposure;
///           mandate limits in their ranges — Mandates checks them before it stores their digest.
/// @ensures  every limit holds, or is not exceeded further; reducing = 0 only if all hold.
/// @constraints 2N·(64 + 2) + (N + 3G + 7 + S + A)·155 + A·174 + 156 + 2N non-linear, about.
/// @security As LimitOrReduce, once per limit.
template RiskLimits(N, G, A, S) {
    signal input mandate[MANDATE_LENGTH(N, G, A, S)];
    signal input nav;
    signal input quantity[N];
    signal input side[N];
    signal input oldQuantity[N];
    signal input absDelta[N];

    signal input nowAbsDelta[N];
    signal input nowGroupNet[G];
    signal input nowGroupGross[G];
    signal input nowWhole[4]; // net, gross, gamma, vega
    signal input nowLoss[S];
    signal input nowEquity[A];
    signal input nowMargin[A];
    signal input nowMarginTotal;

    signal input thenGroupNet[G];
    signal input thenGroupGross[G];
    signal input thenWhole[4];
    signal input thenLoss[S];
    signal input thenEquity[A];
    signal input thenMargin[A];
    signal input thenMarginTotal;

    signal output reducing;
    var count = 0;

    // 1. Positions, each side, in quantities.
    component long[N];
    component short[N];
    for (var i = 0; i < N; i++) {
        var at = MANDATE_SLOT_AT(i);
        long[i] = LimitOrReduce(BITS_QUANTITY() + 1);
        long[i].risk <== quantity[i];
        long[i].bound <== mandate[at + MANDATE_SLOT_MAX_LONG()];
        long[i].before <== oldQuantity[i];
        short[i] = LimitOrReduce(BITS_QUANTITY() + 1);
        short[i].risk <== -quantity[i];
        short[i].bound <== mandate[at + MANDATE_SLOT_MAX_SHORT()];
        short[i].before <== -oldQuantity[i];
        count += long[i].reducing + short[i].reducing;
    }

    // 2. Concentration. The old risk carries the sign of the new side, so that crossing zero is new risk.
    component concentration[N];
    signal oldSized[N];
    for (var i = 0; i < N; i++) {
        oldSized[i] <== oldQuantity[i] * absDelta[i];
        concentration[i] = ShareLimit();
        concentration[i].risk <== nowAbsDelta[i];
        concentration[i].before <== (2 * side[i] - 1) * oldSized[i];
        concentration[i].limitBps <== mandate[MANDATE_SLOT_AT(i) + MANDATE_SLOT_CONCENTRATION_BPS()];
        concentration[i].nav <== nav;
        count += concentration[i].reducing;
    }

    // 3. Groups: net on each side, gross.
    component groupNetHi[G];
    component groupNetLo[G];
    component groupGross[G];
    for (var g = 0; g < G; g++) {
        var at = MANDATE_GROUP_AT(g, N);
        groupNetHi[g] = ShareLimit();
        groupNetHi[g].risk <== nowGroupNet[g];
        groupNetHi[g].before <== thenGroupNet[g];
        groupNetHi[g].limitBps <== mandate[at + MANDATE_GROUP_NET_HI_BPS()];
        groupNetHi[g].nav <== nav;
        groupNetLo[g] = ShareLimit();
        groupNetLo[g].risk <== -nowGroupNet[g];
        groupNetLo[g].before <== -thenGroupNet[g];
        groupNetLo[g].limitBps <== -mandate[at + MANDATE_GROUP_NET_LO_BPS()];
        groupNetLo[g].nav <== nav;
        groupGross[g] = ShareLimit();
        groupGross[g].risk <== nowGroupGross[g];
        groupGross[g].before <== thenGroupGross[g];
        groupGross[g].limitBps <== mandate[at + MANDATE_GROUP_GROSS_BPS()];
        groupGross[g].nav <== nav;
        count += groupNetHi[g].reducing + groupNetLo[g].reducing + groupGross[g].reducing;
    }

    // 4. Whole book: net, gamma and vega on each side, leverage. A low limit bounds the negated risk by the negated limit.
    var WHOLE = MANDATE_WHOLE_AT(N, G);
    var measure[7] = [0, 0, 1, 2, 2, 3, 3];
    var sign[7] = [-1, 1, 1, -1, 1, -1, 1];
    var field[7] = [
        MANDATE_WHOLE_NET_LO_BPS(), MANDATE_WHOLE_NET_HI_BPS(), MANDATE_WHOLE_LEVERAGE_BPS(),
        MANDATE_WHOLE_GAMMA_LO_BPS(), MANDATE_WHOLE_GAMMA_HI_BPS(),
        MANDATE_WHOLE_VEGA_LO_BPS(), MANDATE_WHOLE_VEGA_HI_BPS()
    ];
    component whole[7];
    for (var k = 0; k < 7; k++) {
        whole[k] = ShareLimit();
        whole[k].risk <== sign[k] * nowWhole[measure[k]];
        whole[k].before <== sign[k] * thenWhole[measure[k]];
        whole[k].limitBps <== sign[k] * mandate[WHOLE + field[k]];
        whole[k].nav <== nav;
        count += whole[k].reducing;
    }

    // 5. Scenario losses.
    component loss[S];
    for (var s = 0; s < S; s++) {
        loss[s] = ShareLimit();
        loss[s].risk <== nowLoss[s];
        loss[s].before <== thenLoss[s];
        loss[s].limitBps <== mandate[MANDATE_SCENARIO_AT(s, N, G)];
        loss[s].nav <== nav;
        count += loss[s].reducing;
    }

    // 6. Accounts: multiple·margin − 10⁸·equity ≤ 0, and the venue cap.
    component margin[A];
    component venue[A];
    signal nowRequired[A];
    signal thenRequired[A];
    for (var a = 0; a < A; a++) {
        var at = MANDATE_ACCOUNT_AT(a, N, G, S);
        nowRequired[a] <== mandate[at + MANDATE_ACCOUNT_MARGIN_MULTIPLE_BPS()] * nowMargin[a];
        thenRequired[a] <== mandate[at + MANDATE_ACCOUNT_MARGIN_MULTIPLE_BPS()] * thenMargin[a];
        margin[a] = LimitOrReduce(BITS_MARGIN());
        margin[a].risk <== nowRequired[a] - 100000000 * nowEquity[a];
        margin[a].bound <== 0;
        margin[a].before <== thenRequired[a] - 100000000 * thenEquity[a];
        venue[a] = ShareLimit();
        venue[a].risk <== nowEquity[a];
        venue[a].before <== thenEquity[a];
        venue[a].limitBps <== mandate[at + MANDATE_ACCOUNT_VENUE_CAP_BPS()];
        venue[a].nav <== nav;
        count += margin[a].reducing + venue[a].reducing;
    }

    // 7. Free collateral: margin ≤ (1 − floor)·nav; margins carry a factor of 10⁴ already.
    component freeCollateral = LimitOrReduce(BITS_RISK());
    freeCollateral.risk <== nowMarginTotal;
    freeCollateral.bound <== (10000 - mandate[MANDATE_TAIL_AT(N, G, A, S) + MANDATE_TAIL_FREE_COLLATERAL_FLOOR_BPS()]) * nav;
    freeCollateral.before <== thenMarginTotal;
    count += freeCollateral.reducing;

    reducing <== count;
}
