/** This much of a number may be rounding of floats: a number this near to a whole one is taken for it. */
const NOISE = 1e-14

const isWhole = (x: number): boolean => Math.abs(x - Math.round(x)) <= x * NOISE

export const wholeUp = (x: number): bigint => BigInt(isWhole(x) ? Math.round(x) : Math.ceil(x))
export const wholeDown = (x: number): bigint => BigInt(isWhole(x) ? Math.round(x) : Math.floor(x))

/** Quantities in 1e-8 unit and prices in 1e-8 quote per unit, as the floats of the router. */
export const toFloat = (x: bigint): number => Number(x) / 1e8
