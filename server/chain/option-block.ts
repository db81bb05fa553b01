import { hexToString } from 'viem'
import { KINDS } from '#portfolio/instrument.js'
import { OutOfRangeError } from '#portfolio/units.js'
import { optionSlot } from '#strategy/options/option-slot.js'
import { marketSnapshotsAbi } from '#verifier-contracts/abi.js'
import {
  type InstrumentContent,
  NO_OPTIONS,
  type OptionBlock,
  type OptionRow,
} from '#verifier-contracts/encoding.js'
import { HttpError } from '../http-error.js'
import { quantityField } from '../schemas/book.js'
import type { OptionMarks } from '../schemas/marks.js'
import type { Chain } from './chain.js'
import { believedPrice, type Quote, readFeed } from './coin-price.js'
import { ContractError } from './contract-error.js'

type OptionContent = InstrumentContent & { readonly slot: number }

/** The option slots of a universe. */
export const optionsOf = (content: readonly InstrumentContent[]): OptionContent[] =>
  content.flatMap((instrument, slot) =>
    KINDS[instrument.kind] === 'option' ? [{ ...instrument, slot }] : [],
  )

export const symbolOf = ({ symbol }: InstrumentContent): string => hexToString(symbol, { size: 32 })

/** @throws {@link MarksMissingError} for a mark of something that is no option of the universe */
export function checkMarks(content: readonly InstrumentContent[], marks: OptionMarks | undefined): void {
  const known = new Set(optionsOf(content).map(symbolOf))
  for (const symbol of marks?.options.keys() ?? []) {
    if (!known.has(symbol))
      throw new MarksMissingError(quantityField(symbol, 'marks.options'), 'an option of the universe')
  }
}

/**
 * What a risk signer signs now: every option slot that has not settled, priced from the marks at the coin prices of the
 * feeds, as of the newest block. One that has expired settles at its coin's believed price, and needs no mark.
 *
 * @throws {@link MarksMissingError}, `OutOfRangeError` for marks that do not cover the universe's options.
 * @throws `ContractError` `StaleFeed` while no believable price is there to settle at.
 */
export async function optionBlock(
  chain: Chain<never>,
  universeId: bigint,
  content: readonly InstrumentContent[],
  marks: OptionMarks | undefined,
): Promise<OptionBlock> {
  const options = optionsOf(content)
  if (options.length === 0) return NO_OPTIONS
  const now = await chain.now()
  const rows = await Promise.all(options.map((option) => rowOf(chain, universeId, option, marks, now)))
  return { time: now, rows: rows.flatMap((row) => (row ? [row] : [])) }
}

async function rowOf(
  chain: Chain<never>,
  universeId: bigint,
  option: OptionContent,
  marks: OptionMarks | undefined,
  now: bigint,
): Promise<OptionRow | undefined> {
  const { slot, contractSizeE8, optionType, strikeE8, shocksBps } = option
  const snapshots = { address: chain.deployment.snapshots, abi: marketSnapshotsAbi }
  const place = [universeId, BigInt(slot)] as const
  const quote = await chain.read({ ...snapshots, functionName: 'quote', args: place })
  const terms = {
    type: optionType === 1 ? ('call' as const) : ('put' as const),
    strikeE8,
    expiry: BigInt(option.expiry),
  }
  const shocks = { spotShocksBps: shocksBps.map(BigInt), minMarginBps: 0n }
  if (now >= terms.expiry) {
    const [settled] = await chain.read({ ...snapshots, functionName: 'settlement', args: place })
    if (settled) return undefined
    const answer = await readFeed(chain, option.feed)
    const spotE8 = await believedPrice(chain, option, answer, quote, now)
    if (spotE8 === undefined) throw new ContractError('StaleFeed')
    const volShocksBps = shocksBps.map(() => 0n)
    const expired = {
      ...shocks,
      terms,
      spotE8,
      forwardE8: spotE8,
      ivE8: 0n,
      now,
      contractSizeE8,
      volShocksBps,
    }
    return { slot: place[1], spotE8, ...numbersOf(optionSlot(expired)) }
  }
  if (!marks) throw new MarksMissingError('marks', 'given for a universe with options')
  const { volShocksBps, minMarginBps } = marks
  if (volShocksBps.length !== shocksBps.length) {
    throw new OutOfRangeError('marks.volShocksBps', `a list of exactly ${shocksBps.length}`)
  }
  const symbol = symbolOf(option)
  const mark = marks.options.get(symbol)
  if (!mark) throw new MarksMissingError(`marks.options.${symbol}`, 'given')
  const spotE8 = await spotOf(chain, option, quote)
  const live = { ...shocks, ...mark, terms, spotE8, now, contractSizeE8, volShocksBps, minMarginBps }
  return { slot: place[1], spotE8, ...numbersOf(optionSlot(live)) }
}

/** What the feed says, or said last: a slot whose feed is dead is published suspended, whatever its row. */
async function spotOf(chain: Chain<never>, { feed }: OptionContent, quote: Quote): Promise<bigint> {
  const spotE8 = (await readFeed(chain, feed))?.priceE8 ?? quote.priceE8
  if (spotE8 === 0n) throw new ContractError('FeedCallFailed')
  return spotE8
}

const numbersOf = ({ price, delta, gamma, vega, marginBps, changes }: ReturnType<typeof optionSlot>) => ({
  price,
  delta,
  gamma,
  vega,
  marginBps,
  changes,
})

export class MarksMissingError extends HttpError {
  constructor(field: string, expected: string) {
    super(422, `${field} must be ${expected}.`, { code: 'SERVER_MARKS_MISSING', field })
  }
}
