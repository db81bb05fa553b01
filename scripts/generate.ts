import { writeFileSync } from 'node:fs'
import { generateAbi } from '#verifier-contracts/generate-abi.js'
import { generateAssurance } from './generate-assurance.js'
import { generateLayout } from './generate-layout.js'
import { generateReadme } from './generate-readme.js'

// In this order: the contracts are compiled with the constants just written.
for (const generate of [generateLayout, generateAbi, generateReadme, generateAssurance]) {
  for (const [path, text] of Object.entries(generate())) {
    writeFileSync(path, text)
    console.log(`generated ${path}`)
  }
}
