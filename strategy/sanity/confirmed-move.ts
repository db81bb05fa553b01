import { SanityInputError } from './asset-prices.js'
import type { AssetJudgement } from './judge-asset.js'

/** `move` is the relative change of the price, 0 where none is confirmed; `shownBy` the sources that show at least that. */
export type ConfirmedMove = { readonly move: number; readonly shownBy: readonly string[] }

/**
 * The largest move of an asset between two judgements that at least two sources, good both times, show in one direction;
 * what a trigger may act on. The price itself is not enough: between two sources it follows half of either one's move.
 *
 * @throws `SanityInputError` where the judgements are of different assets or not in time order.
 */
export function confirmedMove(before: AssetJudgement, after: AssetJudgement): ConfirmedMove {
  if (before.asset !== after.asset) throw new SanityInputError('after.asset', 'the asset of before')
  if (!(after.time > before.time)) throw new SanityInputError('after.time', 'later than before')
  const none: ConfirmedMove = { move: 0, shownBy: [] }
  if (!before.usable || !after.usable) return none
  const old = new Map(good(before).map(({ source, price }) => [source, price]))
  const moves = good(after).flatMap(({ source, price }) => {
    const from = old.get(source)
    return from === undefined ? [] : [{ source, move: price / from - 1 }]
  })
  const shown = [1, -1].flatMap((side) => {
    const along = moves.filter(({ move }) => side * move > 0).sort((a, b) => side * (b.move - a.move))
    const [, second] = along
    if (!second) return []
    const least = along.filter(({ move }) => side * move >= side * second.move)
    return [{ move: second.move, shownBy: least.map(({ source }) => source) }]
  })
  // Two up and two down contradict each other.
  return shown.length === 1 ? shown[0]! : none
}

const good = ({ sources }: AssetJudgement) => sources.filter(({ verdict }) => verdict === 'good')
