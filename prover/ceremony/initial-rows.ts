import { CurveMachine, type CurveMachineImage, FIELD_BYTES } from '../curve-machine.js'
import { type R1cs, R1csError } from '../r1cs-file.js'

export type WeightedRows = {
  /** Per row of the domain: Σ weight_w · matrix(row, w), canonical, 32 little-endian bytes each. */
  readonly a: Uint8Array
  readonly b: Uint8Array
  readonly c: Uint8Array
  /** Section 4 of the key, as snarkjs writes it. */
  readonly coefficients: Uint8Array
}

const TERM_BYTES = 4 + FIELD_BYTES
const COEFFICIENT_BYTES = 12 + FIELD_BYTES

/**
 * The circuit's matrices times a vector of weights, one per wire (canonical, 32 bytes each). With the same weights a key's
 * points must sum up to these rows' sum of Lagrange points, whatever τ is. Public wires have rows of their own in A
 * behind the constraints.
 */
export function weightedRows(
  r1cs: R1cs,
  image: CurveMachineImage,
  domain: number,
  weights: Uint8Array,
): WeightedRows {
  const machine = new CurveMachine(image)
  const { call } = machine
  const { wires, publics, constraints } = r1cs
  const [a, b, c] = [0, 1, 2].map(() => machine.allocate(domain * FIELD_BYTES)) as [number, number, number]
  const rows = [a, b, c] as const
  const terms = machine.allocate(r1cs.terms.byteLength)
  const weight = machine.allocate(wires * FIELD_BYTES)
  const most = Math.floor(r1cs.terms.byteLength / TERM_BYTES) + publics + 1
  const coefficients = machine.allocate(4 + most * COEFFICIENT_BYTES)
  const [product, one] = [machine.allocate(FIELD_BYTES), machine.allocate(FIELD_BYTES)]
  machine.bytes(terms, r1cs.terms.byteLength).set(r1cs.terms)
  machine.bytes(weight, wires * FIELD_BYTES).set(weights)
  machine.write(one, 1n)
  for (let wire = 0; wire < wires; wire++) {
    const at = weight + wire * FIELD_BYTES
    call.frm_toMontgomery(at, at)
  }
  const input = machine.view(terms, r1cs.terms.byteLength)
  const output = machine.view(coefficients, 4 + most * COEFFICIENT_BYTES)
  let written = 0
  const add = (matrix: 0 | 1 | 2, row: number, wire: number, coefficient: number) => {
    if (wire >= wires) throw new R1csError('wire numbers in range')
    if (matrix < 2) {
      const at = 4 + written++ * COEFFICIENT_BYTES
      output.setUint32(at, matrix, true)
      output.setUint32(at + 4, row, true)
      output.setUint32(at + 8, wire, true)
      call.frm_toMontgomery(coefficient, coefficients + at + 12)
      call.frm_toMontgomery(coefficients + at + 12, coefficients + at + 12)
    }
    const sum = rows[matrix] + row * FIELD_BYTES
    call.frm_mul(coefficient, weight + wire * FIELD_BYTES, product)
    call.frm_add(sum, product, sum)
  }
  let at = 0
  for (let row = 0; row < constraints; row++) {
    for (const matrix of [0, 1, 2] as const) {
      const count = input.getUint32(at, true)
      at += 4
      for (let i = 0; i < count; i++, at += TERM_BYTES) {
        add(matrix, row, input.getUint32(at, true), terms + at + 4)
      }
    }
  }
  for (let wire = 0; wire <= publics; wire++) add(0, constraints + wire, wire, one)
  output.setUint32(0, written, true)
  const copy = (from: number, length: number) => machine.bytes(from, length).slice()
  return {
    a: copy(a, domain * FIELD_BYTES),
    b: copy(b, domain * FIELD_BYTES),
    c: copy(c, domain * FIELD_BYTES),
    coefficients: copy(coefficients, 4 + written * COEFFICIENT_BYTES),
  }
}
