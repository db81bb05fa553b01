import { decodeErrorResult, type Hex, isHex, BaseError as ViemError } from 'viem'
import { errorsAbi } from '#verifier-contracts/abi.js'
import { HttpError } from '../http-error.js'

/** Every contract error a request can run into, with what it means to the caller. */
const SENTENCES: Readonly<Record<string, string>> = {
  UnusableSnapshot: 'The market snapshot is unknown, superseded, too old, or older than the last one used.',
  UnknownUniverse: 'The universe is not registered on chain.',
  UniverseExists: 'The universe is registered already.',
  CapturedTooSoon: 'The last capture of this universe is too recent.',
  StaleFeed: 'A price feed has not been updated within its heartbeat.',
  FeedCallFailed: 'A price feed does not answer.',
  AnswerNotPositive: 'A price feed answers with a price that is not above 0.',
  AnswerFromFuture: 'A price feed dates its answer in the future.',
  RoundIncomplete: 'A price feed has no complete round.',
  FeedDecimalsChanged: 'A price feed has changed its decimals.',
  PriceOutOfBand: 'A price is outside the sanity band of its instrument.',
  PriceJumped: 'A price has jumped, and no second feed confirms it yet.',
  FeedStarved: 'The transaction has too little gas to ask the price feeds.',
  SequencerDown: "The chain's sequencer is down.",
  SequencerGrace: "The chain's sequencer was down, and captures wait a while after its restart.",
  SequencerFeedFailed: "The uptime feed of the chain's sequencer does not answer.",
  WrongLastVector: 'The market was captured again meanwhile.',
  NotCaptured: 'This market vector was not captured on this chain.',
  MissingOptionRow: 'An option of the universe has no signed numbers.',
  ExtraOptionRows: 'There are signed numbers for more options than the universe has.',
  SpotMismatch: 'An option was priced at another coin price than the feed gives.',
  NotEnoughSignatures: 'The option numbers lack signatures of risk signers.',
  OptionTime: 'The option numbers are too old, not newer than the last, or from the future.',
  OptionOutOfRange: 'An option number is outside its width.',
  SettlementChanged: 'An expired option keeps its first settlement value.',
  NotNewer: 'A newer snapshot is published already.',
  InvalidInstrument: 'An instrument is not one the chain registers.',
  WrongMask: "A slot of the mandate is not in its instrument's account.",
  MandateOutOfRange: 'A limit of the mandate is outside its range.',
  TermOutOfRange: 'A term of the mandate is outside its range.',
  NotDue: 'The scheduled mandate, or the proposed manager or governor, may not take effect yet.',
  NoMandate: 'The portfolio has no active mandate.',
  PortfolioExists: 'The portfolio is open already.',
  NotOpen: 'The portfolio is not open.',
  WrongHead: "The book is not the one the chain's head commits to.",
  BookUnchanged: 'A step must end in a new commitment.',
  OpeningNotCompliant: 'A portfolio opens inside every limit.',
  NotAuthorized: 'The manager did not authorise this step.',
  TooFewAttestors: 'Fewer attestors state this than the mandate asks for.',
  AttestorsNotAscending: 'An attestor is named twice, or out of order.',
  NotAttested: 'The attestor is not listed for this tier, or did not sign.',
  TierTooLow: "The attestation's tier is below the mandate's.",
  AttestationExpired: "The attestation's deadline has passed.",
  AttestationNotNewer: 'A newer attestation is recorded.',
  WrongAttestation: 'A field of the attestation does not fit its use.',
  FlowUsed: 'This flow was recorded before.',
  InvalidProof: 'The proof does not verify on chain.',
  Paused: 'The guardian lets no portfolio open, move or have its book replaced for the time being.',
  SuspendedKey: 'The guardian has suspended the verification key.',
  KeyNotLiveYet: 'The verification key is announced, and not live yet.',
  UnknownKey: 'The circuit has no verification key on this chain.',
  DevelopmentKeyRefused: 'Development keys are refused on this chain.',
  NotGovernor: 'The governor key of this service does not govern here.',
  InvalidListing: 'A token or a venue is not one that open trades can be settled in.',
  NotListed: "Nothing is listed for the universe of the portfolio's mandate.",
  NotExecutable: 'Only spots with a listed token are executed on chain.',
  WorseThanProven: 'A leg would be filled worse than its bound.',
  WrongFill: 'A pool or a token would not move the whole leg.',
  WrongPool: 'A pool is not of its venue, or not of the tokens of its leg.',
  InsufficientLiquidity: 'A pool has less than its part of the leg.',
  DeadlinePassed: 'The open trade was to be executed earlier.',
  TransferFailed: "A token does not leave the portfolio's vault: there is too little, or it refuses.",
  FlowsFull: 'Too many flows wait; prove a step at a snapshot after them first.',
}

/** How nodes say that a call came to no good end: what needs more gas than a block has is refused as well. */
const REVERTED = /revert|out ?of ?gas/i

/** The contracts refused; `contractError` is the name of their error. */
export class ContractError extends HttpError {
  constructor(readonly contractError: string) {
    super(409, SENTENCES[contractError] ?? 'The contracts refuse this.', {
      code: contractErrorCode(contractError),
    })
  }
}

/** The chain did not answer; nothing is known about the request. */
export class ChainUnavailableError extends HttpError {
  constructor() {
    super(503, 'The chain does not answer.', {
      code: 'CHAIN_UNAVAILABLE',
      hints: ['Try again; nothing was changed.'],
    })
  }
}

/** Names of all contract errors that have a sentence of their own. */
export const KNOWN_CONTRACT_ERRORS: readonly string[] = Object.keys(SENTENCES)

/** Code of a contract error: `CHAIN_` and its name, or `CHAIN_REVERTED` for one without a sentence. */
export const contractErrorCode = (name: string): string =>
  `CHAIN_${(name in SENTENCES ? name : 'Reverted').replace(/(?<!^)([A-Z])/g, '_$1').toUpperCase()}`

/** Turns whatever viem throws into a typed error; the original message may hold call data and is dropped. */
export function chainError(error: unknown): unknown {
  if (!(error instanceof ViemError)) return error
  const data = revertData(error)
  if (data !== undefined) {
    try {
      return new ContractError(decodeErrorResult({ abi: errorsAbi, data }).errorName)
    } catch {
      return new ContractError('Reverted')
    }
  }
  const reverted = error.walk((cause) => REVERTED.test((cause as Error).name + (cause as Error).message))
  return reverted ? new ContractError('Reverted') : new ChainUnavailableError()
}

function revertData(error: ViemError): Hex | undefined {
  let found: Hex | undefined
  error.walk((cause) => {
    const { data, raw } = cause as { data?: unknown; raw?: unknown }
    for (const candidate of [raw, data, (data as { data?: unknown } | undefined)?.data]) {
      if (typeof candidate === 'string' && isHex(candidate) && candidate.length >= 10) found ??= candidate
    }
    return false
  })
  return found
}
