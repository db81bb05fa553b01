import type { Address as HexAddress } from 'viem'
import { z } from 'zod'
import { slotOf, type Universe } from '#portfolio/universe.js'
import { LISTED_VENUES_MAX, VENUE_KINDS, type VenueKind } from '#verifier-contracts/open-trade.js'
import type { Listing, Settlement } from '../chain/settlements.js'
import { quantityField } from './book.js'
import { Address, addressOf, Decimal, Index, parseWithin, WireError } from './wire.js'

const KIND = z.enum(Object.keys(VENUE_KINDS) as VenueKind[])
const FEE_MAX_PIPS = 999_999n

/**
 * What open trades of a portfolio are settled in: the quote token, tokens by symbol for the spots that are traded on chain,
 * and the factories whose pools may be used. `feePips` is the fee of a Uniswap V2 factory's pairs in 1e-6 (3000 for its
 * own); pools of Uniswap V3 say theirs. `account` is the account of the book that the vault is.
 */
export const SettlementWire = z
  .strictObject({
    account: Index,
    quote: Address,
    tokens: z.record(z.string().max(64), Address),
    venues: z
      .array(z.strictObject({ kind: KIND, factory: Address, feePips: Decimal.optional() }))
      .min(1)
      .max(LISTED_VENUES_MAX),
  })
  .meta({ id: 'SettlementRequest' })
export type SettlementWire = z.infer<typeof SettlementWire>

const Token = z.object({ address: Address, decimals: z.int() })
const Listed = z.object({
  account: z.int(),
  quote: Token,
  tokens: z.record(z.string(), Token),
  venues: z.array(z.object({ kind: KIND, factory: Address, feePips: z.string() })),
})

/** What is settled how, on chain. `dueAt` in seconds since 1970; `vault` is where deposits go, null before the first listing. */
export const SettlementRecord = z
  .object({
    executor: Address,
    vault: Address.nullable(),
    inForce: Listed.nullable(),
    announced: z.object({ dueAt: z.string(), settlement: Listed }).nullable(),
  })
  .meta({ id: 'Settlement' })
export type SettlementRecord = z.infer<typeof SettlementRecord>

/**
 * @throws `WireError`, `DecimalError`, `OutOfRangeError` or `UnknownInstrumentError` naming the field; the chain judges tokens
 * and factories.
 */
export function parseSettlement(wire: SettlementWire, universe: Universe, universeId: bigint): Listing {
  const tokens: (HexAddress | undefined)[] = universe.instruments.map(() => undefined)
  for (const [symbol, token] of Object.entries(wire.tokens)) {
    const field = quantityField(symbol, 'tokens')
    const slot = slotOf(universe, symbol, field)
    if (universe.instruments[slot]!.kind !== 'spot') throw new WireError(field, 'for a spot')
    tokens[slot] = addressOf(token)
  }
  const venues = wire.venues.map(({ kind, factory, feePips }, i) => {
    const field = `venues[${i}].feePips`
    if ((feePips === undefined) === (kind === 'uniswap-v2')) {
      throw new WireError(field, 'given for uniswap-v2 and for nothing else')
    }
    const fee = feePips === undefined ? 0n : parseWithin(feePips, field, 0n, FEE_MAX_PIPS)
    return { kind, factory: addressOf(factory), feePips: Number(fee) }
  })
  return { universeId, account: wire.account, quote: addressOf(wire.quote), tokens, venues }
}

export const formatSettlement = ({ account, quote, assets, venues }: Settlement, universe: Universe) => ({
  account,
  quote,
  tokens: Object.fromEntries(
    universe.instruments.flatMap(({ symbol }, i) => (assets[i] ? [[symbol, assets[i]] as const] : [])),
  ),
  venues: venues.map((venue) => ({ ...venue, feePips: `${venue.feePips}` })),
})
