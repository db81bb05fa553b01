import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { circuitOf } from '#circuits/circuit.js'
import { generateAbi } from '#verifier-contracts/generate-abi.js'
import { completeLock } from './complete-lock.js'
import { generateAssurance } from './generate-assurance.js'
import { generateLayout } from './generate-layout.js'
import { generateReadme } from './generate-readme.js'
import { analyse, type Explained, unexplained } from './static-analysis.js'

/** `npm run check`: reads only; prints every finding and exits with 1 if there is one. */
const findings: string[] = []

const run = (what: string, command: string, ...args: string[]) => {
  const { status } = spawnSync('npx', ['--no', '--', command, ...args], { stdio: 'inherit' })
  if (status !== 0) findings.push(`${what} found something`)
}

run('biome', 'biome', 'check', '--error-on-warnings', '.')
run('the type checker', 'tsc', '-p', 'tsconfig.json')

const generated = { ...generateLayout(), ...generateReadme(), ...generateAbi(), ...generateAssurance() }
for (const [path, text] of Object.entries(generated)) {
  if (readFileSync(path, 'utf8') !== text) findings.push(`${path} is stale: npm run generate`)
}

// One tier holds every template.
const analysed = await analyse([circuitOf('rebalance', 'tiny'), circuitOf('digest-market', 'tiny')])
const explained: Explained[] = JSON.parse(readFileSync('circuits/static-findings.json', 'utf8'))
findings.push(...unexplained(analysed, explained))

const missing = completeLock(JSON.parse(readFileSync('package-lock.json', 'utf8')))
if (missing.length > 0) {
  findings.push(
    `package-lock.json lacks ${missing.length} optional packages: npx tsx scripts/complete-lock.ts`,
  )
}

for (const finding of findings) console.error(`check: ${finding}`)
console.log(findings.length === 0 ? 'check: nothing found' : `check: ${findings.length} found`)
process.exit(findings.length === 0 ? 0 : 1)
