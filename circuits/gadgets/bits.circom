pragma circom 2.1.6;

/// @title    Bits
/// @notice   The binary digits of a number, least significant first.
///
/// @param    n   Number of digits, at most 252.
/// @input    in  [private] The number.
/// @output   out Its digits.
/// @requires nothing.
/// @ensures  0 ≤ in < 2^n over the integers, out[i] ∈ {0, 1}, in = Σ out[i]·2^i.
/// @constraints n non-linear, 1 linear.
/// @security `<--` only proposes digits. Each is 0 or 1 by its own constraint and their weighted sum equals `in`; since
///           2^n ≤ 2^252 < r the sum cannot wrap, so exactly one choice of digits satisfies both: the witness is unique.
template Bits(n) {
    // Parameters only: an assert over a signal would constrain nothing.
    assert(n <= 252);
    signal input in;
    signal output out[n];

    var total = 0;
    for (var i = 0; i < n; i++) {
        out[i] <-- (in >> i) & 1;
        out[i] * (out[i] - 1) === 0;
        total += out[i] * (1 << i);
    }
    total === in;
}

/// @title    InRange
/// @notice   0 ≤ in < 2^n.
///
/// @param    n   Number of bits, at most 252.
/// @input    in  [private] The number, or a slack whose sign is in question.
/// @requires for a slack: its magnitude is below r − 2^n, so that no negative value has n digits. The width ledger in
///           circuits/README.md bounds every slack below 2^172.
/// @ensures  0 ≤ in < 2^n over the integers.
/// @constraints n non-linear, 1 linear.
/// @security No output. The digits are unique, as in Bits; a number that is negative or too large has none, so no witness.
template InRange(n) {
    signal input in;

    component digits = Bits(n);
    digits.in <== in;
}
