import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What .ci/run does after `npm ci`: set up, check, compare the circuits with their pins, test; one closing line of counts. */
const folder = mkdtempSync(join(tmpdir(), 'ballast-ci-'))
const report = join(folder, 'report.json')
let passed = 0
let failed = 0

const step = (name: string, command: string, ...args: string[]): boolean => {
  const started = Date.now()
  console.log(`\n== ${name}`)
  const { status } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, TEST_ALL: '1' } })
  console.log(
    `== ${name}: ${status === 0 ? 'passed' : 'FAILED'} in ${((Date.now() - started) / 1000).toFixed(0)} s`,
  )
  return status === 0
}
const count = (holds: boolean) => {
  if (holds) passed++
  else failed++
}

count(step('setup', 'npm', 'run', '-s', 'setup'))
count(step('check', 'npm', 'run', '-s', 'check'))
count(step('circuits of every tier are the pinned ones', 'npm', 'run', '-s', 'build', '--', '--all'))
count(step('demo', 'npm', 'run', '-s', 'demo', '--', '--json', '--batch'))
step(
  'tests',
  'npx',
  '--no',
  '--',
  'vitest',
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
)
try {
  const { numPassedTests, numFailedTests, numFailedTestSuites, success } = JSON.parse(
    readFileSync(report, 'utf8'),
  )
  passed += numPassedTests
  // A suite that fails before its first test counts as one failure.
  failed += Math.max(numFailedTests, success ? 0 : Math.max(1, numFailedTestSuites))
} catch {
  console.error('the test runner wrote no report')
  failed++
}
rmSync(folder, { recursive: true, force: true })
console.log(`\n${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
