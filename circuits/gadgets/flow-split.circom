pragma circom 2.1.6;

include "../layout.circom";
include "./bits.circom";

/// @title    FlowSplit
/// @notice   The net flow as parts per account, every part of the net flow's sign.
///
/// @param    A        Accounts.
/// @input    part     [private] Signed flow through each account.
/// @output   net      Σ part.
/// @output   size     |net|.
/// @requires nothing.
/// @ensures  all parts ≥ 0 or all parts ≤ 0, each of magnitude below 2^126; net and size exact, since A·2^126 is far below r.
/// @constraints A·(126 + 1) + 1 non-linear.
/// @security `outflow` is a hint. A part of the other sign has a negative magnitude, which has no 126 digits; so the hint
///           is forced unless every part is 0, where both choices give the same outputs.
template FlowSplit(A) {
    signal input part[A];
    signal output net;
    signal output size;

    var netSum = 0;
    for (var a = 0; a < A; a++) {
        netSum += part[a];
    }
    net <== netSum;

    // `<` reads values above r/2 as negative.
    signal outflow <-- net < 0 ? 1 : 0;
    outflow * (outflow - 1) === 0;

    signal magnitude[A];
    component range[A];
    var sizeSum = 0;
    for (var a = 0; a < A; a++) {
        magnitude[a] <== (1 - 2 * outflow) * part[a];
        range[a] = InRange(BITS_VALUE());
        range[a].in <== magnitude[a];
        sizeSum += magnitude[a];
    }
    size <== sizeSum;
}
