import { inverse, reduce, SCALAR_FIELD } from './bn254.js'
import { CurveMachine, type CurveMachineImage, FIELD_BYTES } from './curve-machine.js'
import { lagrangeBasis, oddLagrangeBasis } from './lagrange.js'
import { type R1cs, R1csError } from './r1cs-file.js'
import type { ToxicWaste } from './toxic-waste.js'

/** A Groth16 key before its points are computed; field elements are canonical, 32 little-endian bytes each. */
export type KeyScalars = {
  readonly power: number
  /** snarkjs' section 4: count, then (matrix 0 A or 1 B, row, wire, coefficient·R²), R = 2^256. */
  readonly coefficients: Uint8Array
  /** Per wire: A(τ) and B(τ). */
  readonly a: Uint8Array
  readonly b: Uint8Array
  /** Per public wire (βA + αB + C)/γ, per private wire (βA + αB + C)/δ. */
  readonly ic: Uint8Array
  readonly c: Uint8Array
  readonly h: Uint8Array
}

const COEFFICIENT_BYTES = 12 + FIELD_BYTES
const TERM_BYTES = 4 + FIELD_BYTES

/**
 * Evaluates the circuit's polynomials at τ (Groth 2016, section 3.2). Each public wire, the constant included, gets a row
 * of its own in A behind the constraints, as snarkjs does: it keeps the A polynomials of public wires independent,
 * so that no public signal is malleable.
 */
export function keyScalars(r1cs: R1cs, image: CurveMachineImage, toxic: ToxicWaste): KeyScalars {
  const power = domainPower(r1cs)
  const machine = new CurveMachine(image)
  const { call } = machine
  const { wires, publics } = r1cs
  const [a, b, c] = [0, 1, 2].map(() => machine.allocate(wires * FIELD_BYTES)) as [number, number, number]
  const h = oddLagrangeBasis(machine, power, toxic.tau, inverse(toxic.delta, SCALAR_FIELD))
  const basis = lagrangeBasis(machine, power, toxic.tau)
  const terms = machine.allocate(r1cs.terms.byteLength)
  machine.bytes(terms, r1cs.terms.byteLength).set(r1cs.terms)
  const most = Math.floor(r1cs.terms.byteLength / TERM_BYTES) + publics + 1
  const coefficients = machine.allocate(4 + most * COEFFICIENT_BYTES)
  const scratch = machine.allocate(FIELD_BYTES)
  const one = machine.allocate(FIELD_BYTES)
  machine.write(one, 1n)

  const input = machine.view(terms, r1cs.terms.byteLength)
  const output = machine.view(coefficients, 4 + most * COEFFICIENT_BYTES)
  const sums = [a, b, c] as const
  let written = 0
  /** Adds coefficient·L_row(τ) to the wire's sum; A and B coefficients are also recorded for the prover. */
  const add = (matrix: 0 | 1 | 2, row: number, wire: number, coefficient: number) => {
    if (wire >= wires) throw new R1csError('wire numbers in range')
    let squared = scratch
    if (matrix < 2) {
      const at = 4 + written++ * COEFFICIENT_BYTES
      output.setUint32(at, matrix, true)
      output.setUint32(at + 4, row, true)
      output.setUint32(at + 8, wire, true)
      squared = coefficients + at + 12
    }
    call.frm_toMontgomery(coefficient, squared)
    call.frm_toMontgomery(squared, squared)
    const sum = sums[matrix] + wire * FIELD_BYTES
    call.frm_mul(squared, basis + row * FIELD_BYTES, scratch)
    call.frm_add(sum, scratch, sum)
  }

  let at = 0
  for (let row = 0; row < r1cs.constraints; row++) {
    for (const matrix of [0, 1, 2] as const) {
      if (at + 4 > input.byteLength) throw new R1csError('complete constraints')
      const count = input.getUint32(at, true)
      at += 4
      if (at + count * TERM_BYTES > input.byteLength) throw new R1csError('complete constraints')
      for (let i = 0; i < count; i++, at += TERM_BYTES)
        add(matrix, row, input.getUint32(at, true), terms + at + 4)
    }
  }
  for (let wire = 0; wire <= publics; wire++) add(0, r1cs.constraints + wire, wire, one)
  output.setUint32(0, written, true)

  combine(machine, toxic, { a, b, c, wires, publics })
  for (const sum of sums) call.frm_batchFromMontgomery(sum, wires, sum)
  const copy = (from: number, length: number) => machine.bytes(from, length).slice()
  const split = (publics + 1) * FIELD_BYTES
  return {
    power,
    coefficients: copy(coefficients, 4 + written * COEFFICIENT_BYTES),
    a: copy(a, wires * FIELD_BYTES),
    b: copy(b, wires * FIELD_BYTES),
    ic: copy(c, split),
    c: copy(c + split, wires * FIELD_BYTES - split),
    h: copy(h, 2 ** power * FIELD_BYTES),
  }
}

/** log2 of the domain: the least power of two that holds every constraint and one row per public wire. */
function domainPower({ constraints, publics }: R1cs): number {
  const power = Math.floor(Math.log2(constraints + publics)) + 1
  if (power > 27) throw new R1csError('at most 2^27 constraints')
  return power
}

type Sums = { a: number; b: number; c: number; wires: number; publics: number }

/** c ← (β·a + α·b + c) / (γ for public wires, δ for private ones), in Montgomery form. */
function combine(machine: CurveMachine, toxic: ToxicWaste, { a, b, c, wires, publics }: Sums): void {
  const { frm_mul, frm_add, frm_toMontgomery } = machine.call
  const constant = (value: bigint) => {
    const at = machine.allocate(FIELD_BYTES)
    machine.write(at, reduce(value, SCALAR_FIELD))
    frm_toMontgomery(at, at)
    return at
  }
  const [alpha, beta, scratch] = [constant(toxic.alpha), constant(toxic.beta), constant(0n)]
  const overGamma = constant(inverse(toxic.gamma, SCALAR_FIELD))
  const overDelta = constant(inverse(toxic.delta, SCALAR_FIELD))
  for (let wire = 0; wire < wires; wire++) {
    const at = wire * FIELD_BYTES
    frm_mul(a + at, beta, scratch)
    frm_add(c + at, scratch, c + at)
    frm_mul(b + at, alpha, scratch)
    frm_add(c + at, scratch, c + at)
    frm_mul(c + at, wire <= publics ? overGamma : overDelta, c + at)
  }
}
