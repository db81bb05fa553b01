import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { thinned, thinnedTimes } from '#strategy/backtest/report/chart.js'
import { compareWeights, policyName } from '#strategy/backtest/report/compare-weights.js'
import { numberText, timeText } from '#strategy/backtest/report/number-text.js'
import { reportPage } from '#strategy/backtest/report/report-page.js'
import { weightsPage } from '#strategy/backtest/report/weights-page.js'
import { randomTable, TARGET } from './random-table.js'

const EVIL = '<script>alert(1)</script>&"\''
const base = randomTable(140, 3)
const table = { ...base, assets: [EVIL, ...base.assets.slice(1)] }
const { AAA, ...others } = TARGET
const setting = { proportionalBps: 10, legCost: 1e-5, baseLegs: 2, parameters: null }
const frozen = [
  { riskAversion: 5, policy: { rule: 'gate', values: [0.4, 0.98] } },
  { riskAversion: 5, policy: { rule: 'absolute', values: [0.02] } },
  { riskAversion: 5, policy: { rule: 'calendar', values: [7] } },
] as const
const comparison = await compareWeights(
  table,
  {
    ...setting,
    targetWeights: { [EVIL]: AAA, ...others },
    from: table.times[40]!,
    to: table.times[139]!,
    riskAversions: [5],
  },
  frozen,
)
const page = weightsPage(comparison, setting, { file: `${EVIL}.csv`, sha256: 'ab', commit: null })

describe('a page', () => {
  const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map((match) => match[1]!)
  const styles = [...page.matchAll(/<style>([\s\S]*?)<\/style>/g)].map((match) => match[1]!)

  test('runs and styles nothing but what its policy names by hash', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!
    const hashes = (texts: string[]) =>
      texts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`).join(' ')
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hashes(scripts)}`,
      `style-src ${hashes(styles)}`,
      "base-uri 'none'",
      "form-action 'none'",
    ])
    expect([scripts.length, styles.length]).toEqual([2, 2])
    expect(page).not.toMatch(/ style=| on[a-z]+=/)
  })

  test('asks for nothing', () => {
    const own = scripts.concat(styles).reduce((text, part) => text.replace(part, ''), page)
    expect(own).not.toMatch(/src=|href=|url\(|https?:/)
    expect(scripts[1]).not.toMatch(/fetch|XMLHttpRequest|import\b|https?:(?!\/\/www\.w3\.org\/2000\/svg)/)
  })

  test('shows names from the file as text', () => {
    expect(page).not.toContain('<script>alert')
    expect(page).toContain('&#60;script&#62;alert(1)&#60;/script&#62;&#38;&#34;&#39; 30.00 %')
    expect(page).toContain('<title>Weights backtest: &#60;script&#62;')
  })

  test('has every measure of every policy in plain tables', () => {
    const [all] = /<details>[\s\S]*<\/details>/.exec(page)!
    for (const { policy, measures, lossBps } of comparison.report.policies) {
      const row = [
        ...[measures.costBps, measures.proportionalCostBps, measures.fixedCostBps].map((x) =>
          numberText(x, 1),
        ),
        numberText(100 * measures.trackingError, 2),
        numberText(measures.turnover, 2),
        numberText(measures.legs, 0),
        numberText(measures.activeBars, 0),
        numberText(100 * measures.maxDeviation, 2),
        numberText(lossBps[0], 1),
      ]
      expect(all).toContain(
        `<th scope="row">${policyName(policy)}</th>${row.map((cell) => `<td>${cell}</td>`).join('')}`,
      )
    }
    expect(page).toContain('No return is claimed')
  })

  test('carries the data of its charts, inert', () => {
    const json = /<script type="application\/json" id="charts">([^<]*)<\/script>/.exec(page)![1]!
    const charts = JSON.parse(json)
    expect(charts.map(({ kind }: { kind: string }) => kind)).toEqual(['points', 'lines', 'lines'])
    const [, costs] = charts
    expect(costs.times.length).toBe(99)
    const gate = costs.series.find(({ ours }: { ours: boolean }) => ours)
    const series = comparison.detail.series.find(({ policy }) => policy.rule === 'gate')!
    expect(gate.values.at(-1)).toBeCloseTo(series.cumulativeCostBps.at(-1)!, 2)
  })

  test('warns of choices made on its own period only where they were', async () => {
    const chosen = weightsPage({ ...comparison, frozen: false }, setting, {
      file: 'f',
      sha256: 'ab',
      commit: 'c0',
    })
    expect(chosen).toContain('were chosen on the very period')
    expect(chosen).toContain('commit c0')
    expect(page).not.toContain('were chosen on the very period')
  })
})

test('chart data that would end their block are written so that they do not', () => {
  const title = '</script><script>alert(2)</script>'
  const own = reportPage({
    title: 'a',
    source: { file: 'f', sha256: 'ab', commit: null },
    facts: [],
    caveats: [],
    tables: [],
    charts: [{ kind: 'lines', title, note: '', yLabel: '', times: [], series: [] }],
    appendix: [],
  })
  expect(own).not.toContain('alert(2)</script>')
  const json = /id="charts">([^<]*)<\/script>/.exec(own)![1]!
  expect(JSON.parse(json)[0].title).toBe(title)
})

test('long series are thinned to bunches, each under its last time', () => {
  const values = Array.from({ length: 4_100 }, (_, k) => k)
  const last = thinned(values, (bunch) => bunch.at(-1)!)
  expect(last.length).toBe(1_367)
  expect(thinnedTimes(values)).toEqual(last)
  expect(thinned([1, 3, 2], (bunch) => Math.max(...bunch))).toEqual([1, 3, 2])
  expect(thinnedTimes([5, 6, 7])).toEqual([5, 6, 7])
})

test('figures and times are written for people', () => {
  expect(numberText(-1_234_567.891, 1)).toBe('-1 234 567.9')
  expect([numberText(null, 1), numberText(NaN, 1), numberText(999.5, 0)]).toEqual(['–', '–', '1 000'])
  expect(timeText(Date.parse('2024-01-31T00:00:00Z') / 1e3)).toBe('2024-01-31')
  expect(timeText(Date.parse('2024-01-31T06:00:00Z') / 1e3)).toBe('2024-01-31 06:00:00')
})
