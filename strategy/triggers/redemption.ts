import { BPS, sum } from '#portfolio/units.js'
import { flowSplit } from '../relaxation.js'
import { type Candidate, forced } from './firing.js'
import { amountOf, shareBps } from './nav-share.js'
import { navOf, type TriggerContext } from './trigger-context.js'

/** Money to be paid out that can only be raised by a sale, when `reserveBps` of net asset value (0 unless given) are to stay. */
export type RedemptionTrigger = { readonly kind: 'redemption'; readonly reserveBps?: number }

/**
 * An account can pay its cash, as far as its equity is above its margin requirement. The redemption itself is the value,
 * what all accounts can pay without a sale the bound.
 */
export function redemption({ reserveBps = 0 }: RedemptionTrigger, context: TriggerContext): Candidate[] {
  const { input, verdict } = context
  if (input.netFlow >= 0n) return []
  const nav = navOf(context)
  const flows = flowSplit(input)
  const payable = sum(
    input.mandate.accounts.map(({ marginMultipleBps }, a) => {
      const required = marginMultipleBps * verdict.before.accountMargin[a]!
      const equity = verdict.before.accountEquity[a]! - flows[a]!
      const spare = (BPS * BPS * equity - required) / (BPS * BPS)
      const most = spare < input.book.cash[a]! ? spare : input.book.cash[a]!
      return most > 0n ? most : 0n
    }),
  )
  const due = -input.netFlow
  const bound = payable - amountOf(reserveBps, nav)
  if (due <= bound) return []
  const [value, limit] = [shareBps(due, nav), shareBps(bound, nav)]
  return [forced({ trigger: 'redemption', subject: 'book', value, bound: limit, unit: 'navBps' })]
}
