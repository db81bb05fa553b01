import { CLASSES } from './classes.js'
import { runMalicious } from './run.js'
const t = performance.now()
const sum = { attempts: 0, honestAccepted: 0, forgedAccepted: 0, asExpected: 0 }
for (const [i] of CLASSES.entries()) {
  const r = await runMalicious({ classIndex: i, seeds: [0, 40] })
  for (const k of Object.keys(sum) as (keyof typeof sum)[]) sum[k] += r[k]
  if (r.failure) console.log(i, JSON.stringify(r))
  if (i % 10 === 0) console.log(i, JSON.stringify(sum), Math.round(performance.now() - t))
}
console.log('total', CLASSES.length, JSON.stringify(sum), Math.round(performance.now() - t))
