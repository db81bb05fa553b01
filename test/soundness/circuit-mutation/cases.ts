import { mandateVector } from '#portfolio/mandate.js'
import { marketVector } from '#portfolio/market.js'
import { loadDigest } from '#prover/digest.js'
import { digestStatement } from '#prover/statement.js'
import { roundStep } from '../../fixtures/round-step.js'
import { intentOf, randomStep } from '../../helpers/arbitrary-step.js'
import { PLACE } from '../../helpers/statement.js'
import { budgetCases } from './budget-cases.js'
import { type Case, caseOf, TINY } from './case.js'
import type { Forgery } from './forge.js'
import { forgeries } from './forgeries.js'
import { identityCases } from './identity-cases.js'
import { boundCases, reduceCases, suspendedStep, withFlow } from './limit-cases.js'
import { putCases } from './put-cases.js'
import { unitCases } from './unit-cases.js'
import { widthCases } from './width-cases.js'

/**
 * What a circuit is held against: groups of cases, cheap and telling ones first, each made once when it is first asked
 * for; honest ones in whose witness there is room to tamper; and false ones that a cheat may have a witness for.
 */
export type CaseSet = {
  readonly groups: readonly (() => Promise<Case[]>)[]
  readonly bases: () => Promise<Case[]>
  readonly forgeries: () => Promise<Forgery[]>
}

const SEEDS = Array.from({ length: 144 }, (_, seed) => seed)
const isHonest = (seed: number): boolean =>
  ['compliant', 'reducing', 'heartbeat', 'opening'].includes(intentOf(seed))
const isAccepted = ({ accepted }: Case): boolean => accepted
const isRefused = ({ accepted }: Case): boolean => !accepted

/** Makes a value once; it depends on no mutant. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}

const seededCases = (seeds: readonly number[]): Promise<Case[]> =>
  Promise.all(seeds.map((seed) => caseOf(`seed ${seed}, ${intentOf(seed)}`, randomStep(seed, TINY))))
const HONEST = SEEDS.filter(isHonest)
const REFUSED = SEEDS.filter((seed) => !isHonest(seed))
/** Of each kind of honest step one or two; the last has a slot whose instrument changed. */
const FIRST = [...HONEST.slice(0, 5), 110]
const bounds = once(boundCases)
const reduces = once(reduceCases)
const widths = once(widthCases)
const only = (made: () => Promise<Case[]>, wanted: (one: Case) => boolean) => async () =>
  (await made()).filter(wanted)

/** The steps of the rebalance circuit. */
export const REBALANCE_CASES: CaseSet = {
  groups: [
    once(() => seededCases(FIRST)),
    once(() => seededCases(REFUSED.slice(0, REFUSED.length / 2))),
    once(identityCases),
    once(budgetCases),
    once(unitCases),
    once(putCases),
    only(widths, isRefused),
    only(widths, isAccepted),
    bounds,
    reduces,
    once(() =>
      seededCases([...HONEST.filter((seed) => !FIRST.includes(seed)), ...REFUSED.slice(REFUSED.length / 2)]),
    ),
  ],
  bases: once(async () => {
    const flowing = withFlow(roundStep(), 0, 10n ** 20n)
    return Promise.all([
      caseOf('the round step', roundStep()),
      caseOf('the round step with a flow', { ...flowing, window: flowing.oldBudget.window + 1n }, 'reducing'),
      caseOf('a suspended heartbeat', suspendedStep(), 'reducing'),
    ])
  }),
  forgeries: once(forgeries),
}

const vectors = once(makeDigestCases)

/** The vectors of the digest circuit of a market. */
export const DIGEST_CASES: CaseSet = {
  groups: [only(vectors, isAccepted), only(vectors, isRefused)],
  bases: async () => (await vectors()).slice(0, 1),
  // Every line of a digest is told apart by the cases above.
  forgeries: async () => [],
}

async function makeDigestCases(): Promise<Case[]> {
  const hash = await loadDigest()
  return [0, 1, 2].flatMap((seed): Case[] => {
    const { market, mandate } = randomStep(seed, TINY)
    const { input } = digestStatement(hash, 'market', marketVector(market), PLACE.circuitId)
    const other = digestStatement(
      hash,
      'mandate',
      mandateVector(mandate, TINY).slice(0, input.x!.length),
      PLACE.circuitId,
    )
    const x = input.x as readonly string[]
    const refuse = (name: string, change: Record<string, string | readonly string[]>): Case => ({
      name: `market ${seed}, ${name}`,
      accepted: false,
      input: { ...input, ...change },
    })
    return [
      { name: `market ${seed}`, accepted: true, input },
      refuse('digest of another vector', { c: other.input.c! }),
      refuse('sum of another vector', { beta: other.input.beta! }),
      ...x.map((element, i) =>
        refuse(`element ${i} another`, { x: x.with(i, `${BigInt(element) === 0n ? 1n : 0n}`) }),
      ),
    ]
  })
}
