import { DAY_SECONDS, WEEK_SECONDS } from '../time-units.js'
import { checkNotNegative, checkPositive, ExecutionInputError } from './execution-input.js'
import { gasCost } from './gas-cost.js'
import { type GasPoint, gasForecast } from './gas-season.js'

/**
 * A transaction that is ready: `gasUnits` it uses, `deadline` (seconds) after which its proof is worthless, `waitCostPerDay`
 * in quote what a day's delay costs (0 where nothing is urgent).
 *
 * At or below `capGwei` it is not worth waiting. `nextBatch` is another transaction that will be sent anyway at `time`, and
 * the gas the two would share.
 */
export type GasTimingInput = {
  readonly now: GasPoint
  readonly history: readonly GasPoint[]
  readonly capGwei: number
  readonly deadline: number
  readonly gasUnits: number
  readonly etherPrice: number
  readonly waitCostPerDay: number
  readonly nextBatch?: { readonly time: number; readonly sharedGasUnits: number }
}

/**
 * `at` is when to send: now, at the time waited for, or with the batch. `cost` is what each choice is expected to cost in
 * quote, its wait in; `saving` what the chosen one saves against sending now.
 */
export type GasDecision = {
  readonly action: 'send' | 'wait' | 'batch'
  readonly at: number
  readonly reason: 'deadline' | 'below_cap' | 'cheapest_now' | 'cheaper_later' | 'shared'
  readonly cost: { readonly now: number; readonly wait?: number; readonly batch?: number }
  readonly saving: number
}

/**
 * Whether to send now, wait for a cheaper part of the week, or join the next batch: at once at or below the cap or at the
 * deadline, else whatever is expected to cost least. To be asked again while it waits.
 *
 * @throws `ExecutionInputError` naming the field.
 */
export function timeGas(input: GasTimingInput): GasDecision {
  const { now, history, capGwei, deadline, gasUnits: units, etherPrice, waitCostPerDay, nextBatch } = input
  checkNotNegative({ time: now.time }, 'now')
  checkPositive({ priceGwei: now.priceGwei }, 'now')
  checkNotNegative({ capGwei, deadline, waitCostPerDay })
  if (nextBatch) {
    const { time, sharedGasUnits } = nextBatch
    checkNotNegative({ time, sharedGasUnits }, 'nextBatch')
    if (sharedGasUnits > units) throw new ExecutionInputError('nextBatch.sharedGasUnits', 'at most gasUnits')
  }
  const costAt = (time: number, priceGwei: number, gas = units) =>
    gasCost({ units: gas, priceGwei, etherPrice }) + (waitCostPerDay * (time - now.time)) / DAY_SECONDS
  const sendCost = costAt(now.time, now.priceGwei)
  const send = (reason: GasDecision['reason']): GasDecision => ({
    action: 'send',
    at: now.time,
    reason,
    cost: { now: sendCost },
    saving: 0,
  })
  if (deadline <= now.time) return send('deadline')
  if (now.priceGwei <= capGwei) return send('below_cap')

  const forecast = gasForecast(history)
  const step = Math.min(DAY_SECONDS, history[1]!.time - history[0]!.time)
  // The forecast repeats itself every week, and waiting gets no cheaper.
  const longest = Math.min(deadline - now.time, WEEK_SECONDS)
  let later: { at: number; cost: number } | undefined
  for (let wait = step; wait <= longest; wait += step) {
    const at = now.time + wait
    const cost = costAt(at, forecast(at))
    if (!later || cost < later.cost) later = { at, cost }
  }
  const joins = nextBatch && nextBatch.time > now.time && nextBatch.time <= deadline ? nextBatch : undefined
  const batch = joins && {
    at: joins.time,
    cost: costAt(joins.time, forecast(joins.time), units - joins.sharedGasUnits),
  }
  const cost = {
    now: sendCost,
    ...(later && { wait: later.cost }),
    ...(batch && { batch: batch.cost }),
  }
  const least = Math.min(sendCost, later?.cost ?? Infinity, batch?.cost ?? Infinity)
  if (batch && batch.cost === least && least < sendCost) {
    return { action: 'batch', at: batch.at, reason: 'shared', cost, saving: sendCost - least }
  }
  if (later && later.cost === least && least < sendCost) {
    return { action: 'wait', at: later.at, reason: 'cheaper_later', cost, saving: sendCost - least }
  }
  return { ...send('cheapest_now'), cost }
}
