import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { generateAbi } from '#verifier-contracts/generate-abi.js'
import { generateLayout } from './generate-layout.js'
import { generateReadme } from './generate-readme.js'

for (const [path, text] of Object.entries({ ...generateLayout(), ...generateReadme(), ...generateAbi() })) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  console.log(`generated ${path}`)
}
