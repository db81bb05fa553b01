/** QLIKE loss of a forecast against what came: x − ln x − 1 with x = realized / forecast; 0 where they agree (Patton 2011). */
export function qlike(realized: number, forecast: number): number {
  const ratio = realized / forecast
  return ratio - Math.log(ratio) - 1
}
