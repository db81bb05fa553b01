/** `colour` tells series apart, the same one on every chart of a page; `shown` from the start, others by their box. */
type Series = {
  readonly name: string
  readonly colour: number
  readonly ours: boolean
  readonly shown: boolean
}

/** Points by name; axes are logarithmic, so that a value of 0 is left out. */
export type PointChart = {
  readonly kind: 'points'
  readonly title: string
  readonly note: string
  readonly xLabel: string
  readonly yLabel: string
  readonly series: readonly (Series & {
    readonly points: readonly { readonly x: number; readonly y: number; readonly label: string }[]
  })[]
}

/** Values over `times`, seconds since 1970. */
export type LineChart = {
  readonly kind: 'lines'
  readonly title: string
  readonly note: string
  readonly yLabel: string
  readonly times: readonly number[]
  readonly series: readonly (Series & { readonly values: readonly number[] })[]
}

export type Chart = PointChart | LineChart

const VALUES_MAX = 2_000

/** At most two thousand values, each `pick`ed out of as many neighbours: no screen is wider. Five digits of each. */
export function thinned(values: readonly number[], pick: (values: readonly number[]) => number): number[] {
  const step = Math.ceil(values.length / VALUES_MAX)
  return Array.from({ length: Math.ceil(values.length / step) }, (_, k) =>
    Number(pick(values.slice(k * step, (k + 1) * step)).toPrecision(5)),
  )
}

/** The times of {@link thinned} values: the last of each bunch. */
export function thinnedTimes(times: readonly number[]): number[] {
  const step = Math.ceil(times.length / VALUES_MAX)
  return times.filter((_, t) => t % step === step - 1 || t === times.length - 1)
}
