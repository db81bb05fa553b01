/** A hedge, its band around `centre`, and how far from the centre a trade ends; all in units of the underlying. */
export type BandMove = {
  readonly held: number
  readonly centre: number
  readonly trigger: number
  /** From 0, back to the centre, to `trigger`, to the nearest edge. */
  readonly destination: number
}

/** The hedge to hold: what is held inside the band, edges included; the destination on the same side when beyond. */
export function intoBand({ held, centre, trigger, destination }: BandMove): number {
  if (held > centre + trigger) return centre + destination
  if (held < centre - trigger) return centre - destination
  return held
}
