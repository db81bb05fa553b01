import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { contractErrorCode, KNOWN_CONTRACT_ERRORS } from '#server/chain/contract-error.js'

const SOURCES = ['portfolio', 'strategy', 'circuits', 'prover', 'verifier-contracts', 'server', 'cli']

const codesInSources = (): Set<string> => {
  const codes = new Set<string>()
  // What git knows or would take: other tests come and go in the build folders meanwhile.
  const listed = ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...SOURCES]
  const files = execFileSync('git', listed, { encoding: 'utf8' }).trim().split('\n')
  for (const file of files.filter((name) => name.endsWith('.ts') && existsSync(name))) {
    for (const match of readFileSync(file, 'utf8').matchAll(
      /'((?:PORTFOLIO|STRATEGY|CIRCUITS|PROVER|CONTRACTS|CHAIN|SERVER|CLI)_[A-Z0-9_]*[A-Z0-9])'/g,
    )) {
      codes.add(match[1]!)
    }
  }
  for (const name of [...KNOWN_CONTRACT_ERRORS, 'Reverted']) codes.add(contractErrorCode(name))
  return codes
}

test('every error code is documented, and every documented code exists', () => {
  const documented = [...readFileSync('docs/errors.md', 'utf8').matchAll(/^### ([A-Z0-9_]+)$/gm)].map(
    (m) => m[1]!,
  )
  expect([...codesInSources()].filter((code) => !documented.includes(code)).sort()).toEqual([])
  expect(documented.filter((code) => !codesInSources().has(code)).sort()).toEqual([])
  expect(new Set(documented).size).toBe(documented.length)
})

test('the README names folders that exist and scripts that exist', () => {
  const readme = readFileSync('README.md', 'utf8')
  const tree = /```\n(portfolio\/[\s\S]*?)```/.exec(readme)?.[1] ?? ''
  const folders = [...tree.matchAll(/^([a-z-]+)\//gm)].map((match) => match[1]!)
  expect(folders.length).toBeGreaterThan(8)
  expect(folders.filter((folder) => !existsSync(folder))).toEqual([])

  const scripts = Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).scripts)
  for (const page of ['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md']) {
    const named = [...readFileSync(page, 'utf8').matchAll(/npm (?:run )?([a-z:]+)/g)].map(
      (match) => match[1]!,
    )
    const builtIn = ['ci', 'start', 'test', 'packages']
    expect([page, named.filter((name) => !builtIn.includes(name) && !scripts.includes(name))]).toEqual([
      page,
      [],
    ])
  }
})

test('pages link only to files that exist', () => {
  const pages = [
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'docs/protocol.md',
    'docs/deployment.md',
    'docs/operations.md',
    'circuits/README.md',
  ]
  for (const page of pages) {
    const folder = page.includes('/') ? page.slice(0, page.lastIndexOf('/')) : '.'
    const links = [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].map(
      (m) => m[1]!,
    )
    expect([page, links.filter((link) => !existsSync(join(folder, link)))]).toEqual([page, []])
  }
})

test('the tests that the security page names exist', () => {
  const named = [...readFileSync('SECURITY.md', 'utf8').matchAll(/`(test\/[^`]+)`/g)].map(
    (match) => match[1]!,
  )
  expect(named.length).toBeGreaterThan(5)
  expect(named.filter((path) => !existsSync(path))).toEqual([])
})

test('every setting of the service is documented', () => {
  const settings = [...readFileSync('server/config.ts', 'utf8').matchAll(/^ {2}(BALLAST_[A-Z_]+):/gm)].map(
    (m) => m[1]!,
  )
  const page = readFileSync('docs/operations.md', 'utf8')
  expect(settings.length).toBeGreaterThan(10)
  expect(settings.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
})
