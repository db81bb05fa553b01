import { type Address, encodeAbiParameters, type Hex, keccak256, stringToHex, zeroAddress } from 'viem'
import { BaseError } from '#portfolio/base-error.js'
import { KINDS } from '#portfolio/instrument.js'
import type { Shape } from '#portfolio/shape.js'
import { checkUniverse, type Universe } from '#portfolio/universe.js'

/**
 * Where a named feed lives, after how many seconds its answer is dead, and the coin prices (1e-8) it is believed at. A
 * price more than `jumpBps` off the one captured last is believed once `second` is within `agreeBps` of it, or once it has
 * stood for `jumpDelay` seconds.
 */
export type FeedTerms = {
  readonly address: Address
  readonly heartbeat: number
  readonly minPriceE8: bigint
  readonly maxPriceE8: bigint
  readonly jumpBps: number
  readonly jumpDelay: number
  readonly second?: { readonly address: Address; readonly heartbeat: number; readonly agreeBps: number }
}

/** One slot as MarketSnapshots registers it. */
export type InstrumentContent = {
  readonly symbol: Hex
  readonly underlying: Hex
  readonly kind: number
  readonly account: number
  readonly contractSizeE8: bigint
  readonly feed: Address
  readonly heartbeat: number
  readonly minPriceE8: bigint
  readonly maxPriceE8: bigint
  readonly jumpBps: number
  readonly jumpDelay: number
  readonly secondFeed: Address
  readonly secondHeartbeat: number
  readonly agreeBps: number
  readonly marginBps: number
  readonly optionType: number
  readonly strikeE8: bigint
  readonly expiry: number
  readonly shocksBps: readonly number[]
}

const INSTRUMENT = [
  { name: 'symbol', type: 'bytes32' },
  { name: 'underlying', type: 'bytes32' },
  { name: 'kind', type: 'uint8' },
  { name: 'account', type: 'uint8' },
  { name: 'contractSizeE8', type: 'uint64' },
  { name: 'feed', type: 'address' },
  { name: 'heartbeat', type: 'uint32' },
  { name: 'minPriceE8', type: 'uint64' },
  { name: 'maxPriceE8', type: 'uint64' },
  { name: 'jumpBps', type: 'uint32' },
  { name: 'jumpDelay', type: 'uint32' },
  { name: 'secondFeed', type: 'address' },
  { name: 'secondHeartbeat', type: 'uint32' },
  { name: 'agreeBps', type: 'uint32' },
  { name: 'marginBps', type: 'uint32' },
  { name: 'optionType', type: 'uint8' },
  { name: 'strikeE8', type: 'uint64' },
  { name: 'expiry', type: 'uint40' },
  { name: 'shocksBps', type: 'int32[]' },
] as const

const SHAPE = ['slots', 'groups', 'accounts', 'scenarios'].map((name) => ({ name, type: 'uint8' }) as const)

/**
 * A universe as it is registered on chain: names become bytes32, feeds addresses.
 *
 * @throws {@link UnknownFeedError} when `feeds` lacks a name, and what {@link checkUniverse} throws.
 */
export function universeContent(
  universe: Universe,
  feeds: Readonly<Record<string, FeedTerms>>,
  shape: Shape,
): InstrumentContent[] {
  checkUniverse(universe, shape)
  return universe.instruments.map((instrument, i) => {
    const feed = Object.hasOwn(feeds, instrument.feed) ? feeds[instrument.feed] : undefined
    if (!feed) throw new UnknownFeedError(`universe.instruments[${i}].feed`)
    const { option } = instrument
    const { second } = feed
    return {
      symbol: stringToHex(instrument.symbol, { size: 32 }),
      underlying: stringToHex(instrument.underlying, { size: 32 }),
      kind: KINDS.indexOf(instrument.kind),
      account: instrument.account,
      contractSizeE8: instrument.contractSizeE8,
      feed: feed.address,
      heartbeat: feed.heartbeat,
      minPriceE8: feed.minPriceE8,
      maxPriceE8: feed.maxPriceE8,
      jumpBps: feed.jumpBps,
      jumpDelay: feed.jumpDelay,
      secondFeed: second?.address ?? zeroAddress,
      secondHeartbeat: second?.heartbeat ?? 0,
      agreeBps: second?.agreeBps ?? 0,
      marginBps: Number(instrument.marginBps),
      optionType: option ? (option.type === 'call' ? 1 : 2) : 0,
      strikeE8: option?.strikeE8 ?? 0n,
      expiry: Number(option?.expiry ?? 0n),
      shocksBps: instrument.shocksBps.map(Number),
    }
  })
}

/** Id of a registered universe: 248 bits of the hash of its content and the deployment's shape. */
export const universeIdOf = (content: readonly InstrumentContent[], shape: Shape): bigint =>
  BigInt(
    keccak256(
      encodeAbiParameters(
        [
          { type: 'tuple[]', components: INSTRUMENT },
          { type: 'tuple', components: SHAPE },
        ],
        [content, shape],
      ),
    ),
  ) >> 8n

/** A universe names a price feed nobody gave an address for. */
export class UnknownFeedError extends BaseError {
  constructor(field: string) {
    super(`${field} names a price feed that has no address here.`, { code: 'CONTRACTS_UNKNOWN_FEED', field })
  }
}
