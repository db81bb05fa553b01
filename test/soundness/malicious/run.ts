import { circuitOf } from '#circuits/circuit.js'
import { type Shape, shapeOf, type Tier } from '#portfolio/shape.js'
import { TestCircuit } from '#test/helpers/circuit.js'
import { statementOf } from '#test/helpers/statement.js'
import { type Attack, type AttackClass, CHAIN_FIXED, placeOf, withInputs } from './attack.js'
import { CLASSES } from './classes.js'
import { compileEdited } from './edited-circuit.js'
import { type Forged, Forger } from './forger.js'

/** Seeds from `seeds[0]` to before `seeds[1]`. */
export type MaliciousSlice = { classIndex: number; seeds: readonly [number, number]; tier?: Tier }
export type MaliciousCount = {
  class: string
  tier: Tier
  attempts: number
  honestAccepted: number
  forgedAccepted: number
  /** Forged witnesses that broke exactly the constraints the class names. */
  asExpected: number
  /** The first seed that did not go as it must, and how. */
  failure: string | null
}
export type ControlCount = { class: string; tier: Tier; attempts: number; weakenedAccepts: number }

const forgers = new Map<Tier, Promise<Forger>>()

/** The forger of a tier, made once per process. */
export function forgerOf(tier: Tier): Promise<Forger> {
  const known = forgers.get(tier) ?? loadForger(tier)
  forgers.set(tier, known)
  return known
}

async function loadForger(tier: Tier): Promise<Forger> {
  const shape = shapeOf(tier)
  const { input } = await stagedInput(CLASSES[0]!.attack(0, shape), shape)
  return Forger.load(tier, shape.slots, input)
}

/** For each seed: the honest twin must be accepted by the circuit's generator, the forged witness by no means. */
export const runMalicious = ({ classIndex, seeds, tier = 'tiny' }: MaliciousSlice): Promise<MaliciousCount> =>
  runClass(classAt(classIndex), seeds, tier)

/** {@link runMalicious} for a class that need not be on the list. */
export async function runClass(
  attacked: AttackClass,
  [from, to]: readonly [number, number],
  tier: Tier,
): Promise<MaliciousCount> {
  const forger = await forgerOf(tier)
  const count = { attempts: 0, honestAccepted: 0, forgedAccepted: 0, asExpected: 0 }
  let failure: string | null = null
  for (let seed = from; seed < to; seed++) {
    const { honest, forged, attack } = await play(attacked, seed, tier, forger)
    const broken = [...new Set(forger.breaks(forged))]
    const expected = [...new Set(attack.breaks)].sort()
    const accepted = forger.circuit.accepts(honest.input)
    const asExpected = broken.join('; ') === expected.join('; ')
    count.attempts += 1
    if (accepted) count.honestAccepted += 1
    if (broken.length === 0) count.forgedAccepted += 1
    if (asExpected) count.asExpected += 1
    if (accepted && broken.length > 0 && asExpected) continue
    failure ??= `seed ${seed}: honest ${accepted ? 'accepted' : 'refused'}, forged breaks [${broken.join('; ')}]`
  }
  return { class: attacked.name, tier, ...count, failure }
}

/** For each seed: once the attacked rule is gone, nothing else refuses the forged witness. */
export async function runControl(
  classIndex: number,
  seeds: readonly [number, number] = [0, 3],
  tier: Tier = 'tiny',
): Promise<ControlCount> {
  const attacked = classAt(classIndex)
  const forger = await forgerOf(tier)
  const compiled = await compileEdited(circuitOf('rebalance', tier), attacked.weakening, true)
  const weakened = await TestCircuit.load(compiled)
  const count = { attempts: 0, weakenedAccepts: 0 }
  for (let seed = seeds[0]; seed < seeds[1]; seed++) {
    const { forged } = await play(attacked, seed, tier, forger)
    count.attempts += 1
    if (forger.breaks(forged, weakened).length === 0) count.weakenedAccepts += 1
  }
  return { class: attacked.name, tier, ...count }
}

async function play(attacked: AttackClass, seed: number, tier: Tier, forger: Forger) {
  const shape = shapeOf(tier)
  const attack = attacked.attack(seed, shape)
  const honest = await statementOf(attack.honest, shape)
  const { input, x: opened } = await stagedInput(attack, shape)
  const { seal, inputs = {} } = attack
  const changed = typeof inputs === 'function' ? inputs(honest.x, opened) : inputs
  const signals = seal && ((_: readonly bigint[], c: bigint) => seal(honest.x, c))
  const forged = forger.forge(withInputs(input, changed), attack.lies, honest.x, signals)
  if (!seal) checkChain(attacked, seed, honest.x, forged)
  return { attack, honest, forged }
}

const stagedInput = (attack: Attack, shape: Shape) =>
  statementOf(attack.forged ?? attack.honest, shape, attack.claim ?? 'compliant')

/** A cheater cannot choose what the chain fixes: an attack that needs to is no attack. */
function checkChain(attacked: AttackClass, seed: number, x: readonly bigint[], forged: Forged): void {
  const differs = CHAIN_FIXED.filter((name) => forged.x[placeOf(name)] !== x[placeOf(name)])
  const unforeseen = differs.filter((name) => !attacked.differs?.includes(name))
  if (unforeseen.length > 0)
    throw new Error(`${attacked.name}, seed ${seed}: the chain fixes ${unforeseen.join(', ')}`)
}

function classAt(index: number): AttackClass {
  const found = CLASSES[index]
  if (!found) throw new Error(`there are ${CLASSES.length} classes, numbered from 0`)
  return found
}
