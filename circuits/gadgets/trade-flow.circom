pragma circom 2.1.6;

include "../layout.circom";
include "./bits.circom";
include "./signed.circom";

/// @title    TradeFlow
/// @notice   What the trades cost, gain and turn over against the mark, leg by leg: no leg pays for another.
///
/// @param    N         Slots.
/// @input    trade     [private] Signed quantity traded per slot.
/// @input    fill      [private] Price paid or received per unit.
/// @input    price     Mark per unit.
/// @input    weight    Turnover weight per unit.
/// @output   paid      Σ trade·fill, signed: what leaves the cash.
/// @output   cost      Σ max(0, trade·(fill − price)).
/// @output   gain      Σ max(0, −trade·(fill − price)).
/// @output   turnover  Σ |trade|·weight.
/// @output   traded    Σ |trade|·price.
/// @requires price, weight in [0, 2^63) — MarketSnapshots checks them before it stores their digest. N ≤ 32.
/// @ensures  −2^64 ≤ trade < 2^64, 0 ≤ fill < 2^63; every output exact, below 2^133.
/// @constraints N·(BITS of trade, fill and fill − price, and 7) non-linear.
/// @security Magnitudes are unique by Signed, outputs polynomials of them; |d| + d is 0 or 2|d|, so halves are integers.
template TradeFlow(N) {
    signal input trade[N];
    signal input fill[N];
    signal input price[N];
    signal input weight[N];
    signal output paid;
    signal output cost;
    signal output gain;
    signal output turnover;
    signal output traded;

    component tradeSign[N];
    component fillRange[N];
    component edge[N];
    signal tradeFill[N];
    signal tradePrice[N];
    signal tradedValue[N];
    signal turned[N];
    signal shortfallSize[N];
    var paidSum = 0;
    var costSum = 0;
    var gainSum = 0;
    var turnoverSum = 0;
    var tradedSum = 0;
    for (var i = 0; i < N; i++) {
        // 1. Widths, and the sign of the trade and of its price against the mark.
        tradeSign[i] = Signed(BITS_QUANTITY() + 1);
        tradeSign[i].in <== trade[i];
        fillRange[i] = InRange(BITS_PRICE());
        fillRange[i].in <== fill[i];
        edge[i] = Signed(BITS_PRICE());
        edge[i].in <== fill[i] - price[i];

        // 2. d = trade·(fill − price), by sign and by magnitude.
        tradeFill[i] <== trade[i] * fill[i];
        tradePrice[i] <== trade[i] * price[i];
        shortfallSize[i] <== tradeSign[i].magnitude * edge[i].magnitude;
        tradedValue[i] <== tradeSign[i].magnitude * price[i];
        turned[i] <== tradeSign[i].magnitude * weight[i];

        paidSum += tradeFill[i];
        costSum += shortfallSize[i] + tradeFill[i] - tradePrice[i];
        gainSum += shortfallSize[i] - tradeFill[i] + tradePrice[i];
        turnoverSum += turned[i];
        tradedSum += tradedValue[i];
    }
    paid <== paidSum;
    cost <== costSum / 2;
    gain <== gainSum / 2;
    turnover <== turnoverSum;
    traded <== tradedSum;
}
