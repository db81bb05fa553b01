/** The part of ffjavascript 0.3 that we call; the package ships no types. */
declare module 'ffjavascript' {
  export type CurveGroup = {
    toObject(point: Uint8Array): bigint[] | bigint[][]
    fromObject(point: unknown): Uint8Array
    g: Uint8Array
    add(a: Uint8Array, b: Uint8Array): Uint8Array
    neg(a: Uint8Array): Uint8Array
    isZero(a: Uint8Array): boolean
    timesScalar(a: Uint8Array, scalar: bigint): Uint8Array
    toAffine(a: Uint8Array): Uint8Array
  }

  export type Curve = {
    name: string
    G1: CurveGroup
    G2: CurveGroup
    Gt: { toObject(element: Uint8Array): unknown }
    pairing(g1: Uint8Array, g2: Uint8Array): Promise<Uint8Array>
    terminate(): Promise<void>
    /** Present in single-thread mode: the machine code of the curve and the addresses of its constants. */
    tm: { code: Uint8Array; initalPFree: number; pG1gen: number; pG2gen: number }
  }

  export function buildBn128(singleThread?: boolean): Promise<Curve>
}
