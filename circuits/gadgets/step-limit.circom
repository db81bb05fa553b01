pragma circom 2.1.6;

include "../layout.circom";
include "./bits.circom";

/// @title    StepLimit
/// @notice   What one step uses stays within a share of a base: 10⁴·used ≤ limitBps·base, with no way round.
///
/// @input    used      [private] Signed.
/// @input    limitBps  The limit in basis points, ≥ 0.
/// @input    base      [private] What the share is taken of, ≥ 0.
/// @requires |used| < 2^137, 0 ≤ base < 2^132 — TradeFlow, FlowSplit and InRange, by Rebalance; 0 ≤ limitBps ≤ 10⁶ — Mandates.
/// @ensures  10⁴·used ≤ limitBps·base over the integers.
/// @constraints 152 + 1 non-linear.
/// @security No output and no hint but the digits of Bits. The slack is below 2^152 in magnitude: a negative one has no digits.
template StepLimit() {
    signal input used;
    signal input limitBps;
    signal input base;

    component slack = InRange(BITS_RISK());
    slack.in <== limitBps * base - 10000 * used;
}
