import { createHash } from 'node:crypto'

/** 64 bytes that SHA-512 makes of a seed and a place: the same on every machine, and as good as random to any distinguisher. */
export const randomBytesOf = (seed: string, ...place: readonly (string | number)[]): Buffer =>
  createHash('sha512')
    .update(JSON.stringify([seed, ...place]))
    .digest()

/** A fair coin. */
export const coinOf = (seed: string, trial: number): 0 | 1 =>
  (randomBytesOf(seed, 'coin', trial)[0]! & 1) as 0 | 1
