declare module 'circomlibjs' {
  /** Poseidon over BN254; results are in the field's internal form until `F.toObject`. */
  export function buildPoseidon(): Promise<{
    (inputs: readonly bigint[]): Uint8Array
    readonly F: { toObject(element: Uint8Array): bigint }
  }>
}
