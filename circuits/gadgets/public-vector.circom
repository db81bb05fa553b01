pragma circom 2.1.6;

include "./digest.circom";

/// @title    PublicVector
/// @notice   Binds a public vector x of any length to three public signals: c = digest(TAG, x) and β = Σ x_i·α^(i+1).
///
/// @param    TAG   Tag of the vector.
/// @param    n     Length of the vector.
/// @input    x     The vector, element 0 first.
/// @input    c     [public] Its digest.
/// @input    alpha [public] The challenge, which the verifier derives from its own x and from c.
/// @input    beta  [public] The value the verifier computes from its own x and alpha.
/// @requires alpha is a hash of circuit, c and x, or what of x fixes the rest — libraries/PublicVector.sol computes it.
/// @ensures  x is the verifier's vector, but with probability n / r.
/// @constraints n − 1 non-linear, and those of Digest.
/// @security No hints, no output. c fixes x before alpha is known; two vectors agree on beta for at most n values of alpha.
template PublicVector(TAG, n) {
    signal input x[n];
    signal input c;
    signal input alpha;
    signal input beta;

    component digest = Digest(TAG, n);
    digest.in <== x;
    digest.out === c;

    // Horner's rule from the last element: after the turn for i, partial[i] = Σ_{j ≥ i} x_j·α^(j−i).
    signal partial[n];
    partial[n - 1] <== x[n - 1];
    for (var i = n - 2; i >= 0; i--) {
        partial[i] <== partial[i + 1] * alpha + x[i];
    }
    partial[0] * alpha === beta;
}
