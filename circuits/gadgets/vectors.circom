pragma circom 2.1.6;

include "../layout.circom";

// Where a row of a public vector starts, and how long the vector is; rows and their order come from the manifest.

function MARKET_ROW(S) { return MARKET_SLOT_LENGTH() + MARKET_SLOT_SCENARIO_LENGTH() * S; }
function MARKET_SLOT_AT(i, S) { return MARKET_HEAD_LENGTH() + i * MARKET_ROW(S); }
function MARKET_LENGTH(N, S) { return MARKET_SLOT_AT(N, S); }

function MANDATE_SLOT_AT(i) { return MANDATE_HEAD_LENGTH() + i * MANDATE_SLOT_LENGTH(); }
function MANDATE_GROUP_AT(g, N) { return MANDATE_SLOT_AT(N) + g * MANDATE_GROUP_LENGTH(); }
function MANDATE_WHOLE_AT(N, G) { return MANDATE_GROUP_AT(G, N); }
function MANDATE_SCENARIO_AT(s, N, G) { return MANDATE_WHOLE_AT(N, G) + MANDATE_WHOLE_LENGTH() + s; }
function MANDATE_ACCOUNT_AT(a, N, G, S) { return MANDATE_SCENARIO_AT(S, N, G) + a * MANDATE_ACCOUNT_LENGTH(); }
function MANDATE_TAIL_AT(N, G, A, S) { return MANDATE_ACCOUNT_AT(A, N, G, S); }
function MANDATE_LENGTH(N, G, A, S) { return MANDATE_TAIL_AT(N, G, A, S) + MANDATE_TAIL_LENGTH(); }

function REBALANCE_LENGTH(N) { return REBALANCE_HEAD_LENGTH() + REBALANCE_SLOT_LENGTH() * N; }
