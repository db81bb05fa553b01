/** A change of the sources that makes an instance small, or one that takes a rule away. */
export type Edit = readonly [file: string, find: string | RegExp, replace: string]

/** Input values by signal name, as signed integers. */
export type Inputs = Readonly<Record<string, number>>

/** Statements of a source, word for word, and the template that a test puts around them. */
export type Excerpt = {
  readonly source: string
  readonly statements: readonly RegExp[]
  readonly around: (statements: readonly string[]) => string
}

/** An instance of a gadget that is small enough to try all its assignments, and what its header claims. */
export type SmallGadget = {
  readonly name: string
  readonly file: string
  readonly main: string
  readonly prime: number
  /** Constants and widths of the real circuit that are made small. */
  readonly edits: readonly Edit[]
  /** Where the gadget is no template of its own: `file` is made from these. */
  readonly excerpt?: Excerpt
  /** Signal and range of values tried; without a range every element of the field. */
  readonly inputs: readonly (readonly [signal: string, lo?: number, hi?: number])[]
  readonly outputs: readonly string[]
  /** `@requires` of the header, over the integers. */
  readonly requires: (x: Inputs) => boolean
  /** `@ensures`: every tuple of outputs that may have a witness, each with how many witnesses; none where it must have none. */
  readonly ensures: (x: Inputs) => readonly Allowed[]
}
export type Allowed = { readonly outputs: readonly number[]; readonly witnesses: number }

export const width = (name: string, bits: number): Edit => [
  'layout.circom',
  new RegExp(`function BITS_${name}\\(\\) \\{ return \\d+; \\}`),
  `function BITS_${name}() { return ${bits}; }`,
]
export const once = (...outputs: number[]): Allowed[] => [{ outputs, witnesses: 1 }]
export const within = (x: number, bits: number): boolean => x >= 0 && x < 2 ** bits
export const digitsOf = (x: number, bits: number): number[] =>
  Array.from({ length: bits }, (_, i) => (x >> i) & 1)
export const names = (signal: string, length: number): string[] =>
  Array.from({ length }, (_, i) => `${signal}[${i}]`)
export const always = (): boolean => true
/** `@requires` of InRange: a larger magnitude has, modulo the prime, digits that it should not have. */
export const tellable = (slack: number, bits: number, prime: number): boolean =>
  Math.abs(slack) < prime - 2 ** bits

/** `@ensures` of LimitOrReduce with slacks of `bits` digits: each claim that is true, and no other. */
export function limitOrReduce(risk: number, bound: number, before: number, bits: number): Allowed[] {
  const outright = within(bound - risk, bits) ? once(0) : []
  const reduced = within(before - risk, bits) ? once(1) : []
  return [...outright, ...reduced]
}
