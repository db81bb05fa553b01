import { inverse, power, SCALAR_FIELD as r, reduce, rootOfUnity } from './bn254.js'
import { type CurveMachine, FIELD_BYTES } from './curve-machine.js'

/**
 * Lagrange basis of the domain {ω^i} of size n = 2^log2Size at τ: L_i(τ) = (τ^n − 1)/n · ω^i / (τ − ω^i).
 * Returns the address of n canonical field elements in the machine's memory.
 */
export function lagrangeBasis(machine: CurveMachine, log2Size: number, tau: bigint): number {
  const size = 2 ** log2Size
  const factor = reduce((power(tau, BigInt(size), r) - 1n) * inverse(BigInt(size), r), r)
  return ratios(machine, { size, first: 1n, step: rootOfUnity(log2Size), factor, tau })
}

/**
 * The odd members of the Lagrange basis of the doubled domain {η^j} of size 2n, η² = ω, at τ, each times `scale`:
 * A·B − C vanishes on the even members, so its values at the odd ones and these numbers give h(τ)·Z(τ).
 */
export function oddLagrangeBasis(
  machine: CurveMachine,
  log2Size: number,
  tau: bigint,
  scale: bigint,
): number {
  const size = 2 ** log2Size
  const doubled = BigInt(2 * size)
  const factor = reduce((power(tau, doubled, r) - 1n) * inverse(doubled, r) * scale, r)
  const first = rootOfUnity(log2Size + 1)
  return ratios(machine, { size, first, step: rootOfUnity(log2Size), factor, tau })
}

type Ratios = { size: number; first: bigint; step: bigint; factor: bigint; tau: bigint }

/** factor · x_i / (τ − x_i) for x_i = first · step^i, with one inversion for all. */
function ratios(machine: CurveMachine, { size, first, step, factor, tau }: Ratios): number {
  const out = machine.allocate(size * FIELD_BYTES)
  const nodes = machine.allocate(size * FIELD_BYTES)
  const constants = machine.allocate(3 * FIELD_BYTES)
  const [pStep, pFactor, pTau] = [constants, constants + FIELD_BYTES, constants + 2 * FIELD_BYTES]
  machine.reserveScratch((size + 2) * FIELD_BYTES)
  const { frm_mul, frm_sub, frm_toMontgomery, frm_batchInverse, frm_batchFromMontgomery } = machine.call
  for (const [at, value] of [
    [pStep, step],
    [pFactor, factor],
    [pTau, tau],
    [nodes, first],
  ] as const) {
    machine.write(at, value)
    frm_toMontgomery(at, at)
  }
  for (let i = 0; i < size; i++) {
    const node = nodes + i * FIELD_BYTES
    if (i > 0) frm_mul(node - FIELD_BYTES, pStep, node)
    frm_sub(pTau, node, out + i * FIELD_BYTES)
  }
  frm_batchInverse(out, FIELD_BYTES, size, out, FIELD_BYTES)
  for (let i = 0; i < size; i++) {
    const at = out + i * FIELD_BYTES
    frm_mul(at, nodes + i * FIELD_BYTES, at)
    frm_mul(at, pFactor, at)
  }
  frm_batchFromMontgomery(out, size, out)
  return out
}
