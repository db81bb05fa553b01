/** Mutants that do what the circuit does, by id, with the proof. One that is told apart, or is no mutant any more, must go. */
export const EQUIVALENT: Readonly<Record<string, string>> = {
  'gadgets/flow-split.circom:30:comparison:0':
    'Only the hint changes, so both circuits have the same witnesses; the generators differ only where ' +
    'the net flow is 0, where this one proposes 1. There the range of the magnitudes refuses every ' +
    'split but one of zeros, whichever value the hint has: parts of both signs have a negative ' +
    'magnitude either way. With zeros both values satisfy every constraint, net and size are 0, and ' +
    'nothing else reads the hint; so both accept the same inputs.',
  'gadgets/limit-or-reduce.circom:29:widen:0':
    'A negative slack is the field element r − |slack|, and the width ledger keeps |slack| below 2^172, ' +
    'so that it has no n + 8 ≤ 179 digits: it is refused as before. A slack ≥ 0 is, in the worst case of ' +
    'the ledger for each limit, below 2^n, so that it has n digits and its further eight are 0. Both ' +
    'circuits accept the same inputs.',
  'layout.circom:19:widen:0':
    'BITS_RISK is the width of slacks alone: of ShareLimit, StepLimit, free collateral and ' +
    'RollingBudget. The ledger bounds them by 2^152 where they are not negative, so that digits 152 to ' +
    '159 are 0, and by 2^172 in magnitude, so that a negative one, r − |slack|, has no 160 digits. Both ' +
    'circuits accept the same inputs.',
  'layout.circom:20:widen:0':
    'BITS_MARGIN is the width of the slack of account margins alone. The ledger bounds it by 2^171 where ' +
    'it is not negative, so that digits 171 to 178 are 0, and by 2^172 in magnitude, so that a negative ' +
    'one, r − |slack|, has no 179 digits. Both circuits accept the same inputs.',
  'gadgets/vectors.circom:7:drop-factor:1':
    'MARKET_SLOT_SCENARIO_LENGTH() is 1, since the manifest gives a scenario one number, so that a row is as long ' +
    'without the factor. Both sources compile to the same constraints, byte for byte.',
  'gadgets/vectors.circom:19:drop-factor:1':
    'REBALANCE_SLOT_LENGTH() is 1, since the manifest gives a slot one leg, so that the vector is as long without the ' +
    'factor. Both sources compile to the same constraints, byte for byte.',
}
