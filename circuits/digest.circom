pragma circom 2.1.6;

include "./gadgets/public-vector.circom";

/// @title    DigestStatement
/// @notice   c is the digest of the verifier's vector x: what a contract proves once before it stores a market's or a
///           mandate's digest beside the vector that it has checked.
///
/// @param    TAG, n  Tag and length of the vector.
/// @input    x       The vector.
/// @input    c, alpha, beta  [public] As PublicVector.
/// @ensures  c = digest(TAG, x) for the verifier's x.
/// @constraints those of PublicVector.
/// @security As PublicVector: no signal is free but x, which c and beta bind to the verifier's.
template DigestStatement(TAG, n) {
    signal input c;
    signal input alpha;
    signal input beta;
    signal input x[n];

    component vector = PublicVector(TAG, n);
    vector.x <== x;
    vector.c <== c;
    vector.alpha <== alpha;
    vector.beta <== beta;
}
