import type { Command } from 'commander'
import { parseOptionPaths } from '#strategy/backtest/hedging/option-path.js'
import {
  HEDGE_FAMILIES,
  type HedgeFamilyName,
  runHedgingBacktest,
} from '#strategy/backtest/hedging/run-hedging-backtest.js'
import { parsePriceTable } from '#strategy/backtest/price-table.js'
import { compareWeights } from '#strategy/backtest/report/compare-weights.js'
import { hedgingPage } from '#strategy/backtest/report/hedging-page.js'
import { weightsPage } from '#strategy/backtest/report/weights-page.js'
import { BacktestInputError } from '#strategy/backtest/weights/market-window.js'
import { defaultFrom, readCosts, readDataFile, readNumber, readTime, readWeights } from './backtest-input.js'
import { checkOutputs, type OutputOptions, output, sourceOf } from './backtest-output.js'
import { readParameters } from './backtest-parameters.js'
import { hedgingTable, weightsTables } from './backtest-table.js'
import { untilInterrupted, withBar } from './backtest-work.js'
import { OptionError } from './option-error.js'

export type WeightsCommandOptions = OutputOptions & {
  readonly costBps: string
  readonly legCost: string
  readonly baseLegs: string
  readonly riskAversion: string
  readonly from?: string
  readonly to?: string
  readonly weights?: string
  readonly delayed?: boolean
  readonly parameters?: string
}

export type HedgingCommandOptions = OutputOptions & {
  readonly costBps: string
  readonly fixedCost: string
  readonly policies?: string
}

/** `ballast backtest …`: rules of rebalancing and hedging over files of prices. docs/backtest.md says how to read it. */
export function registerBacktest(program: Command): void {
  const backtest = program
    .command('backtest')
    .description('compare rebalancing and hedging rules on past prices')
  const command = (name: string, description: string) =>
    backtest
      .command(name)
      .description(description)
      .option('--json <file>', 'write everything as JSON')
      .option('--html <file>', 'write a page with tables and charts')

  command('weights <closes.csv>', 'keep weights: a time and then one close per asset in each row')
    .option('--cost-bps <number or file>', 'proportional cost one way, or a JSON file of one per asset', '10')
    .option('--leg-cost <fraction>', 'fixed cost of each asset traded, of net asset value', '0.00001')
    .option('--base-legs <number>', 'fixed cost of each batch, in legs', '2')
    .option('--risk-aversion <list>', 'weights γ of the loss, cost + γ/2 · tracking error²', '5,20')
    .option('--from <day>', 'first decision; else 90 bars after all assets have prices')
    .option('--to <day>', 'last close, which values the last decision; else the end')
    .option('--weights <file>', 'JSON of target weights by asset, the rest cash; else equal weights')
    .option('--delayed', 'fill at the close after the decision')
    .option('--parameters <file>', 'frozen parameters of each rule; else the whole grid')
    .action((path: string, options: WeightsCommandOptions) =>
      untilInterrupted((signal) => backtestWeights(path, options, signal)),
    )

  command('hedging <option-path.csv>', 'hedge listed options: what was seen of each, one moment a row')
    .option('--cost-bps <number>', 'proportional cost one way', '5')
    .option('--fixed-cost <fraction>', 'cost of each trade, of notional', '0')
    .option('--policies <list>', `families to run: ${HEDGE_FAMILIES.join(', ')}; else all`)
    .action((path: string, options: HedgingCommandOptions) =>
      untilInterrupted((signal) => backtestHedging(path, options, signal)),
    )
}

/**
 * @returns what to print
 * @throws {@link OptionError} naming the option, or an error naming the line of the file; then nothing is written.
 */
export async function backtestWeights(
  path: string,
  options: WeightsCommandOptions,
  signal?: AbortSignal,
): Promise<string> {
  checkOutputs(options, [path, options.weights, options.costBps, options.parameters])
  const setting = {
    proportionalBps: readCosts('--cost-bps', options.costBps),
    legCost: readNumber('--leg-cost', options.legCost, 1),
    baseLegs: readNumber('--base-legs', options.baseLegs, 1e6),
  }
  const riskAversions = options.riskAversion
    .split(',')
    .map((text) => readNumber('--risk-aversion', text, 1e6))
  const data = readDataFile('<closes.csv>', path)
  const table = parsePriceTable(data.text)
  const targetWeights = readWeights(options.weights, table)
  const frozen =
    options.parameters === undefined
      ? undefined
      : readParameters(options.parameters, { legCost: setting.legCost, riskAversions, data })
  const from = options.from === undefined ? undefined : readTime('--from', options.from)
  const to = options.to === undefined ? (table.times.at(-1) ?? 0) : readTime('--to', options.to)
  const comparison = await withBar((onProgress) =>
    compareWeights(
      table,
      {
        ...setting,
        riskAversions,
        targetWeights,
        from: from ?? defaultFrom(table, Object.keys(targetWeights)),
        to,
        delayed: options.delayed ?? false,
        ...(signal ? { signal } : {}),
      },
      frozen?.choices,
      onProgress,
    ),
  ).catch((error: unknown) => {
    throw error instanceof BacktestInputError ? namedOption(error) : error
  })
  const source = sourceOf(data)
  const shown = { ...setting, parameters: frozen?.parameters ?? null }
  return output(options, signal, {
    json: () => ({ source, setting: shown, ...comparison }),
    html: () => weightsPage(comparison, shown, source),
    text: () => weightsTables(comparison),
  })
}

/**
 * @returns what to print
 * @throws {@link OptionError} naming the option, or an error naming the line of the file; then nothing is written.
 */
export async function backtestHedging(
  path: string,
  options: HedgingCommandOptions,
  signal?: AbortSignal,
): Promise<string> {
  checkOutputs(options, [path])
  const proportional = readNumber('--cost-bps', options.costBps, 1e4) / 1e4
  const fixed = readNumber('--fixed-cost', options.fixedCost, 1)
  const families = options.policies === undefined ? HEDGE_FAMILIES : familiesOf(options.policies)
  const data = readDataFile('<option-path.csv>', path)
  const paths = parseOptionPaths(data.text)
  const report = await withBar((onProgress) =>
    runHedgingBacktest(
      paths,
      { proportional, fixed, families, ...(signal ? { signal } : {}) },
      (done, total) => onProgress(`${total} settings`, done / total),
    ),
  )
  const source = sourceOf(data)
  return output(options, signal, {
    json: () => ({ source, ...report }),
    html: () => hedgingPage(report, source),
    text: () => hedgingTable(report),
  })
}

function familiesOf(list: string): HedgeFamilyName[] {
  const families = list.split(',').map((name) => HEDGE_FAMILIES.find((one) => one === name.trim()))
  if (families.includes(undefined) || new Set(families).size !== families.length) {
    throw new OptionError('--policies', `a list out of ${HEDGE_FAMILIES.join(', ')}, each once`)
  }
  return families.filter((family) => family !== undefined)
}

const OPTION_OF: Readonly<Record<string, string>> = {
  targetWeights: '--weights',
  proportionalBps: '--cost-bps',
  legCost: '--leg-cost',
  baseLegs: '--base-legs',
  riskAversions: '--risk-aversion',
  from: '--from',
  to: '--to',
}

/** The same sentence, with the option or line of the file for the field of the backtest. */
function namedOption(error: BacktestInputError): OptionError {
  const field = error.field ?? ''
  const expected = error.message.slice(`${field} must be `.length, -1)
  const [, row, asset] = /^prices\[(\d+)\]\.(.*)$/s.exec(field) ?? []
  if (row !== undefined)
    return new OptionError(`line ${Number(row) + 2}, ${asset} of <closes.csv>`, expected, error)
  const [, name = '', rest = ''] = /^(\w+)\.?(.*)$/s.exec(field) ?? []
  return new OptionError(`${OPTION_OF[name] ?? name} ${rest}`.trim(), expected, error)
}
