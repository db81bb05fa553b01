/** Nested counts; names may be data, such as the id of a surviving mutant. */
export type Counts = { readonly [name: string]: number | Counts }

export function addCounts(a: Counts, b: Counts): Counts {
  const sum: Record<string, number | Counts> = { ...a }
  for (const [name, value] of Object.entries(b)) {
    const present = sum[name]
    if (typeof value === 'number') {
      sum[name] = (typeof present === 'number' ? present : 0) + value
    } else {
      sum[name] = addCounts(typeof present === 'object' ? present : {}, value)
    }
  }
  return sum
}

/** How often each name occurs. */
export const tally = (names: readonly string[]): Counts =>
  names.reduce<Counts>((counts, name) => addCounts(counts, { [name]: 1 }), {})
