import { afterAll, beforeAll, expect, test } from 'vitest'
import { BatchDesk } from './batch-desk.js'

let desk: BatchDesk

beforeAll(async () => {
  desk = await BatchDesk.open(2)
  await desk.serve({ waitSeconds: 3_600 })
})
afterAll(async () => desk?.close())

test('a step waits for those that are being proven and for nobody else; together they cost each less', async () => {
  const [alone] = await desk.settled([await desk.heartbeat(0, 'alone')])
  expect(alone!.state).toBe('confirmed')
  const jobs = await desk.settled(await desk.heartbeats('together'))
  expect(jobs.map(({ state, failure }) => [state, failure])).toEqual(desk.ids.map(() => ['confirmed', null]))
  const txHash = jobs[0]!.txHash
  expect(jobs[1]!.txHash).toBe(txHash)
  const steps = await desk.stepsOf(txHash)
  expect(steps.map(([id]) => id)).toEqual([...desk.ids].sort())
  await desk.expectBooksAreHeads()
  const share = (await desk.receipt(txHash)).gasUsed / 2n
  expect(jobs.map(({ gasUsed }) => gasUsed)).toEqual([`${share}`, `${share}`])
  expect(Number(share)).toBeLessThan(0.75 * Number(alone!.gasUsed))
})
