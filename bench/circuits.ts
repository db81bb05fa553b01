import { readFile } from 'node:fs/promises'
import { circuitOf } from '#circuits/circuit.js'
import { compileCircuit } from '#circuits/compile.js'
import { shapeOf, type Tier } from '#portfolio/shape.js'
import { readR1cs } from '#prover/r1cs-file.js'
import type { Figures } from './main.js'

/** Part of the statement → components of rebalance.circom that make it up. */
const PARTS: Readonly<Record<string, RegExp>> = {
  'commitments and digests':
    /^(oldBook|newBook|oldBudget|newBudget|tradeDigest|marketDigest|mandateDigest|vector\.digest)/,
  'public vector (β, legs)': /^vector/,
  'widths of books, fee, carry':
    /^(oldSign|newSign|oldCashRange|newCashRange|feeRange|carryGainRange|carryLossRange|navRange)/,
  'trades and fills': /^trades/,
  'flow split': /^flow/,
  'exposure, both books': /^(exposure|mask|haircut|prudentPrice)/,
  'risk limits': /^risk/,
  'limits of one step': /^(carryGainLimit|carryLossLimit|turnoverLimit|costLimit|gainLimit)/,
  'rolling budgets': /^budget/,
  rest: /^/,
}

/** Constraints per tier as compiled, per slot between desk and fund, and per part of the statement (non-linear, from --O0). */
export async function measure(): Promise<Figures> {
  const constraints: Record<string, number> = {}
  for (const tier of ['tiny', 'desk', 'fund'] as const) {
    const { r1csPath } = await compileCircuit(circuitOf('rebalance', tier))
    constraints[tier] = (await readR1cs(r1csPath)).constraints
  }
  const slots = shapeOf('fund').slots - shapeOf('desk').slots
  const perSlot = Math.round((constraints.fund! - constraints.desk!) / slots)
  return { constraints, perSlot, parts: { desk: await partsOf('desk'), fund: await partsOf('fund') } }
}

async function partsOf(tier: Tier): Promise<Record<string, number>> {
  const { r1csPath, symPath } = await compileCircuit(circuitOf('rebalance', tier), { level: 'O0' })
  const names: string[] = []
  for (const line of (await readFile(symPath, 'utf8')).trim().split('\n')) {
    const [, wire, , name] = line.split(',')
    names[Number(wire)] = name!.slice('main.'.length)
  }
  const { terms, constraints } = await readR1cs(r1csPath)
  const bytes = Buffer.from(terms.buffer, terms.byteOffset, terms.byteLength)
  let at = 0
  const wires = (): number[] => {
    const length = bytes.readUInt32LE(at)
    const list = Array.from({ length }, (_, i) => bytes.readUInt32LE(at + 4 + 36 * i))
    at += 4 + 36 * length
    return list.filter((wire) => wire !== 0)
  }
  const counts = Object.fromEntries(Object.keys(PARTS).map((part) => [part, 0]))
  for (let k = 0; k < constraints; k++) {
    const [a, b] = [wires(), wires(), wires()] as const
    if (a.length === 0 || b.length === 0) continue
    const name = names[a[0]!]!
    const part = Object.keys(PARTS).find((candidate) => PARTS[candidate]!.test(name))!
    counts[part]!++
  }
  return counts
}
