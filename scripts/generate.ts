import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { generateLayout } from './generate-layout.js'

for (const [path, text] of Object.entries(generateLayout())) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  console.log(`generated ${path}`)
}
