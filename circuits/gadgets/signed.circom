pragma circom 2.1.6;

include "./bits.circom";

/// @title    Signed
/// @notice   Reads a field element as a signed number: its sign and its magnitude.
///
/// @param    n            Width of the magnitude in bits, at most 251 (Bits asserts n + 1).
/// @input    in           [private] The number; −x is the field element r − x.
/// @output   nonNegative  1 if in ≥ 0, else 0.
/// @output   magnitude    |in|.
/// @requires nothing.
/// @ensures  −2^n ≤ in < 2^n over the integers, 0 ≤ magnitude ≤ 2^n; both outputs are functions of `in`.
/// @constraints n + 2 non-linear.
/// @security in + 2^n has n + 1 digits, unique by Bits; its top digit is 1 exactly when in ≥ 0, so zero has one sign.
template Signed(n) {
    signal input in;
    signal output nonNegative;
    signal output magnitude;

    component digits = Bits(n + 1);
    digits.in <== in + (1 << n);
    nonNegative <== digits.out[n];
    magnitude <== (2 * nonNegative - 1) * in;
}
