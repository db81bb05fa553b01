import { type Address, encodeAbiParameters, type Hex } from 'viem'

/** A part of a leg in one pool: `quantity` in 1e-8 unit without sign, `venue` a place in the portfolio's listing. */
export type Route = {
  readonly slot: number
  readonly venue: number
  readonly pool: Address
  readonly quantity: bigint
}

/** What an open step carries beside its legs; `deadline` in seconds since 1970. Routes of one slot stand together. */
export type OpenTrade = { readonly deadline: bigint; readonly routes: readonly Route[] }

/** How pools of a venue trade, as numbered on chain. */
export const VENUE_KINDS = { 'uniswap-v2': 0, 'uniswap-v3': 1 } as const
export type VenueKind = keyof typeof VENUE_KINDS

/** The most venues of a listing, as on chain. */
export const LISTED_VENUES_MAX = 16

/** The form of the bytes, as `abi.decode` on chain takes it. */
export const OPEN_TRADE_PARAMETERS = [
  { name: 'deadline', type: 'uint256' },
  {
    name: 'routes',
    type: 'tuple[]',
    components: [
      { name: 'slot', type: 'uint8' },
      { name: 'venue', type: 'uint8' },
      { name: 'pool', type: 'address' },
      { name: 'quantity', type: 'uint64' },
    ],
  },
] as const

/** The bytes that an open step's payload is the hash of. */
export const encodeOpenTrade = ({ deadline, routes }: OpenTrade): Hex =>
  encodeAbiParameters(OPEN_TRADE_PARAMETERS, [deadline, routes])

const HALF = 1n << 64n

/** Trade (signed, 1e-8 unit) and fill (1e-8 quote) of a leg in clear; inverse of `legOf`. */
export const readLeg = (leg: bigint): { readonly trade: bigint; readonly fill: bigint } => ({
  trade: (leg >> 64n) - HALF,
  fill: leg & (HALF - 1n),
})
