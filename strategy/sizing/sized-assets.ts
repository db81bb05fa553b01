import type { Mandate } from '#portfolio/mandate.js'
import type { Market } from '#portfolio/market.js'
import { abs } from '#portfolio/units.js'
import type { Universe } from '#portfolio/universe.js'
import type { PlanInput } from '../plan.js'
import { checkRiskModel, type RiskModel, RiskModelError } from '../risk-model.js'
import { slotRouter } from '../slot-router.js'
import { countsIn, type Target, targetLabel } from '../targets.js'
import { DAYS_A_YEAR } from '../time-units.js'
import { expectedFill } from '../trading-cost.js'
import { mayMove } from '../wish.js'
import { SizingInputError } from './sizing-input.js'
import type { SizedAsset } from './sizing-rule.js'
import type { StressedUnit } from './stress-cap.js'

/** An asset that is sized, the coin it is of, and the spot and perp slots it is traded in. */
export type Asset = {
  readonly of: SizedAsset
  readonly underlying: string
  readonly slots: readonly number[]
}

/**
 * What is sized, in the order given; `taken` are the targets beside it.
 *
 * @throws {@link SizingInputError} naming the asset.
 */
export function sizedAssets(
  assets: readonly SizedAsset[],
  { universe, mandate }: { readonly universe: Universe; readonly mandate: Mandate },
  taken: readonly Target[],
): Asset[] {
  const labels = new Set(taken.map(targetLabel))
  return assets.map((of, i) => {
    const refuse = (expected: string) => new SizingInputError(`sizing.assets[${i}]`, expected)
    const label = targetLabel({ of })
    if (labels.has(label)) throw refuse('given once, and not among the targets too')
    labels.add(label)
    const members = universe.instruments.flatMap((one, slot) =>
      countsIn({ of }, mandate, slot) ? [{ ...one, slot }] : [],
    )
    const coins = new Set(members.map(({ underlying }) => underlying))
    const linear = members.filter(({ kind }) => kind !== 'option')
    const [first] = linear
    if (coins.size !== 1 || !first) {
      throw refuse(
        'a spot or perp, or a group of the mandate whose slots are of one coin and such a one among them',
      )
    }
    return { of, underlying: first.underlying, slots: linear.map(({ slot }) => slot) }
  })
}

/** The covariance of the assets' coins per year. @throws {@link SizingInputError} or `RiskModelError` naming the field. */
export function assetCovariance(assets: readonly Asset[], risk: RiskModel | undefined): number[][] {
  if (!risk) throw new SizingInputError('risk', 'given, as the rule of sizing is about it')
  checkRiskModel(risk)
  const places = assets.map(({ underlying }) => {
    const place = risk.underlyings.indexOf(underlying)
    if (place < 0) throw new RiskModelError('underlyings', `all coins that are sized, ${underlying} too`)
    return place
  })
  return places.map((a) => places.map((b) => risk.covariance[a]![b]! * DAYS_A_YEAR))
}

/** What a unit of the first slot of each asset that has a price does in every scenario. @throws {@link SizingInputError} */
export const stressedUnits = (assets: readonly Asset[], { slots }: Market): StressedUnit[] =>
  assets.map((asset, i) => {
    const unit = asset.slots.map((slot) => slots[slot]!).find(({ delta }) => delta !== 0n)
    if (!unit) throw new SizingInputError(`sizing.assets[${i}]`, 'of a slot that has a price')
    return { delta: Number(unit.delta), changes: unit.changes.map(Number) }
  })

/**
 * What it costs to trade `amount` of dollar delta (1e-16 quote, signed), as a fraction of it, in the dearest slot of the
 * asset that may move: which of them a plan will trade is not known before. Of a slot with venues, it is the cost of the
 * route for as much of it as they have.
 */
export const tradingCost = (
  { slots }: Asset,
  amount: number,
  input: Pick<PlanInput, 'market' | 'costs' | 'venues' | 'tradable'>,
): number =>
  Math.max(
    0,
    ...slots.map((slot) => {
      const { price, delta } = input.market.slots[slot]!
      if (delta === 0n || !mayMove(input, slot)) return 0
      const side = amount > 0 === delta > 0n ? 'buy' : 'sell'
      const quantity = BigInt(Math.ceil(Math.abs(amount / Number(delta))))
      const router = slotRouter(input, slot, side)
      const fill = router
        ? (router.routeNear(quantity)?.fill ?? price)
        : expectedFill(price, side, input.costs[slot]!, quantity)
      return Number(abs(fill - price)) / Math.abs(Number(delta))
    }),
  )
