pragma circom 2.1.6;

/// @title    IsZero
/// @notice   out = 1 if in = 0, else 0.
///
/// @input    in  [private] Any field element.
/// @output   out The answer.
/// @requires nothing.
/// @ensures  out = [in = 0].
/// @constraints 2 non-linear.
/// @security For in ≠ 0 the second constraint forces out = 0 and the first then inverse = 1/in. For in = 0 the first
///           forces out = 1 whatever `inverse` is: that wire alone is free there, and nothing else reads it.
template IsZero() {
    signal input in;
    signal output out;

    signal inverse <-- in != 0 ? 1 / in : 0;
    out <== 1 - in * inverse;
    in * out === 0;
}
