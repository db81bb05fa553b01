/** Mutants that no test can tell from the circuit, by id, each with the proof that it proves the same statement. */
export const EQUIVALENT: Readonly<Record<string, string>> = {}
