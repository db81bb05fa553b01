import { parseEventLogs } from 'viem'
import type { Market, MarketSlot } from '#portfolio/market.js'
import type { Shape } from '#portfolio/shape.js'
import { OutOfRangeError } from '#portfolio/units.js'
import type { Universe } from '#portfolio/universe.js'
import type { TierCircuits } from '#prover/circuits.js'
import type { Digest } from '#prover/digest.js'
import type { ProverPool } from '#prover/prover-pool.js'
import { digestStatement } from '#prover/statement.js'
import { optionSlot } from '#strategy/options/option-slot.js'
import { marketSnapshotsAbi, priceFeedAbi } from '#verifier-contracts/abi.js'
import {
  NO_OPTIONS,
  type OptionBlock,
  optionBlockTypedData,
  toSolidityProof,
} from '#verifier-contracts/encoding.js'
import { HttpError } from '../http-error.js'
import { quantityField } from '../schemas/book.js'
import type { OptionMarks } from '../schemas/marks.js'
import type { MarketStore, Snapshot } from '../store/market-store.js'
import type { Chain } from './chain.js'
import { ContractError } from './contract-error.js'
import { marketOf } from './market-vector.js'

/** What a publisher works with; `pool` proves that a captured vector has the digest it is published under. */
export type PublisherParts = {
  readonly chain: Chain
  readonly markets: MarketStore
  readonly pool: ProverPool
  readonly circuits: TierCircuits
  readonly digest: Digest
  readonly shape: Shape
}

/** Makes market snapshots: captures feeds on chain, has option numbers signed, proves the digest, publishes. */
export class MarketPublisher {
  readonly #parts: PublisherParts

  constructor(parts: PublisherParts) {
    this.#parts = parts
  }

  /**
   * Captures and publishes the market of a registered universe now.
   *
   * @throws `ContractError` for a stale, missing or unbelievable feed, too early a capture, or a refused signature;
   * `OutOfRangeError` or {@link MarksMissingError} for marks that do not cover the universe's options.
   */
  async publish(universe: Universe, universeId: bigint, marks: OptionMarks | undefined): Promise<Snapshot> {
    const { chain, pool, circuits, digest, markets } = this.#parts
    const address = chain.deployment.snapshots
    const options = await this.#options(universe, marks)
    const signatures = options.rows.length === 0 ? [] : [await this.#signed(universeId, options)]
    const captured = await chain.send('publisher', {
      address,
      abi: marketSnapshotsAbi,
      functionName: 'capture',
      args: [universeId, options, signatures, []],
    })
    const logs = parseEventLogs({ abi: marketSnapshotsAbi, eventName: 'MarketCaptured', logs: captured.logs })
    const event = logs.find((log) => log.args.universeId === universeId)
    if (!event) throw new ContractError('Reverted')
    const { vector, time } = event.args
    const circuit = circuits['digest-market']
    const statement = digestStatement(digest, 'market', vector, circuit.circuitId)
    const { proof } = await pool.prove({
      circuit: circuit.artifacts,
      input: statement.input,
      expectedPublicSignals: statement.publicSignals,
    })
    const snapshot = { universeId, digest: statement.signals.c, time, vector }
    await markets.put(snapshot)
    await chain.send('publisher', {
      address,
      abi: marketSnapshotsAbi,
      functionName: 'publish',
      args: [universeId, vector, snapshot.digest, toSolidityProof(proof)],
    })
    return snapshot
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
    const known = (await markets.find(universeId, digest)) ?? (await this.#search(universeId, time, digest))
    return { ...known, market: marketOf(known.vector, shape) }
  }

  /** A snapshot somebody else published, from the events of the chain. */
  async #search(universeId: bigint, time: bigint, digest: bigint): Promise<Snapshot> {
    const { chain, markets } = this.#parts
    const logs = await chain.guard(
      chain.client.getContractEvents({
        address: chain.deployment.snapshots,
        abi: marketSnapshotsAbi,
        eventName: 'MarketCaptured',
        args: { universeId },
        fromBlock: chain.deployment.fromBlock,
        strict: true,
      }),
    )
    const found = logs.find((log) => log.args.time === time)
    if (!found) throw new NoMarketError()
    const snapshot = { universeId, digest, time, vector: found.args.vector }
    await markets.put(snapshot)
    return snapshot
  }

  async #signed(universeId: bigint, options: OptionBlock) {
    const { deployment, keystore } = this.#parts.chain
    return keystore.riskSigner.signTypedData(
      optionBlockTypedData(deployment.chainId, deployment.snapshots, universeId, options),
    )
  }

  /** Prices every option slot from the marks at the coin prices of the feeds, as of the newest block. */
  async #options(universe: Universe, marks: OptionMarks | undefined): Promise<OptionBlock> {
    const slots = universe.instruments.flatMap((instrument, slot) =>
      instrument.option ? [{ ...instrument, slot }] : [],
    )
    const known = new Set(slots.map(({ symbol }) => symbol))
    for (const symbol of marks?.options.keys() ?? []) {
      if (!known.has(symbol))
        throw new MarksMissingError(quantityField(symbol, 'marks.options'), 'an option of the universe')
    }
    if (slots.length === 0) return NO_OPTIONS
    if (!marks) throw new MarksMissingError('marks', 'given for a universe with options')
    const { chain, shape } = this.#parts
    const now = await chain.now()
    if (marks.volShocksBps.length !== shape.scenarios) {
      throw new OutOfRangeError('marks.volShocksBps', `a list of exactly ${shape.scenarios}`)
    }
    const rows = await Promise.all(
      slots.map(async ({ symbol, slot, option, feed, contractSizeE8, shocksBps }) => {
        const mark = marks.options.get(symbol)
        if (!mark) throw new MarksMissingError(`marks.options.${symbol}`, 'given')
        const spotE8 = await this.#spot(feed)
        const row: MarketSlot = optionSlot({
          terms: option!,
          spotE8,
          forwardE8: mark.forwardE8,
          ivE8: mark.ivE8,
          now,
          contractSizeE8,
          spotShocksBps: shocksBps,
          volShocksBps: marks.volShocksBps,
          minMarginBps: marks.minMarginBps,
        })
        const { price, delta, gamma, vega, marginBps, changes } = row
        return { slot: BigInt(slot), spotE8, price, delta, gamma, vega, marginBps, changes }
      }),
    )
    return { time: now, rows }
  }

  /** The coin price a feed gives, in 1e-8 quote, rounded down as the contract does. */
  async #spot(feed: string): Promise<bigint> {
    const { chain } = this.#parts
    const call = { address: chain.deployment.feeds[feed]!.address, abi: priceFeedAbi }
    const [round, decimals] = await Promise.all([
      chain.read({ ...call, functionName: 'latestRoundData', args: [] }),
      chain.read({ ...call, functionName: 'decimals', args: [] }),
    ])
    return decimals <= 8 ? round[1] * 10n ** BigInt(8 - decimals) : round[1] / 10n ** BigInt(decimals - 8)
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

export class MarksMissingError extends HttpError {
  constructor(field: string, expected: string) {
    super(422, `${field} must be ${expected}.`, { code: 'SERVER_MARKS_MISSING', field })
  }
}
