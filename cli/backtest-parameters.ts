import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { FrozenChoice } from '#strategy/backtest/report/compare-weights.js'
import type { WeightsSetting } from '#strategy/backtest/report/weights-page.js'
import { policyOf, RULES, type RuleName } from '#strategy/backtest/weights/rules.js'
import { type DataFile, readDataFile } from './backtest-input.js'
import { OptionError } from './option-error.js'

const OPTION = '--parameters'
const choice = z.object({
  legCost: z.number(),
  riskAversion: z.number(),
  rule: z.enum(Object.keys(RULES) as [RuleName, ...RuleName[]]), // its own keys
  values: z.array(z.number()),
})
const shape = z.looseObject({
  choices: z.array(choice).min(1),
  setting: z.looseObject({ train: z.object({ from: z.string(), to: z.string() }) }),
  dataSha256: z.string(),
  sha256: z.string(),
})

export type FrozenParameters = {
  readonly choices: readonly FrozenChoice[]
  readonly parameters: NonNullable<WeightsSetting['parameters']>
}

/**
 * The choices of a file of frozen parameters (as bench/strategy/tuned-weights.json) at a leg cost, for each risk aversion
 * asked for, after the file was found to match its own hash. Notes say what a reader must know of where they were chosen.
 */
export function readParameters(
  path: string,
  { legCost, riskAversions, data }: { legCost: number; riskAversions: readonly number[]; data: DataFile },
): FrozenParameters {
  const file = readDataFile(OPTION, path)
  const { content, raw } = parse(file.text)
  const { sha256, ...rest } = raw
  if (createHash('sha256').update(JSON.stringify(rest)).digest('hex') !== sha256) {
    throw new OptionError(OPTION, 'a file that matches its own hash: it was changed after it was frozen')
  }
  const choices = riskAversions.flatMap((riskAversion) => {
    const own = content.choices.filter((one) => one.legCost === legCost && one.riskAversion === riskAversion)
    if (own.length === 0) {
      const known = [...new Set(content.choices.map((one) => `${one.legCost} and ${one.riskAversion}`))]
      throw new OptionError(
        OPTION,
        `a file with choices at --leg-cost ${legCost} and --risk-aversion ${riskAversion} (it has ${known.join('; ')})`,
      )
    }
    return own.map(({ rule, values }) => ({ riskAversion, policy: { rule, values } }))
  })
  for (const { policy } of choices) policyOf(policy)
  const { from, to } = content.setting.train
  const same = createHash('sha256').update(data.text).digest('hex') === content.dataSha256
  const notes = [
    `The parameters were chosen on ${from} to ${to} of ${same ? 'this very file' : 'another file'}; bars of the period above that lie in those days are not unseen.`,
  ]
  return { choices, parameters: { file: file.name, sha256: file.sha256, notes } }
}

function parse(text: string): { content: z.infer<typeof shape>; raw: Readonly<Record<string, unknown>> } {
  try {
    const raw: unknown = JSON.parse(text)
    // The hash is over the members in the order of the file, which a parsed copy might not keep.
    return { content: shape.parse(raw), raw: z.custom<Record<string, unknown>>().parse(raw) }
  } catch (cause) {
    throw new OptionError(
      OPTION,
      'a file of frozen parameters: setting, dataSha256, choices and sha256',
      cause,
    )
  }
}
