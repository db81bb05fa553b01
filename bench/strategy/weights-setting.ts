import type { PriceTable } from '#strategy/backtest/price-table.js'
import { RULES, type RuleName } from '#strategy/backtest/weights/rules.js'
import {
  runWeightsBacktest,
  type WeightsBacktestOptions,
} from '#strategy/backtest/weights/run-weights-backtest.js'
import { type Measured, tuneRule } from '#strategy/backtest/weights/tune-rule.js'

/** The one setting of the comparison. Assets are the first sixteen of the file: two large ones, the rest equal, cash. */
export const SETTING = {
  data: 'daily/yahoo_closes_2018_2025.csv',
  assets: 16,
  largest: [0.25, 0.2],
  others: 0.45,
  proportionalBps: 10,
  legCosts: [1e-6, 1e-5],
  riskAversions: [5, 20],
  train: { from: '2021-01-01', to: '2022-12-31' },
  test: { from: '2023-01-01', to: '2025-02-20' },
} as const

const seconds = (date: string) => Date.parse(date) / 1e3

export function optionsOf(
  table: PriceTable,
  split: 'train' | 'test',
  legCost: number,
): WeightsBacktestOptions & { readonly legCost: number } {
  const assets = table.assets.slice(0, SETTING.assets)
  const { largest, others } = SETTING
  const weight = (i: number) => largest[i] ?? others / (assets.length - largest.length)
  return {
    targetWeights: Object.fromEntries(assets.map((asset, i) => [asset, weight(i)])),
    from: seconds(SETTING[split].from),
    to: seconds(SETTING[split].to),
    proportionalBps: SETTING.proportionalBps,
    legCost,
    riskAversions: SETTING.riskAversions,
  }
}

export type Choice = {
  readonly legCost: number
  readonly riskAversion: number
  readonly rule: RuleName
  readonly values: readonly number[]
  readonly trainLossBps: number
}

/** The parameters of every rule for every cell, from the train years alone. */
export async function tune(table: PriceTable): Promise<Choice[]> {
  const choices: Choice[] = []
  for (const legCost of SETTING.legCosts) {
    const { policies } = await runWeightsBacktest(table, optionsOf(table, 'train', legCost))
    for (const [k, riskAversion] of SETTING.riskAversions.entries()) {
      for (const rule of Object.keys(RULES) as RuleName[]) {
        const measured: Measured[] = policies.filter(({ policy }) => policy.rule === rule)
        const { policy } = tuneRule(rule, measured, riskAversion)
        const report = policies.find((one) => one.policy === policy)!
        choices.push({ legCost, riskAversion, rule, values: policy.values, trainLossBps: report.lossBps[k]! })
      }
    }
  }
  return choices
}
