import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { RULES } from '#strategy/backtest/weights/rules.js'
import { type Choice, SETTING } from './weights-setting.js'

/** What was chosen, from what and how: `sha256` is of the rest of the file's content. */
export type TunedWeights = {
  readonly setting: typeof SETTING
  readonly dataSha256: string
  readonly grids: Readonly<Record<string, unknown>>
  readonly choices: readonly Choice[]
  readonly sha256: string
}

export const TUNED_FILE = new URL('./tuned-weights.json', import.meta.url)

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

export function sealTuned(data: string, choices: readonly Choice[]): TunedWeights {
  const grids = Object.fromEntries(
    Object.entries(RULES).map(([rule, { parameters, axes }]) => [rule, { parameters, axes }]),
  )
  const content = { setting: SETTING, dataSha256: sha256(data), grids, choices }
  return { ...content, sha256: sha256(JSON.stringify(content)) }
}

/**
 * The choices, after their hash, the data, the setting and the grids were found to be those they were made with: the test
 * years are not looked at otherwise.
 */
export function readTuned(data: string): TunedWeights {
  const tuned: TunedWeights = JSON.parse(readFileSync(TUNED_FILE, 'utf8'))
  const again = sealTuned(data, tuned.choices)
  if (again.sha256 !== tuned.sha256 || JSON.stringify(again) !== JSON.stringify(tuned)) {
    throw new Error(
      'bench/strategy/tuned-weights.json does not match its hash, the data, the setting or the grids.',
    )
  }
  return tuned
}
