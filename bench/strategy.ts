import { existsSync, readFileSync } from 'node:fs'
import type { Figures } from './main.js'

const MEASURES: Readonly<Record<string, () => Promise<{ measure: () => Promise<Figures> }>>> = {
  options: () => import('./strategy/options.js'),
  forecasts: () => import('./strategy/forecasts.js'),
  weights: () => import('./strategy/weights.js'),
  hedging: () => import('./strategy/hedging.js'),
  router: () => import('./strategy/router.js'),
  sanity: () => import('./strategy/sanity.js'),
  planner: () => import('./strategy/planner.js'),
  property: () => import('./strategy/property.js'),
}
const RESULTS = 'bench/results/strategy.json'

/**
 * The rebalancing engine, part by part (all, or those named in PARTS; what others found is kept). Numbers of a part stand at
 * the top, its tables under `details`.
 */
export async function measure(): Promise<Figures> {
  const named = process.env.PARTS?.split(',') ?? Object.keys(MEASURES)
  const unknown = named.filter((name) => !(name in MEASURES))
  if (unknown.length > 0) throw new Error(`no part ${unknown.join(', ')}`)
  const kept: Figures = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')).figures : {}
  let { details, ...top } = { details: {} as Figures, ...kept }
  for (const name of named) {
    console.log(`  ${name} …`)
    const { measure } = await MEASURES[name]!()
    const figures = Object.entries(await measure())
    const isTable = (value: Figures[string]) => typeof value === 'object' && value !== null
    const tables = figures.filter(([key, value]) => isTable(value) && key !== 'planMs')
    top = {
      ...top,
      ...Object.fromEntries(figures.filter(([key]) => !tables.some(([table]) => table === key))),
    }
    details = { ...details, [name]: Object.fromEntries(tables) }
  }
  return { ...top, details: details ?? {} }
}
