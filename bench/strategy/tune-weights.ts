import { writeFileSync } from 'node:fs'
import { parsePriceTable } from '#strategy/backtest/price-table.js'
import { givenData } from '#test/strategy/given-data.js'
import { sealTuned, TUNED_FILE } from './tuned-weights.js'
import { SETTING, tune } from './weights-setting.js'

// Chooses every rule's parameters on the train years and writes them down: run before the test years are looked at.
const data = givenData(SETTING.data)
const tuned = sealTuned(data, await tune(parsePriceTable(data)))
writeFileSync(TUNED_FILE, `${JSON.stringify(tuned, null, 2)}\n`)
