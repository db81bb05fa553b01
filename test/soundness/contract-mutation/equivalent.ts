/** Mutants that do what the contract does, by id, with the proof. One that is told apart, or is no mutant any more, must go. */
export const EQUIVALENT_CONTRACTS: Readonly<Record<string, string>> = {
  'libraries/MandateRules.sol _checkSlot: `mask < 0` → `mask <= 0`':
    'A mask of 0 has no account, and the other half of the condition refuses it with the same error.',
}
