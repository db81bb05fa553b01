pragma circom 2.1.6;

include "../layout.circom";
include "./limit-or-reduce.circom";

/// @title    ShareLimit
/// @notice   A risk stays within a share of the net asset value, or does not grow: risk ≤ limitBps·nav / 10⁴.
///
/// @input    risk, before  [private] The measure for the new and the old book, signed.
/// @input    limitBps      The limit in basis points, signed.
/// @input    nav           [private] Net asset value of the new book.
/// @output   reducing      As LimitOrReduce.
/// @requires |risk|, |before| < 2^132 — Exposure; |limitBps| ≤ 10⁶ — Mandates; 0 ≤ nav < 2^132 — InRange, by Rebalance.
/// @ensures  reducing = 0 and 10⁴·risk ≤ limitBps·nav, or reducing = 1 and risk ≤ before. Nothing is divided or rounded.
/// @constraints 152 + 3 non-linear.
/// @security As LimitOrReduce: its slacks are below 2^152 in magnitude; `reducing` is free only where both claims are true.
template ShareLimit() {
    signal input risk;
    signal input before;
    signal input limitBps;
    signal input nav;
    signal output reducing;

    component limit = LimitOrReduce(BITS_RISK());
    limit.risk <== 10000 * risk;
    limit.bound <== limitBps * nav;
    limit.before <== 10000 * before;
    reducing <== limit.reducing;
}
