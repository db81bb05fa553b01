import type { Exposure } from '#portfolio/exposure.js'
import type { Step, Verdict } from '#portfolio/step.js'
import { abs } from '#portfolio/units.js'

/** Every number of the reference model's verdict that the circuit computes too, by the circuit's names of its signals. */
export function modelNumbers(step: Step, verdict: Verdict): Record<string, bigint> {
  const { before, after, newBudget, trades } = verdict
  const numbers = { ...exposureSignals(before, 0), ...exposureSignals(after, 1) }
  const list = (name: string, values: readonly bigint[]) =>
    values.forEach((value, i) => {
      numbers[`${name}[${i}]`] = value
    })
  const counters = (of: typeof newBudget.current) => [of.cost, of.gain, of.turnover]
  list('trade', trades)
  list('budget.current', counters(newBudget.current))
  list('budget.previous', counters(newBudget.previous))
  numbers['trades.cost'] = verdict.used.cost - step.fee - step.carryLoss
  numbers['trades.gain'] = verdict.used.gain - step.carryGain
  numbers['trades.turnover'] = verdict.used.turnover
  numbers['flow.net'] = step.netFlow
  numbers['flow.size'] = abs(step.netFlow)
  const reduced = verdict.checks.filter(({ kind, status }) => kind === 'risk' && status === 'reducing')
  numbers['risk.reducing'] = BigInt(reduced.length)
  return numbers
}

function exposureSignals(exposure: Exposure, k: 0 | 1): Record<string, bigint> {
  const at = `exposure[${k}]`
  const named: Record<string, bigint> = {
    [`${at}.nav`]: exposure.nav,
    [`${at}.net`]: exposure.net,
    [`${at}.gross`]: exposure.gross,
    [`${at}.gammaTotal`]: exposure.gamma,
    [`${at}.vegaTotal`]: exposure.vega,
    [`${at}.marginTotal`]: exposure.margin,
  }
  const lists = {
    absDeltaValue: exposure.absDelta,
    groupNet: exposure.groupNet,
    groupGross: exposure.groupGross,
    loss: exposure.losses,
    equity: exposure.accountEquity,
    margin: exposure.accountMargin,
  }
  for (const [name, list] of Object.entries(lists)) {
    for (const [i, value] of list.entries()) named[`${at}.${name}[${i}]`] = value
  }
  return named
}
