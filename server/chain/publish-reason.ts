import { isOff, type Quote } from './coin-price.js'

/**
 * One price source of a universe now: what its feed says (1e-8 quote; undefined for nothing), whether the chain would
 * believe that, and whether the published snapshot has a slot of it suspended.
 */
export type SourceView = {
  readonly priceE8: bigint | undefined
  readonly quote: Quote
  readonly believed: boolean
  readonly suspended: boolean
}

/** `age` is that of the newest published snapshot in seconds, undefined without one. */
export type MarketView = { readonly age: number | undefined; readonly sources: readonly SourceView[] }

/** `moveBps` 0 for a schedule alone. */
export type Cadence = { readonly intervalSeconds: number; readonly moveBps: number }

export type PublishReason = 'first' | 'interval' | 'recovered' | 'move'

/** Why a new snapshot is due, undefined when none is. A move is measured from the price that was captured or seen last. */
export function publishReason(view: MarketView, cadence: Cadence): PublishReason | undefined {
  if (view.age === undefined) return 'first'
  if (view.age >= cadence.intervalSeconds) return 'interval'
  if (view.sources.some(({ suspended, believed }) => suspended && believed)) return 'recovered'
  if (cadence.moveBps > 0 && view.sources.some((source) => hasMoved(source, cadence.moveBps))) return 'move'
  return undefined
}

function hasMoved({ priceE8, quote }: SourceView, moveBps: number): boolean {
  const from = quote.jumpE8 === 0n ? quote.priceE8 : quote.jumpE8
  return priceE8 !== undefined && from !== 0n && isOff(priceE8, from, moveBps)
}
