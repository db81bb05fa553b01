import { DAYS_A_YEAR } from '../../time-units.js'
import { blockBootstrap, type Interval } from '../block-bootstrap.js'
import { lossBps } from '../weights/measures.js'
import type { PolicySeries } from '../weights/run-weights-backtest.js'

const BLOCK_DAYS = 30

/**
 * Loss of one policy less that of another on the same bars, in basis points a year, with a 95 % interval over 1,000 resamples
 * of blocks of thirty days.
 */
export function lossDifference(
  one: Pick<PolicySeries, 'costBps' | 'difference'>,
  other: Pick<PolicySeries, 'costBps' | 'difference'>,
  riskAversion: number,
  barsPerYear: number,
): Interval {
  const lossOn = ({ costBps, difference }: typeof one, positions: Uint32Array): number => {
    const count = positions.length
    let [cost, sum, squares] = [0, 0, 0]
    for (const t of positions) {
      cost += costBps[t]!
      sum += difference[t]!
      squares += difference[t]! ** 2
    }
    const variance = Math.max(0, squares - sum ** 2 / count) / (count - 1)
    return lossBps(
      { costBps: (cost * barsPerYear) / count, trackingError: Math.sqrt(variance * barsPerYear) },
      riskAversion,
    )
  }
  const block = Math.max(1, Math.round((BLOCK_DAYS * barsPerYear) / DAYS_A_YEAR))
  return blockBootstrap(
    one.costBps.length,
    (positions) => lossOn(one, positions) - lossOn(other, positions),
    { block },
  )
}
