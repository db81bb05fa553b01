import type { Tier } from '#portfolio/shape.js'
import { killMutant } from '#test/soundness/circuit-mutation/kill.js'
import { mutantCount } from '#test/soundness/circuit-mutation/mutants.js'
import { killContractMutantSlice } from '#test/soundness/contract-mutation/kill.js'
import { enumerateContractMutants } from '#test/soundness/contract-mutation/mutants.js'
import { CONTRACT_RULES, runContractRuleSlice } from '#test/soundness/contract-rules.js'
import { compareBooks } from '#test/soundness/differential/compare-books.js'
import { boundsOf, compareBounds } from '#test/soundness/differential/compare-bounds.js'
import { proveEdgeCases } from '#test/soundness/differential/prove-edge-cases.js'
import { proveOnChain } from '#test/soundness/differential/prove-on-chain.js'
import { enumerateGadgets } from '#test/soundness/enumerate-gadgets.js'
import { forgeProofs } from '#test/soundness/forged-proofs.js'
import { playCommitments } from '#test/soundness/leakage/play-commitments.js'
import { playOnChain } from '#test/soundness/leakage/play-on-chain.js'
import { CLASSES } from '#test/soundness/malicious/classes.js'
import { runControl, runMalicious } from '#test/soundness/malicious/run.js'
import { type Mutations, mutateHints, mutateWires } from '#test/soundness/wire-mutation.js'
import { type Counts, tally } from './counts.js'

/** A part of the campaign in numbered slices, each a pure function of its number and of the files it covers. */
export type Part = {
  readonly key: string
  /** What is counted, in one line. */
  readonly what: string
  readonly slices: number
  /** Modules of the tests that run; with all they import, a change of theirs makes finished slices worthless. */
  readonly modules: readonly string[]
  /** Files and folders of which the same is true. */
  readonly covers: readonly string[]
  readonly run: (slice: number) => Promise<Counts>
}

/** The statement's circuits; its reference model and the rest are what modules import. */
const CIRCUITS = ['rebalance.circom', 'digest.circom', 'layout.circom', 'gadgets'].map(
  (name) => `circuits/${name}`,
)

const CONTRACTS = ['verifier-contracts']

const MALICIOUS_SEEDS = 40
const WITNESSES = 50
const BOOKS = 50_000
const BOOKS_SLICE = 500
/** Seeds per bound. */
const BOUND_ROUNDS = 8
const EDGE_CASES = 2_000
const CHAIN_CASES = 1_200
const FORGERIES = 1_000
const TRIALS = 10_000
const CONTRACT_MUTANTS_SLICE = 16

/** `[from, to)` of slice `n`. */
const span = (n: number, size: number, end: number) => [n * size, Math.min(end, (n + 1) * size)] as const
const slicesOf = (count: number, size: number): number => Math.ceil(count / size)

const bounds = boundsOf('tiny').length * BOUND_ROUNDS

export const PARTS: readonly Part[] = [
  {
    key: 'gadgets',
    what: 'satisfying assignments of small gadgets over small primes, against what each header claims',
    slices: 1,
    modules: ['test/soundness/enumerate-gadgets.ts'],
    covers: CIRCUITS,
    run: async () => ({ ...(await enumerateGadgets()) }),
  },
  {
    key: 'malicious',
    what: 'forged witnesses of cheating provers, each beside an honest twin',
    slices: CLASSES.length,
    modules: ['test/soundness/malicious/run.ts'],
    covers: CIRCUITS,
    run: async (classIndex) => {
      const {
        class: name,
        failure,
        tier: _,
        ...counts
      } = await runMalicious({
        classIndex,
        seeds: [0, MALICIOUS_SEEDS],
      })
      return { classes: 1, ...counts, failures: failure === null ? {} : { [`${name}: ${failure}`]: 1 } }
    },
  },
  {
    key: 'maliciousControls',
    what: 'the same forgeries against circuits without the one rule that refuses them',
    slices: CLASSES.length,
    modules: ['test/soundness/malicious/run.ts'],
    covers: CIRCUITS,
    run: async (classIndex) => {
      const { attempts, weakenedAccepts } = await runControl(classIndex)
      return { classes: 1, attempts, weakenedAccepts }
    },
  },
  wires('wiresTiny', 'tiny', 'O2'),
  wires('wiresTinyWhole', 'tiny', 'O0'),
  wires('wiresDesk', 'desk', 'O2'),
  hints('hintsTiny', 'tiny'),
  hints('hintsDesk', 'desk'),
  {
    key: 'mutants',
    what: 'circuits with one line changed, told from the real one by their behaviour',
    slices: mutantCount(),
    modules: ['test/soundness/circuit-mutation/kill.ts', 'test/soundness/circuit-mutation/mutants.ts'],
    covers: CIRCUITS,
    run: async (index) => {
      const { id, verdict } = await killMutant(index)
      return { [verdict]: 1, survivors: verdict === 'survived' ? { [id]: 1 } : {} }
    },
  },
  {
    key: 'books',
    what: 'random and boundary books, judged by circuit, reference model and a second oracle',
    slices: slicesOf(BOOKS, BOOKS_SLICE),
    modules: ['test/soundness/differential/compare-books.ts'],
    covers: CIRCUITS,
    run: async (slice) => {
      const [from, to] = span(slice, BOOKS_SLICE, BOOKS)
      return counted(await compareBooks({ tier: slice % 20 === 19 ? 'desk' : 'tiny', from, to }))
    },
  },
  {
    key: 'bounds',
    what: 'books one unit inside, at, and one unit beyond a limit or a width',
    slices: slicesOf(bounds, 50),
    modules: ['test/soundness/differential/compare-bounds.ts'],
    covers: CIRCUITS,
    run: async (slice) => {
      const [from, to] = span(slice, 50, bounds)
      return counted(await compareBounds({ from, to }))
    },
  },
  {
    key: 'edgeCases',
    what: 'honest extremes, each proven lawful by its own witness',
    slices: slicesOf(EDGE_CASES, 100),
    modules: ['test/soundness/differential/prove-edge-cases.ts'],
    covers: CIRCUITS,
    run: async (slice) => {
      const [from, to] = span(slice, 100, EDGE_CASES)
      return counted(await proveEdgeCases({ from, to }))
    },
  },
  {
    key: 'onChain',
    what: 'steps through proof and contracts on a chain; what the model refuses must be refused',
    slices: slicesOf(CHAIN_CASES, 50),
    modules: ['test/soundness/differential/prove-on-chain.ts'],
    covers: [...CIRCUITS, ...CONTRACTS],
    run: async (slice) => {
      const [from, to] = span(slice, 50, CHAIN_CASES)
      const { setupMs: _, msPerCase: __, ...counts } = await proveOnChain({ from, to })
      return counted(counts)
    },
  },
  {
    key: 'contractRules',
    what: 'contracts with one rule taken away, each caught by the test that names it',
    slices: slicesOf(CONTRACT_RULES.length, 6),
    modules: ['test/soundness/contract-rules.ts'],
    covers: [...CONTRACTS, 'test/verifier-contracts', 'test/soundness/contract-rules.txt'],
    run: async (slice) => {
      const { silent, ...counts } = await runContractRuleSlice(...span(slice, 6, CONTRACT_RULES.length))
      return { ...counts, silent: tally(silent) }
    },
  },
  {
    key: 'contractMutants',
    what: 'contracts with one thing changed, told from the real ones by their Solidity tests',
    // The compiler is asked only when somebody wants to know.
    get slices() {
      return slicesOf(enumerateContractMutants().length, CONTRACT_MUTANTS_SLICE)
    },
    modules: ['test/soundness/contract-mutation/kill.ts'],
    covers: [...CONTRACTS, 'test/verifier-contracts', 'test/soundness/contract-rules.txt'],
    run: async (slice) => {
      const mutants = enumerateContractMutants().length
      const kills = await killContractMutantSlice(...span(slice, CONTRACT_MUTANTS_SLICE, mutants))
      const survivors = kills.filter(({ verdict }) => verdict === 'survived')
      return {
        ...tally(kills.map(({ verdict }) => verdict)),
        survivors: tally(survivors.map(({ id }) => id)),
      }
    },
  },
  {
    key: 'forgeries',
    what: 'proofs made from public points, under a finished key and under one without a contribution',
    slices: slicesOf(FORGERIES, 100),
    modules: ['test/soundness/forged-proofs.ts'],
    covers: CONTRACTS,
    run: async (slice) => ({ ...(await forgeProofs(...span(slice, 100, FORGERIES))) }),
  },
  {
    key: 'leakage',
    what: 'guesses which of two books a commitment, a sealed trade, call data and an event belong to',
    slices: slicesOf(TRIALS, 2_500),
    modules: ['test/soundness/leakage/play-commitments.ts'],
    covers: CIRCUITS,
    run: async (slice) => {
      const [from, to] = span(slice, 2_500, TRIALS)
      const { trials, right } = await playCommitments({ from, to })
      return { trials, right }
    },
  },
  {
    key: 'leakageOnChain',
    what: 'the same guesses with real proofs, transactions and receipts',
    slices: 2,
    modules: ['test/soundness/leakage/play-on-chain.ts'],
    covers: [...CIRCUITS, ...CONTRACTS],
    run: async (slice) => {
      const { trials, right } = await playOnChain({ from: slice * 20, to: slice * 20 + 20 })
      return { trials, right }
    },
  },
]

/** Findings by name become counts, so that slices add up. */
function counted<T extends { readonly disagreements: readonly string[] }>(counts: T): Counts {
  const { disagreements, ...numbers } = counts
  return { ...(numbers as Omit<T, 'disagreements'> & Counts), disagreements: tally(disagreements) }
}

const mutationCounts = ({ witnesses, mutations, skipped, survivors, unexplained }: Mutations): Counts => ({
  witnesses,
  mutations,
  skipped,
  survivors,
  unexplained: tally(unexplained),
})

function wires(key: string, tier: Tier, level: 'O0' | 'O2'): Part {
  return {
    key,
    what: `single wires changed in honest witnesses of ${tier}, compiled with --${level}`,
    slices: WITNESSES,
    modules: ['test/soundness/wire-mutation.ts'],
    covers: CIRCUITS,
    run: async (n) => mutationCounts(await mutateWires({ tier, level, witnesses: [n, n + 1] })),
  }
}

function hints(key: string, tier: Tier): Part {
  return {
    key,
    what: `hints changed in honest witnesses of ${tier}, and all that follows recomputed`,
    slices: WITNESSES,
    modules: ['test/soundness/wire-mutation.ts'],
    covers: CIRCUITS,
    run: async (n) => mutationCounts(await mutateHints({ tier, witnesses: [n, n + 1] })),
  }
}
