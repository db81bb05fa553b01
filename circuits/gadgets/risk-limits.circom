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
/// @input    absDeltaValue … marginTotal  [private] Exposure of the old and of the new book.
/// @output   reducing        How many limits are only reduced.
/// @requires quantities in [−2^63, 2^63), side ∈ {0, 1} — Signed; the exposures are those of these books — Exposure;
///           mandate limits in their ranges — Mandates checks them before it stores their digest.
/// @ensures  every limit holds, or is not exceeded further; reducing = 0 only if all hold.
/// @constraints 2N·(64 + 2) + (N + 3G + 7 + S + A)·155 + A·174 + 156 + 2N non-linear, about.
/// @security As LimitOrReduce, once per limit. `reducing` is a sum of fewer than 2^10 bits, so it is 0 only if each is.
template RiskLimits(N, G, A, S) {
    signal input mandate[MANDATE_LENGTH(N, G, A, S)];
    signal input nav;
    signal input quantity[N];
    signal input side[N];
    signal input oldQuantity[N];
    signal input absDelta[N];
    signal input absDeltaValue[N];

    // Index 0 is the old book, 1 the new one.
    signal input groupNet[2][G];
    signal input groupGross[2][G];
    signal input whole[2][4]; // net, gross, gamma, vega
    signal input loss[2][S];
    signal input equity[2][A];
    signal input margin[2][A];
    signal input marginTotal[2];

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
        concentration[i].risk <== absDeltaValue[i];
        concentration[i].before <== (2 * side[i] - 1) * oldSized[i];
        concentration[i].limitBps <== mandate[MANDATE_SLOT_AT(i) + MANDATE_SLOT_CONCENTRATION_BPS()];
        concentration[i].nav <== nav;
        count += concentration[i].reducing;
    }

    // 3. Groups: net on each side, gross.
    component groupNetHi[G];
    component groupNetLo[G];
    component grossLimit[G];
    for (var g = 0; g < G; g++) {
        var at = MANDATE_GROUP_AT(g, N);
        groupNetHi[g] = ShareLimit();
        groupNetHi[g].risk <== groupNet[1][g];
        groupNetHi[g].before <== groupNet[0][g];
        groupNetHi[g].limitBps <== mandate[at + MANDATE_GROUP_NET_HI_BPS()];
        groupNetHi[g].nav <== nav;
        groupNetLo[g] = ShareLimit();
        groupNetLo[g].risk <== -groupNet[1][g];
        groupNetLo[g].before <== -groupNet[0][g];
        groupNetLo[g].limitBps <== -mandate[at + MANDATE_GROUP_NET_LO_BPS()];
        groupNetLo[g].nav <== nav;
        grossLimit[g] = ShareLimit();
        grossLimit[g].risk <== groupGross[1][g];
        grossLimit[g].before <== groupGross[0][g];
        grossLimit[g].limitBps <== mandate[at + MANDATE_GROUP_GROSS_BPS()];
        grossLimit[g].nav <== nav;
        count += groupNetHi[g].reducing + groupNetLo[g].reducing + grossLimit[g].reducing;
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
    component wholeLimit[7];
    for (var k = 0; k < 7; k++) {
        wholeLimit[k] = ShareLimit();
        wholeLimit[k].risk <== sign[k] * whole[1][measure[k]];
        wholeLimit[k].before <== sign[k] * whole[0][measure[k]];
        wholeLimit[k].limitBps <== sign[k] * mandate[WHOLE + field[k]];
        wholeLimit[k].nav <== nav;
        count += wholeLimit[k].reducing;
    }

    // 5. Scenario losses.
    component lossLimit[S];
    for (var s = 0; s < S; s++) {
        lossLimit[s] = ShareLimit();
        lossLimit[s].risk <== loss[1][s];
        lossLimit[s].before <== loss[0][s];
        lossLimit[s].limitBps <== mandate[MANDATE_SCENARIO_AT(s, N, G)];
        lossLimit[s].nav <== nav;
        count += lossLimit[s].reducing;
    }

    // 6. Accounts: multiple·margin − 10⁸·equity ≤ 0, and the venue cap.
    component marginLimit[A];
    component venue[A];
    signal required[2][A];
    for (var a = 0; a < A; a++) {
        var at = MANDATE_ACCOUNT_AT(a, N, G, S);
        for (var k = 0; k < 2; k++) {
            required[k][a] <== mandate[at + MANDATE_ACCOUNT_MARGIN_MULTIPLE_BPS()] * margin[k][a];
        }
        marginLimit[a] = LimitOrReduce(BITS_MARGIN());
        marginLimit[a].risk <== required[1][a] - 100000000 * equity[1][a];
        marginLimit[a].bound <== 0;
        marginLimit[a].before <== required[0][a] - 100000000 * equity[0][a];
        venue[a] = ShareLimit();
        venue[a].risk <== equity[1][a];
        venue[a].before <== equity[0][a];
        venue[a].limitBps <== mandate[at + MANDATE_ACCOUNT_VENUE_CAP_BPS()];
        venue[a].nav <== nav;
        count += marginLimit[a].reducing + venue[a].reducing;
    }

    // 7. Free collateral: margin ≤ (1 − floor)·nav; margins carry a factor of 10⁴ already.
    component freeCollateral = LimitOrReduce(BITS_RISK());
    freeCollateral.risk <== marginTotal[1];
    freeCollateral.bound <== (10000 - mandate[MANDATE_TAIL_AT(N, G, A, S) + MANDATE_TAIL_FREE_COLLATERAL_FLOOR_BPS()]) * nav;
    freeCollateral.before <== marginTotal[0];
    count += freeCollateral.reducing;

    reducing <== count;
}
