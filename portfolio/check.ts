/**
 * One limit of the statement, measured: it holds when `value` ≤ `bound`. An equality is measured as the size of its
 * violation against a bound of 0.
 *
 * `scale` turns `value` and `bound` back into 1e-16 quote (or 1e-8 units for a position limit). `before` is the same
 * measure of the old book where the statement lets a step pass that only reduces it.
 */
export type Check = {
  readonly id: string
  /** Number of the rule in docs/protocol.md, section 6. */
  readonly rule: number
  readonly kind: 'identity' | 'risk' | 'flow' | 'budget'
  readonly value: bigint
  readonly bound: bigint
  readonly headroom: bigint
  readonly scale: bigint
  readonly before?: bigint
  readonly status: 'holds' | 'reducing' | 'refused'
}

type Measure = Pick<Check, 'id' | 'rule' | 'kind' | 'value' | 'bound'> & { scale?: bigint; before?: bigint }

/** Decides `value` ≤ `bound`, or `value` ≤ `before` where a `before` is given. */
export function measure({ scale = 1n, ...limit }: Measure): Check {
  const reduces = limit.before !== undefined && limit.value <= limit.before
  const status = limit.value <= limit.bound ? 'holds' : reduces ? 'reducing' : 'refused'
  return { ...limit, scale, headroom: limit.bound - limit.value, status }
}

/** An equality or a demand that has no size: its violation must be 0. */
export const identity = (id: string, rule: number, violation: bigint): Check =>
  measure({ id, rule, kind: 'identity', value: violation < 0n ? -violation : violation, bound: 0n })
