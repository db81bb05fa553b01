import { cooling } from './cooling.js'
import type { Candidate } from './firing.js'
import { liquidity } from './liquidity.js'
import type { PostponingConfig } from './trigger-config.js'
import type { TriggerContext } from './trigger-context.js'

/**
 * Why an ordinary trigger waits: the spread or the depth of an underlying it would be traded in, the time since the last
 * trade, or a price that one source alone has moved (`unconfirmed`, without numbers). Plain JSON.
 */
export type Postponement =
  | {
      readonly code: 'spread' | 'depth' | 'cooling'
      readonly subject: string
      readonly value: number
      readonly bound: number
      readonly unit: 'ratio' | 'seconds'
    }
  | { readonly code: 'unconfirmed'; readonly subject: string }

/**
 * What postpones each candidate; nothing ever postpones a forced one.
 *
 * A trigger that prices move waits for a second source: otherwise whoever can move one source can make the fund trade.
 */
export function postponementsOf(
  configs: readonly PostponingConfig[],
  context: TriggerContext,
): (candidate: Candidate) => Postponement[] {
  const now = configs.flatMap((config) =>
    config.kind === 'cooling' ? cooling(config, context) : liquidity(config, context),
  )
  return ({ firing, movedBy, tradedIn }) => {
    if (firing.urgency === 'forced') return []
    const unconfirmed = movedBy
      .filter((name) => context.underlyings?.[name]?.confirmed === false)
      .map((subject): Postponement => ({ code: 'unconfirmed', subject }))
    return [
      ...unconfirmed,
      ...now.filter(({ code, subject }) => code === 'cooling' || tradedIn.includes(subject)),
    ]
  }
}
