import { readFileSync } from 'node:fs'
import { type ForgeTest, SoliditySandbox, type SourceEdit } from './solidity-sandbox.js'

/**
 * A rule of the contracts: the edit that takes it away, and the test that must then fail. `exploit` is its row in the
 * list of known exploits, 0 for a rule about keys.
 */
export type ContractRule = SourceEdit & {
  readonly exploit: number
  readonly rule: string
  readonly test: ForgeTest
}

export type RuleOutcome = { readonly rule: string; readonly failsWithout: boolean }

/** Rules tried, how many tests noticed, and the rules that no test missed. */
export type RuleCounts = {
  readonly tried: number
  readonly caught: number
  readonly silent: readonly string[]
}

/** Every rule of contract-rules.txt, in its order. */
export const CONTRACT_RULES: readonly ContractRule[] = parseRules(
  readFileSync(new URL('contract-rules.txt', import.meta.url), 'utf8'),
)

/** Takes rule `index` away, in a sandbox of its own. @throws as {@link runContractRules} */
export async function runContractRule(index: number): Promise<RuleOutcome> {
  const { caught } = await runContractRules([index])
  return { rule: titleOf(CONTRACT_RULES[index]!), failsWithout: caught === 1 }
}

/**
 * Takes the rules at these places away, one at a time.
 *
 * @throws when a test fails with every rule in place, an edit does not apply, or what is left does not compile.
 */
export async function runContractRules(indices: readonly number[]): Promise<RuleCounts> {
  const rules = indices.map((index) => CONTRACT_RULES[index]!)
  const sandbox = await SoliditySandbox.open(rules.map(({ test }) => test))
  try {
    const whole = await sandbox.run()
    const broken = rules.filter(({ test }) => !whole.get(test)!.passed)
    if (broken.length > 0) throw new Error(`fail with every rule in place: ${broken.map(({ test }) => test)}`)
    const silent: string[] = []
    for (const rule of rules) {
      const results = await sandbox.runEdited(rule)
      if (results.get(rule.test)!.passed) silent.push(titleOf(rule))
    }
    return { tried: rules.length, caught: rules.length - silent.length, silent }
  } finally {
    await sandbox.close()
  }
}

/** A slice of the campaign: rules `from` to `to`, the last one left out. */
export const runContractRuleSlice = (from: number, to: number): Promise<RuleCounts> =>
  runContractRules(CONTRACT_RULES.map((_, i) => i).slice(from, to))

const titleOf = ({ exploit, rule }: ContractRule): string => `${exploit} ${rule}`

/**
 * `== source below verifier-contracts/`, then blocks of: exploit and rule; the test that fails without it; `- ` what is the
 * rule, written with any white space; `+ ` what replaces it, nothing unless given.
 */
function parseRules(text: string): ContractRule[] {
  return text.split(/^== /m).flatMap((section) => {
    const [source, ...blocks] = section.trim().split(/\n\n+/)
    return blocks.map((block) => {
      const [title, test, find, replace = ''] = block.split('\n')
      const [, exploit, rule] = /^(\d+) (.+)$/.exec(title ?? '') ?? []
      if (!rule || !test || !find?.startsWith('- ')) throw new Error(`not a rule:\n${block}`)
      return {
        exploit: Number(exploit),
        rule,
        test: test as ForgeTest,
        file: `verifier-contracts/${source}`,
        find: find.slice(2),
        replace: replace.slice(2),
      }
    })
  })
}
