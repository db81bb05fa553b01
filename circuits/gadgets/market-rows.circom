pragma circom 2.1.6;

include "./vectors.circom";

/// @title    MarketRows
/// @notice   The columns of a market vector, by name.
///
/// @param    N, S    Slots, scenarios.
/// @input    market  The vector.
/// @output   price, delta, absDelta, gamma, vega, marginBps, weight, suspended   Per slot, as portfolio/market.ts has them.
/// @output   change  Value change per unit, slot and scenario.
/// @requires nothing.
/// @ensures  every output is an element of the vector.
/// @constraints none that are non-linear.
/// @security No hints: every output is one element of the vector, at a place fixed when the circuit is compiled.
template MarketRows(N, S) {
    signal input market[MARKET_LENGTH(N, S)];
    signal output price[N];
    signal output delta[N];
    signal output absDelta[N];
    signal output gamma[N];
    signal output vega[N];
    signal output marginBps[N];
    signal output weight[N];
    signal output suspended[N];
    signal output change[N][S];

    for (var i = 0; i < N; i++) {
        var at = MARKET_SLOT_AT(i, S);
        price[i] <== market[at + MARKET_SLOT_PRICE()];
        delta[i] <== market[at + MARKET_SLOT_DELTA()];
        absDelta[i] <== market[at + MARKET_SLOT_ABS_DELTA()];
        gamma[i] <== market[at + MARKET_SLOT_GAMMA()];
        vega[i] <== market[at + MARKET_SLOT_VEGA()];
        marginBps[i] <== market[at + MARKET_SLOT_MARGIN_BPS()];
        weight[i] <== market[at + MARKET_SLOT_TURNOVER_WEIGHT()];
        suspended[i] <== market[at + MARKET_SLOT_SUSPENDED()];
        for (var s = 0; s < S; s++) {
            change[i][s] <== market[at + MARKET_SLOT_LENGTH() + s];
        }
    }
}
