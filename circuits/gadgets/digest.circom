pragma circom 2.1.6;

include "./poseidon.circom";

/// @title    Digest
/// @notice   digest(tag, in): Poseidon of width 17 over blocks of 15 elements, each hashed with a chaining element that
///           starts as tag·2^64 + length; the last block is filled with zeros.
///
/// @param    TAG  What is committed to; a constant, so that one kind of vector never opens as another.
/// @param    n    Length of the vector, at least 1.
/// @input    in   The vector.
/// @output   out  Its digest.
/// @requires nothing.
/// @ensures  out is a function of (TAG, n, in), collision resistant as Poseidon over BN254 is.
/// @constraints 612 non-linear per block of 15.
/// @security No hints: out is a function of in. Tag and length enter the first block, so zero filling makes no collision.
template Digest(TAG, n) {
    signal input in[n];
    signal output out;

    var BLOCKS = (n + 14) \ 15;
    component blocks[BLOCKS];
    for (var b = 0; b < BLOCKS; b++) {
        blocks[b] = Poseidon16();
        if (b == 0) {
            blocks[b].in[0] <== TAG * (1 << 64) + n;
        } else {
            blocks[b].in[0] <== blocks[b - 1].out;
        }
        for (var i = 0; i < 15; i++) {
            if (15 * b + i < n) {
                blocks[b].in[i + 1] <== in[15 * b + i];
            } else {
                blocks[b].in[i + 1] <== 0;
            }
        }
    }
    out <== blocks[BLOCKS - 1].out;
}
