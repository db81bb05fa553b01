pragma circom 2.1.6;

include "./bits.circom";

/// @title    LimitOrReduce
/// @notice   risk ≤ bound, or risk ≤ before: a book that the market has pushed outside a limit may only come nearer.
///
/// @param    n        Width of a slack in bits, at most 252.
/// @input    risk     [private] The measure for the new book.
/// @input    bound    [private] The limit.
/// @input    before   [private] The measure for the old book.
/// @output   reducing 0 claims risk ≤ bound; 1 claims risk ≤ before.
/// @requires |bound − risk| and |before − risk| < r − 2^n — callers, whose numbers the width ledger keeps below 2^172.
/// @ensures  reducing = 0 and risk ≤ bound, or reducing = 1 and risk ≤ before.
/// @constraints n + 2 non-linear.
/// @security `reducing` is a hint. Where both claims are true a prover may choose either, and each is a true claim; where
///           one is false its slack is negative and has no n digits. So the output is sound, and free only where both hold.
template LimitOrReduce(n) {
    signal input risk;
    signal input bound;
    signal input before;
    signal output reducing;

    // `>` reads values above r/2 as negative, as these signed measures are meant.
    reducing <-- risk > bound ? 1 : 0;
    reducing * (reducing - 1) === 0;

    signal ceiling <== bound + reducing * (before - bound);
    component slack = InRange(n);
    slack.in <== ceiling - risk;
}
