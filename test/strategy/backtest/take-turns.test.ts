import { afterEach, expect, test, vi } from 'vitest'
import { takeTurns } from '#strategy/backtest/take-turns.js'

afterEach(() => {
  vi.restoreAllMocks()
})

test('a turn is due once in 50 ms of work, lets others work, and fails once the work was stopped', async () => {
  let now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  const controller = new AbortController()
  const pause = takeTurns(controller.signal)
  now = 49
  expect(pause()).toBeUndefined()
  now = 50
  let others = 0
  setImmediate(() => {
    others += 1
  })
  await pause()
  expect(others).toBe(1)
  now = 99
  expect(pause()).toBeUndefined()
  now = 100
  controller.abort(new Error('stop'))
  await expect(pause()).rejects.toThrowError('stop')
})
