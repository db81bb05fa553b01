import { CONTRACT_RULES } from '../contract-rules.js'
import { NotCompiledError, SoliditySandbox } from '../solidity-sandbox.js'
import { enumerateContractMutants, type Mutant } from './mutants.js'

/** `by` says which test told the mutant from the contract; empty where none did. */
export type Kill = {
  readonly id: string
  readonly verdict: 'killed' | 'survived' | 'stillborn'
  readonly by: string
}

/**
 * Runs every Solidity test on each of these mutants, until one fails.
 *
 * @throws when a test fails on the contracts as they are.
 */
export async function killContractMutants(mutants: readonly Mutant[]): Promise<Kill[]> {
  const sandbox = await SoliditySandbox.open()
  try {
    const broken = await firstFailure(sandbox)
    if (broken !== undefined) throw new Error(`fails on the contracts as they are: ${broken}`)
    const kills: Kill[] = []
    for (const mutant of mutants) kills.push(await kill(sandbox, mutant))
    return kills
  } finally {
    await sandbox.close()
  }
}

/** A slice of the campaign: mutants `from` to `to`, the last one left out. */
export const killContractMutantSlice = (from: number, to: number): Promise<Kill[]> =>
  killContractMutants(enumerateContractMutants().slice(from, to))

function kill(sandbox: SoliditySandbox, { id, file, text }: Mutant): Promise<Kill> {
  return sandbox.whileEdited(
    `verifier-contracts/${file}`,
    () => text,
    async () => {
      try {
        const by = (await firstFailure(sandbox, suitesOf(file))) ?? (await firstFailure(sandbox))
        return by === undefined ? { id, verdict: 'survived', by: '' } : { id, verdict: 'killed', by }
      } catch (error) {
        if (error instanceof NotCompiledError) return { id, verdict: 'stillborn', by: 'solc' }
        throw error
      }
    },
  )
}

/** A test that fails; of these suites, of all unless given. */
async function firstFailure(
  sandbox: SoliditySandbox,
  suites: readonly string[] = [],
): Promise<string | undefined> {
  const chosen = suites.length > 0 ? ['--match-contract', `^(${suites.join('|')})$`] : []
  const results = await sandbox.run(['--fail-fast', ...chosen])
  return [...results].find(([, { passed }]) => !passed)?.[0]
}

/** The suites that know most of a source: those that the list of rules names for it. */
function suitesOf(file: string): string[] {
  const rules = CONTRACT_RULES.filter((rule) => rule.file === `verifier-contracts/${file}`)
  return [...new Set(rules.map(({ test }) => test.split('.')[0]!))]
}
