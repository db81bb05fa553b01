import { type Address, type Hex, hexToBigInt, size, slice, toFunctionSelector } from 'viem'
import { BPS } from '#portfolio/units.js'
import type { InstrumentContent } from '#verifier-contracts/encoding.js'
import type { Chain } from './chain.js'
import { ContractError } from './contract-error.js'

/** What was last believed of a coin's price on chain, and what waits; 1e-8 quote, seconds, 0 for none. */
export type Quote = { readonly priceE8: bigint; readonly jumpE8: bigint; readonly jumpedAt: number }

/** A feed's answer in 1e-8 quote, rounded down as the contract does, and its date. */
export type Answer = { readonly priceE8: bigint; readonly updatedAt: bigint }

const DECIMALS_MAX = 18n
const ROUND = toFunctionSelector('latestRoundData()')
const DECIMALS = toFunctionSelector('decimals()')

/** The answer of a feed, whatever its age; undefined when it does not answer, or with no price above 0. */
export async function readFeed(chain: Chain<never>, feed: Address): Promise<Answer | undefined> {
  const [round, decimals] = await Promise.all([
    callFeed(chain, feed, ROUND, 160),
    callFeed(chain, feed, DECIMALS, 32),
  ])
  if (!round || !decimals) return undefined
  const word = (data: Hex, index: number) => hexToBigInt(slice(data, 32 * index, 32 * index + 32))
  const places = word(decimals, 0)
  const answer = BigInt.asIntN(256, word(round, 1))
  if (places > DECIMALS_MAX || answer <= 0n) return undefined
  const priceE8 = places <= 8n ? answer * 10n ** (8n - places) : answer / 10n ** (places - 8n)
  return { priceE8, updatedAt: word(round, 3) }
}

/** The price of the feed's answer, if the chain's rules for this instrument would believe it at `now`, the second feed asked. */
export async function believedPrice(
  chain: Chain<never>,
  instrument: InstrumentContent,
  answer: Answer | undefined,
  quote: Quote,
  now: bigint,
): Promise<bigint | undefined> {
  if (!answer || isStale(answer, instrument.heartbeat, now)) return undefined
  const { priceE8 } = answer
  if (priceE8 < instrument.minPriceE8 || priceE8 > instrument.maxPriceE8) return undefined
  if (quote.priceE8 === 0n || !isOff(priceE8, quote.priceE8, instrument.jumpBps)) return priceE8
  const stands = quote.jumpE8 !== 0n && !isOff(priceE8, quote.jumpE8, instrument.jumpBps)
  if (stands && now >= BigInt(quote.jumpedAt + instrument.jumpDelay)) return priceE8
  if (BigInt(instrument.secondFeed) === 0n) return undefined
  const second = await readFeed(chain, instrument.secondFeed)
  if (!second || isStale(second, instrument.secondHeartbeat, now)) return undefined
  return isOff(priceE8, second.priceE8, instrument.agreeBps) ? undefined : priceE8
}

const isStale = ({ updatedAt }: Answer, heartbeat: number, now: bigint) => now - updatedAt > BigInt(heartbeat)

/** Whether two prices differ by more than `bps` of the second. */
export function isOff(priceE8: bigint, fromE8: bigint, bps: number): boolean {
  const gap = priceE8 > fromE8 ? priceE8 - fromE8 : fromE8 - priceE8
  return gap * BPS > fromE8 * BigInt(bps)
}

async function callFeed(
  chain: Chain<never>,
  to: Address,
  data: Hex,
  least: number,
): Promise<Hex | undefined> {
  try {
    const { data: answer } = await chain.guard(chain.client.call({ to, data }))
    return answer !== undefined && size(answer) >= least ? answer : undefined
  } catch (error) {
    if (error instanceof ContractError) return undefined
    throw error
  }
}
