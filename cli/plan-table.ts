import type { PlanReport } from '#server/schemas/plan.js'
import { planReasons } from './plan-reasons.js'

const right = (text: string, width: number) => text.padStart(width)
const short = (text: string) => {
  const [whole = '', fraction] = text.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ' ')
  return fraction === undefined ? grouped : `${grouped}.${fraction.slice(0, 2)}`
}

/** A plan as text for the fund's own eyes: why, its trades, and the limits that are broken or nearest before or after. */
export function planTable(plan: PlanReport): string {
  const trades = plan.trades.map(
    ({ symbol, quantity, expectedFill, cost }) =>
      `    ${symbol.padEnd(22)}${right(quantity, 14)}${right(short(expectedFill), 14)}${right(short(cost), 12)}`,
  )
  const near = plan.limits.filter(
    ({ before, after }) => before.status !== 'holds' || after.status !== 'holds',
  )
  const tightest = plan.limits
    .filter((line) => !near.includes(line) && Number(line.after.bound) > 0)
    .sort((a, b) => share(a) - share(b))
    .slice(0, 5)
  const limits = [...near, ...tightest].map(({ id, before, after }) =>
    [
      `    ${id.padEnd(20)}`,
      right(short(before.headroom), 16),
      right(before.status === 'holds' ? '' : 'broken', 8),
      right(short(after.headroom), 18),
      right(after.status === 'holds' ? 'holds' : after.status, 9),
    ].join(''),
  )
  if (plan.trades.length === 0) return planReasons(plan).join('\n')
  const order = plan.legs.map((leg) =>
    leg.kind === 'trade'
      ? `${leg.symbol} ${leg.quantity}`
      : `${short(leg.amount)} dollars from account ${leg.from} to ${leg.to}`,
  )
  return [
    ...planReasons(plan),
    '',
    `    ${'trade'.padEnd(22)}${right('quantity', 14)}${right('fill', 14)}${right('cost $', 12)}`,
    ...trades,
    `    in this order: ${order.join(', ')}`,
    '',
    `    ${'limit'.padEnd(20)}${right('headroom before', 16)}${' '.repeat(8)}${right('headroom after', 18)}`,
    ...limits,
    `    … and ${plan.limits.length - limits.length} more limits that hold`,
  ].join('\n')
}

/** How much of a limit is left after the plan. */
const share = ({ after }: PlanReport['limits'][number]) => Number(after.headroom) / Number(after.bound)
