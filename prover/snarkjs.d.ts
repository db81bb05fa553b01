/** The part of snarkjs 0.7 that we call; the package ships no types. */
declare module 'snarkjs' {
  import type { Curve } from 'ffjavascript'

  type MemoryFile = { type: 'mem'; data?: Uint8Array }
  type File = string | Uint8Array | MemoryFile

  export const curves: {
    getCurveFromName(name: string, options?: { singleThread?: boolean }): Promise<Curve>
  }

  export const groth16: {
    prove(zkey: File, witness: File): Promise<{ proof: unknown; publicSignals: string[] }>
    verify(vkey: unknown, publicSignals: readonly string[], proof: unknown): Promise<boolean>
  }

  export const zKey: {
    newZKey(r1cs: File, ptau: File, zkey: File): Promise<Uint8Array>
    exportVerificationKey(zkey: File): Promise<Record<string, unknown>>
  }

  export const powersOfTau: {
    newAccumulator(curve: Curve, power: number, file: File): Promise<Uint8Array>
    contribute(from: File, to: File, name: string, entropy: string): Promise<Uint8Array>
    preparePhase2(from: File, to: File): Promise<void>
  }

  export const wtns: {
    calculate(input: Record<string, unknown>, wasm: File, witness: File): Promise<void>
  }
}
