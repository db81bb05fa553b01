import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** Folder → folders it may import. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  portfolio: [],
  strategy: ['portfolio'],
  circuits: ['portfolio'],
  prover: ['portfolio', 'circuits'],
  'verifier-contracts': ['portfolio', 'prover'],
  server: ['portfolio', 'strategy', 'circuits', 'prover', 'verifier-contracts'],
  cli: ['portfolio', 'strategy', 'circuits', 'prover', 'verifier-contracts', 'server'],
}
const GENERATED = ['verifier-contracts/abi.ts', 'portfolio/layout.ts']
const LINES_MAX = 300

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((name) => existsSync(name))

const imports = (path: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1]!)

test('imports point one way', () => {
  const wrong: string[] = []
  for (const file of files.filter((name) => name.endsWith('.ts'))) {
    const folder = file.split('/')[0]!
    const allowed = ALLOWED[folder]
    if (!allowed) continue
    for (const target of imports(file)) {
      const other = /^#([^/]+)\//.exec(target)?.[1]
      if (other !== undefined && other !== folder && !allowed.includes(other))
        wrong.push(`${file} → ${target}`)
      if (other === folder) wrong.push(`${file} → ${target}: an in-folder import is written ./`)
      const climbs = target.startsWith('../') && file.split('/').length - 2 < target.split('../').length - 1
      if (climbs) wrong.push(`${file} → ${target}: a cross-folder import is written #folder/`)
    }
  }
  expect(wrong).toEqual([])
})

test('no source file is longer than a concept', () => {
  const sources = files.filter((name) => /\.(ts|circom|sol)$/.test(name) && !GENERATED.includes(name))
  const long = sources
    .map((name) => [name, readFileSync(name, 'utf8').split('\n').length - 1] as const)
    .filter(([, lines]) => lines > LINES_MAX)
  expect(long).toEqual([])
})

test('every test-like file is one that the runner finds', () => {
  const like = files.filter((name) => /\.(test|spec)\.[cm]?[jt]sx?$/.test(name))
  expect(like.filter((name) => !/^test\/.+\.test\.ts$/.test(name))).toEqual([])
})

test('no folder is named after nothing', () => {
  const vague = /(^|\/)(utils|types|common|services|helpers)\//
  expect(files.filter((name) => vague.test(name) && !name.startsWith('test/'))).toEqual([])
})
