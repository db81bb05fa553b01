import { type Hex, isAddressEqual, parseEventLogs } from 'viem'
import type { Market } from '#portfolio/market.js'
import type { Shape } from '#portfolio/shape.js'
import type { TierCircuits } from '#prover/circuits.js'
import type { Digest } from '#prover/digest.js'
import type { ProverPool } from '#prover/prover-pool.js'
import { digestStatement } from '#prover/statement.js'
import { marketSettingsAbi, marketSnapshotsAbi } from '#verifier-contracts/abi.js'
import {
  type InstrumentContent,
  NO_OPTIONS,
  type OptionBlock,
  optionBlockTypedData,
  toSolidityProof,
} from '#verifier-contracts/encoding.js'
import { HttpError } from '../http-error.js'
import type { OptionMarks } from '../schemas/marks.js'
import type { MarketStore, Snapshot } from '../store/market-store.js'
import { type CapturedMarket, findCaptured } from './captured-vector.js'
import type { Chain } from './chain.js'
import { ContractError } from './contract-error.js'
import { marketOf } from './market-vector.js'
import { checkMarks, MarksMissingError, optionBlock } from './option-block.js'

/** What a publisher works with; `pool` proves that a captured vector has the digest it is published under. */
export type PublisherParts = {
  readonly chain: Chain<'publisher' | 'riskSigner'>
  readonly markets: Pick<MarketStore, 'put' | 'find'>
  readonly pool: Pick<ProverPool, 'prove'>
  readonly circuits: Pick<TierCircuits, 'digest-market'>
  readonly digest: Digest
  readonly shape: Shape
}

/** Refusals for want of a believable price or number, whose slots may be published as suspended instead. */
const SUSPENDABLE: readonly string[] = [
  'StaleFeed',
  'PriceJumped',
  'FeedCallFailed',
  'FeedDecimalsChanged',
  'AnswerNotPositive',
  'RoundIncomplete',
  'AnswerFromFuture',
  'PriceOutOfBand',
  'MissingOptionRow',
]

export const isSuspendable = (error: unknown): boolean =>
  error instanceof MarksMissingError ||
  (error instanceof ContractError && SUSPENDABLE.includes(error.contractError))

/** Makes market snapshots: captures feeds on chain, has option numbers signed, proves the digest, publishes. */
export class MarketPublisher {
  readonly #parts: PublisherParts
  readonly #contents = new Map<bigint, readonly InstrumentContent[]>()

  constructor(parts: PublisherParts) {
    this.#parts = parts
  }

  /**
   * Captures and publishes the market of a registered universe now. With `suspend`, slots without a believable price are
   * published as suspended where the chain allows it.
   *
   * @throws as {@link capture} and {@link publishCaptured}; {@link MarksMissingError} for a mark of no option here
   */
  async publish(universeId: bigint, marks: OptionMarks | undefined, suspend: boolean): Promise<Snapshot> {
    checkMarks(await this.content(universeId), marks)
    return this.publishCaptured(await this.capture(universeId, marks, suspend))
  }

  /**
   * Captures the market now.
   *
   * @throws `ContractError` for a stale, missing or unbelievable feed, too early a capture, or a refused signature;
   * `OutOfRangeError` or `MarksMissingError` for marks that do not cover the universe's options;
   * {@link NotRiskSignerError} when the chain does not list the key that signs them.
   */
  async capture(
    universeId: bigint,
    marks: OptionMarks | undefined,
    suspend: boolean,
    signal?: AbortSignal,
  ): Promise<CapturedMarket> {
    const content = await this.content(universeId)
    try {
      const options = await optionBlock(this.#parts.chain, universeId, content, marks)
      return await this.#captureWith(universeId, options, suspend, signal)
    } catch (error) {
      if (!suspend || !(error instanceof MarksMissingError)) throw error
      // Nobody prices the options: once they have been silent for long enough, the chain publishes them as suspended.
      return await this.#captureWith(universeId, NO_OPTIONS, true, signal).catch((refusal: unknown) => {
        throw refusal instanceof ContractError && refusal.contractError === 'MissingOptionRow'
          ? error
          : refusal
      })
    }
  }

  async #captureWith(
    universeId: bigint,
    options: OptionBlock,
    suspend: boolean,
    signal: AbortSignal | undefined,
  ): Promise<CapturedMarket> {
    const signatures = options.rows.length === 0 ? [] : await this.#signed(universeId, options)
    try {
      return await this.#sendCapture(universeId, options, signatures, [], signal)
    } catch (error) {
      const last = suspend && isSuspendable(error) ? await this.lastCaptured(universeId) : undefined
      if (!last) throw error
      return this.#sendCapture(universeId, options, signatures, last.vector, signal)
    }
  }

  async #sendCapture(
    universeId: bigint,
    options: OptionBlock,
    signatures: readonly Hex[],
    lastVector: readonly bigint[],
    signal: AbortSignal | undefined,
  ): Promise<CapturedMarket> {
    const { chain } = this.#parts
    const { logs } = await chain.send(
      'publisher',
      {
        address: chain.deployment.snapshots,
        abi: marketSnapshotsAbi,
        functionName: 'capture',
        args: [universeId, options, signatures, lastVector],
      },
      signal,
    )
    const events = parseEventLogs({ abi: marketSnapshotsAbi, eventName: 'MarketCaptured', logs })
    const event = events.find((log) => log.args.universeId === universeId)
    if (!event) throw new ContractError('Reverted')
    return { universeId, time: event.args.time, vector: event.args.vector }
  }

  /**
   * Proves the digest of a captured vector, whoever captured it, and publishes it.
   *
   * @throws `ContractError` `NotNewer` when a newer one is published by then, `NotCaptured` when its block is gone.
   */
  async publishCaptured(captured: CapturedMarket, signal?: AbortSignal): Promise<Snapshot> {
    const { chain, pool, circuits, digest, markets } = this.#parts
    const circuit = circuits['digest-market']
    const statement = digestStatement(digest, 'market', captured.vector, circuit.circuitId)
    const request = {
      circuit: circuit.artifacts,
      input: statement.input,
      expectedPublicSignals: statement.publicSignals,
    }
    const { proof } = await pool.prove(request, signal ? { signal } : {})
    const snapshot = { ...captured, digest: statement.signals.c }
    await markets.put(snapshot)
    await chain.send(
      'publisher',
      {
        address: chain.deployment.snapshots,
        abi: marketSnapshotsAbi,
        functionName: 'publish',
        args: [captured.universeId, captured.vector, snapshot.digest, toSolidityProof(proof)],
      },
      signal,
    )
    return snapshot
  }

  /** What a registered universe lists: immutable, so it is read once. @throws `ContractError` `UnknownUniverse` */
  async content(universeId: bigint): Promise<readonly InstrumentContent[]> {
    const known = this.#contents.get(universeId)
    if (known) return known
    const { chain } = this.#parts
    const content = await chain.read({
      address: chain.deployment.snapshots,
      abi: marketSnapshotsAbi,
      functionName: 'universe',
      args: [universeId],
    })
    this.#contents.set(universeId, content)
    return content
  }

  /** The newest published snapshot. @throws {@link NoMarketError} */
  async latest(universeId: bigint): Promise<Snapshot & { readonly market: Market }> {
    const { chain, markets, shape } = this.#parts
    const [time, digest] = await chain.read({
      address: chain.deployment.snapshots,
      abi: marketSnapshotsAbi,
      functionName: 'newest',
      args: [universeId],
    })
    if (time === 0n) throw new NoMarketError()
    let known = await markets.find(universeId, digest)
    if (!known) {
      const captured = await findCaptured(chain, universeId, time)
      if (!captured) throw new NoMarketError()
      known = { ...captured, digest }
      await markets.put(known)
    }
    return { ...known, market: marketOf(known.vector, shape) }
  }

  /** The newest capture, published or not; undefined without one. */
  async lastCaptured(universeId: bigint): Promise<CapturedMarket | undefined> {
    const { chain } = this.#parts
    const [time] = await chain.read({
      address: chain.deployment.snapshots,
      abi: marketSnapshotsAbi,
      functionName: 'captured',
      args: [universeId],
    })
    return time === 0n ? undefined : findCaptured(chain, universeId, time)
  }

  /** This service's signature in its place among the risk signers, the others' left empty. */
  async #signed(universeId: bigint, options: OptionBlock): Promise<Hex[]> {
    const { deployment, keystore } = this.#parts.chain
    const { riskSigners } = await this.#parts.chain.read({
      address: deployment.settings,
      abi: marketSettingsAbi,
      functionName: 'active',
      args: [],
    })
    const own = riskSigners.findIndex((signer) => isAddressEqual(signer, keystore.riskSigner.address))
    if (own < 0) throw new NotRiskSignerError()
    const signature = await keystore.riskSigner.signTypedData(
      optionBlockTypedData(deployment.chainId, deployment.snapshots, universeId, options),
    )
    return riskSigners.map((_, i) => (i === own ? signature : '0x'))
  }
}

export class NoMarketError extends HttpError {
  constructor() {
    super(409, 'No market snapshot of this universe is published.', {
      code: 'SERVER_NO_MARKET',
      hints: ['Publish one: POST /markets.'],
    })
  }
}

/** The market's governor lists signers of option numbers with notice; this service's key is not, or no longer, one. */
export class NotRiskSignerError extends HttpError {
  constructor() {
    super(409, "The risk signer's key of this service is not listed on this chain.", {
      code: 'SERVER_NOT_RISK_SIGNER',
      hints: ['docs/operations.md says how the list is changed.'],
    })
  }
}
