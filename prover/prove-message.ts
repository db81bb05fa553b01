import type { CircuitArtifacts } from './artifacts.js'
import type { ProveResult, ProveStep } from './prove-circuit.js'
import type { ProveFailure } from './prove-error.js'
import type { WitnessInput } from './witness-calculator.js'

export type ProveRequest = {
  readonly circuit: CircuitArtifacts
  readonly input: WitnessInput
  /** What the caller computed by itself: a proof of anything else is discarded. */
  readonly expectedPublicSignals: readonly string[]
}

/** Pool to child: one job at a time. */
export type ProveJob = ProveRequest & {
  readonly rapidsnark?: { readonly binary: string; readonly directory: string } | undefined
}

/** Child to pool: steps, then one result or failure with the child's resident memory. */
export type ProveReply =
  | { readonly kind: 'step'; readonly step: ProveStep }
  | { readonly kind: 'done'; readonly result: ProveResult; readonly rssBytes: number }
  | { readonly kind: 'failed'; readonly failure: ProveFailure; readonly rssBytes: number }
