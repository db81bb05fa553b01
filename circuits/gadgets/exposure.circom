pragma circom 2.1.6;

/// @title    Exposure
/// @notice   What a book is worth and exposed to, as portfolio/exposure.ts: sums of quantity × public number per unit.
///
/// @param    N, G, A, S   Slots, groups, accounts, scenarios.
/// @input    quantity     [private] Signed quantity per slot.
/// @input    magnitude    [private] |quantity| per slot.
/// @input    cash         [private] Signed cash per account, the step's flows included for an old book.
/// @input    price        Prudent price per slot.
/// @input    delta, absDelta, gamma, vega, marginBps, change   The market's numbers per slot.
/// @input    inGroup      1 where a slot counts in a group.
/// @input    inAccount    1 where a slot is held in an account.
/// @output   nav, absDeltaValue, groupNet, groupGross, net, gross, gamma…, loss, equity, margin, marginTotal.
/// @requires |quantity| ≤ 2^63, magnitude = |quantity| — Signed; |cash| < 2^127 — InRange and FlowSplit; by the caller.
/// @requires price ≥ 0, absDelta = |delta|, 0 ≤ marginBps ≤ 10⁶ and every market number below 2^63 in magnitude —
///           MarketSnapshots checks them before it stores their digest.
/// @requires inGroup, inAccount ∈ {0, 1} — SlotMask.
/// @ensures  every output is the exact integer, of at most 152 bits (margins) or 134 bits (the rest).
/// @constraints N·(6 + S + 2G + 2A) non-linear.
/// @security No hints: every output is a polynomial of the inputs, hence unique, and too small to wrap.
template Exposure(N, G, A, S) {
    signal input quantity[N];
    signal input magnitude[N];
    signal input cash[A];
    signal input price[N];
    signal input delta[N];
    signal input absDelta[N];
    signal input gamma[N];
    signal input vega[N];
    signal input marginBps[N];
    signal input change[N][S];
    signal input inGroup[N][G];
    signal input inAccount[N][A];

    signal output nav;
    signal output absDeltaValue[N];
    signal output groupNet[G];
    signal output groupGross[G];
    signal output net;
    signal output gross;
    signal output gammaTotal;
    signal output vegaTotal;
    signal output loss[S];
    signal output equity[A];
    signal output margin[A];
    signal output marginTotal;

    // 1. Each position: value, dollar delta with sign and without, gamma, vega, margin.
    signal value[N];
    signal deltaValue[N];
    signal gammaValue[N];
    signal vegaValue[N];
    signal marginValue[N];
    var navSum = 0;
    var netSum = 0;
    var grossSum = 0;
    var gammaSum = 0;
    var vegaSum = 0;
    var marginSum = 0;
    for (var i = 0; i < N; i++) {
        value[i] <== quantity[i] * price[i];
        deltaValue[i] <== quantity[i] * delta[i];
        absDeltaValue[i] <== magnitude[i] * absDelta[i];
        gammaValue[i] <== quantity[i] * gamma[i];
        vegaValue[i] <== quantity[i] * vega[i];
        marginValue[i] <== absDeltaValue[i] * marginBps[i];
        navSum += value[i];
        netSum += deltaValue[i];
        grossSum += absDeltaValue[i];
        gammaSum += gammaValue[i];
        vegaSum += vegaValue[i];
        marginSum += marginValue[i];
    }

    // 2. Whole book.
    for (var a = 0; a < A; a++) {
        navSum += cash[a];
    }
    nav <== navSum;
    net <== netSum;
    gross <== grossSum;
    gammaTotal <== gammaSum;
    vegaTotal <== vegaSum;
    marginTotal <== marginSum;

    // 3. Scenarios: what is lost, positive when value is lost.
    signal changeValue[N][S];
    for (var s = 0; s < S; s++) {
        var gain = 0;
        for (var i = 0; i < N; i++) {
            changeValue[i][s] <== quantity[i] * change[i][s];
            gain += changeValue[i][s];
        }
        loss[s] <== -gain;
    }

    // 4. Groups.
    signal netInGroup[N][G];
    signal grossInGroup[N][G];
    for (var g = 0; g < G; g++) {
        var groupNetSum = 0;
        var groupGrossSum = 0;
        for (var i = 0; i < N; i++) {
            netInGroup[i][g] <== inGroup[i][g] * deltaValue[i];
            grossInGroup[i][g] <== inGroup[i][g] * absDeltaValue[i];
            groupNetSum += netInGroup[i][g];
            groupGrossSum += grossInGroup[i][g];
        }
        groupNet[g] <== groupNetSum;
        groupGross[g] <== groupGrossSum;
    }

    // 5. Accounts.
    signal valueInAccount[N][A];
    signal marginInAccount[N][A];
    for (var a = 0; a < A; a++) {
        var equitySum = cash[a];
        var accountMarginSum = 0;
        for (var i = 0; i < N; i++) {
            valueInAccount[i][a] <== inAccount[i][a] * value[i];
            marginInAccount[i][a] <== inAccount[i][a] * marginValue[i];
            equitySum += valueInAccount[i][a];
            accountMarginSum += marginInAccount[i][a];
        }
        equity[a] <== equitySum;
        margin[a] <== accountMarginSum;
    }
}
