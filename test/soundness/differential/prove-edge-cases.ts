import { shapeOf, type Tier } from '#portfolio/shape.js'
import { loadCircuit } from '#test/helpers/circuit.js'
import { Prng } from '#test/helpers/prng.js'
import { EDGE_FAMILIES } from './edge-families.js'
import type { Judge } from './judge.js'
import { type Counts, ThreeWay } from './three-way.js'

export type EdgeSlice = {
  readonly tier?: Tier
  readonly from: number
  readonly to: number
  readonly judge?: Judge
}

/**
 * Honest edge cases `from` to below `to`, the families in turn: model and judge must find the outcome that the family has,
 * the generator must make a witness, and that witness must satisfy every constraint of the circuit that is proven.
 */
export async function proveEdgeCases({ tier = 'tiny', from, to, judge }: EdgeSlice): Promise<Counts> {
  const parties = await ThreeWay.load(tier, judge)
  const circuit = await loadCircuit('rebalance', tier)
  const counts: Counts = { cases: 0, accepted: 0, refused: 0, disagreements: [] }
  for (let seed = from; seed < to; seed++) {
    const { name, outcome: expected, draw } = EDGE_FAMILIES[seed % EDGE_FAMILIES.length]!
    const step = draw(new Prng(Math.imul(seed + 1, 0xc2b2ae35)), shapeOf(tier))
    const { outcome, input, differences } = parties.compare(step)
    const say = (what: string) => counts.disagreements.push(`${name}, seed ${seed}: ${what}`)
    counts.cases++
    if (outcome !== expected) say(`is ${outcome}, not ${expected}`)
    for (const difference of differences) say(difference)
    if (outcome === 'refused') {
      counts.refused++
      continue
    }
    counts.accepted++
    try {
      for (const constraint of circuit.broken(circuit.calculate(input))) say(`breaks ${constraint}`)
    } catch {
      say('has no witness')
    }
  }
  return counts
}
