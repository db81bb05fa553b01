import { BaseError } from '#portfolio/base-error.js'

/** An error of a proving job. It crosses the process border as its code and `detail`, never as a foreign message. */
export abstract class ProveError extends BaseError {
  constructor(
    readonly circuitId: string,
    readonly detail: string,
    sentence: string,
    code: string,
    hints: readonly string[] = [],
    field?: string,
  ) {
    super(sentence, { code, hints, ...(field === undefined ? {} : { field }) })
  }
}

/** The witness generator refused; which rule failed, and with which values, stays private. */
export class WitnessError extends ProveError {
  constructor(circuitId: string) {
    super(
      circuitId,
      '',
      `The input does not satisfy the statement of circuit ${circuitId}.`,
      'PROVER_WITNESS',
      ['Check the same book and trade with the reference limits, which say what is out and by how much.'],
    )
  }
}

/** `detail` is `name` or `name: what was expected`; names are the circuit's, values never appear. */
export class WitnessInputError extends ProveError {
  constructor(circuitId: string, detail: string) {
    const [name, expected] = detail.split(': ')
    super(
      circuitId,
      detail,
      `Input ${name} of circuit ${circuitId} must ${expected}.`,
      'PROVER_WITNESS_INPUT',
      [],
      name,
    )
  }
}

export class ArtifactError extends ProveError {
  constructor(circuitId: string, kind: string) {
    super(
      circuitId,
      kind,
      `The ${kind} file of circuit ${circuitId} is not the pinned one.`,
      'PROVER_ARTIFACT',
      ['Build circuits and keys again, or restore the file; never change the pinned hash to match.'],
    )
  }
}

export class PublicSignalsMismatchError extends ProveError {
  constructor(circuitId: string) {
    super(
      circuitId,
      '',
      `The witness for circuit ${circuitId} has other public signals than the request.`,
      'PROVER_PUBLIC_SIGNALS_MISMATCH',
    )
  }
}

export class ProofRejectedError extends ProveError {
  constructor(circuitId: string) {
    super(
      circuitId,
      '',
      `The proof made for circuit ${circuitId} does not verify and was discarded.`,
      'PROVER_PROOF_REJECTED',
      ['Proving key and verification key must come from the same set-up.'],
    )
  }
}

/** The proving backend failed; its own message may hold anything and is dropped. */
export class ProverBackendError extends ProveError {
  constructor(circuitId: string) {
    super(circuitId, '', `The prover failed on circuit ${circuitId}.`, 'PROVER_BACKEND')
  }
}

export type ProveFailure = { readonly code: string; readonly detail: string }

export function toFailure(error: unknown): ProveFailure {
  return error instanceof ProveError ? { code: error.code, detail: error.detail } : { code: '', detail: '' }
}

export function fromFailure(circuitId: string, { code, detail }: ProveFailure): ProveError {
  switch (code) {
    case 'PROVER_WITNESS':
      return new WitnessError(circuitId)
    case 'PROVER_WITNESS_INPUT':
      return new WitnessInputError(circuitId, detail)
    case 'PROVER_ARTIFACT':
      return new ArtifactError(circuitId, detail)
    case 'PROVER_PUBLIC_SIGNALS_MISMATCH':
      return new PublicSignalsMismatchError(circuitId)
    case 'PROVER_PROOF_REJECTED':
      return new ProofRejectedError(circuitId)
    default:
      return new ProverBackendError(circuitId)
  }
}
