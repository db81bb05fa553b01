pragma circom 2.1.6;

include "../layout.circom";
include "./bits.circom";
include "./is-zero.circom";
include "./limit-or-reduce.circom";

/// @title    RollingBudget
/// @notice   Counters of cost, gain and turnover over the current and the previous window: what earlier steps used is
///           carried, what this step uses is added, and both windows together stay within the budget.
///
/// @input    oldWindow, oldCurrent, oldPrevious  [private] The old budget; counters in the order cost, gain, turnover.
/// @input    window     Window of this step, from the market's time.
/// @input    used       [private] What this step uses, each ≥ 0.
/// @input    budgetBps  The mandate's budgets.
/// @input    nav        [private] Net asset value of the new book, ≥ 0.
/// @output   current, previous   Counters of the new budget.
/// @requires 0 ≤ used < 2^134 and 0 ≤ nav < 2^132 — TradeFlow, Exposure and InRange, by the caller.
/// @ensures  oldWindow ≤ window; the same window keeps both counters, the next one shifts, a later one clears;
///           10⁴·(current + previous) ≤ budgetBps·nav, or nothing was used.
/// @constraints 2·40 + 9·134 + 3·154 + 13 non-linear, about.
/// @security IsZero's answers are unique and not both 1, so the counters are; ranged before and after, none can wrap.
template RollingBudget() {
    signal input oldWindow;
    signal input oldCurrent[3];
    signal input oldPrevious[3];
    signal input window;
    signal input used[3];
    signal input budgetBps[3];
    signal input nav;
    signal output current[3];
    signal output previous[3];

    // 1. Time does not run backwards.
    component oldWindowRange = InRange(BITS_WINDOW());
    oldWindowRange.in <== oldWindow;
    component elapsed = InRange(BITS_WINDOW());
    elapsed.in <== window - oldWindow;
    component same = IsZero();
    same.in <== window - oldWindow;
    component next = IsZero();
    next.in <== window - oldWindow - 1;

    // 2. Carry, add, and compare.
    component oldCurrentRange[3];
    component oldPreviousRange[3];
    component currentRange[3];
    component budget[3];
    signal kept[3];
    signal keptPrevious[3];
    signal shifted[3];
    for (var k = 0; k < 3; k++) {
        oldCurrentRange[k] = InRange(BITS_SUM());
        oldCurrentRange[k].in <== oldCurrent[k];
        oldPreviousRange[k] = InRange(BITS_SUM());
        oldPreviousRange[k].in <== oldPrevious[k];

        kept[k] <== same.out * oldCurrent[k];
        keptPrevious[k] <== same.out * oldPrevious[k];
        shifted[k] <== next.out * oldCurrent[k];
        previous[k] <== keptPrevious[k] + shifted[k];
        current[k] <== kept[k] + used[k];
        currentRange[k] = InRange(BITS_SUM());
        currentRange[k].in <== current[k];

        budget[k] = LimitOrReduce(BITS_RISK());
        budget[k].risk <== 10000 * (current[k] + previous[k]);
        budget[k].bound <== budgetBps[k] * nav;
        budget[k].before <== 10000 * (kept[k] + previous[k]);
    }
}
