import { BPS } from '#portfolio/units.js'
import { type Candidate, forced, ordinary } from './firing.js'
import { amountOf, shareBps } from './nav-share.js'
import { navOf, type TriggerContext, underlyingsOf } from './trigger-context.js'

/**
 * Equity of an account less than `bufferBps` above the margin its mandate requires, in basis points of that margin. Every
 * account unless `account` names one.
 */
export type MarginBufferTrigger = {
  readonly kind: 'marginBuffer'
  readonly account?: number
  readonly bufferBps: number
}

/**
 * Measured before any transfer between accounts, since a transfer is what an account short of margin may need. Forced once
 * the requirement itself is missed; an account that requires none misses it with a negative equity, reported in `navBps`.
 */
export function marginBuffer(
  { account, bufferBps }: MarginBufferTrigger,
  context: TriggerContext,
): Candidate[] {
  const { mandate } = context.input
  const { accountEquity, accountMargin } = context.verdict.before
  return mandate.accounts.flatMap(({ marginMultipleBps }, a) => {
    if (account !== undefined && account !== a) return []
    const required = marginMultipleBps * accountMargin[a]!
    const spare = BPS * BPS * accountEquity[a]! - required
    const line = { trigger: 'marginBuffer', subject: `account[${a}]` } as const
    if (required === 0n) {
      if (spare >= 0n) return []
      const value = shareBps(accountEquity[a]!, navOf(context))
      return [forced({ ...line, value, bound: 0, unit: 'navBps' })]
    }
    if (spare >= amountOf(bufferBps, required)) return []
    const firing = { ...line, value: shareBps(spare, required), bound: bufferBps, unit: 'marginBps' } as const
    if (spare < 0n) return [forced(firing)]
    return [
      ordinary(
        firing,
        underlyingsOf(context.input, (i) => mandate.slots[i]?.account === a),
      ),
    ]
  })
}
