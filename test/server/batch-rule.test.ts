import { describe, expect, test } from 'vitest'
import { ChainUnavailableError, ContractError } from '#server/chain/contract-error.js'
import { type BatchMoment, type BatchRules, isDue } from '#server/jobs/batch-rule.js'
import { findRefused } from '#server/jobs/find-refused.js'
import { Prng } from '../helpers/prng.js'

const RULES: BatchRules = { max: 4, waitSeconds: 30, baseFeeLimit: undefined }
const unread = async () => {
  throw new Error('nothing depends on this')
}
const yes = async () => true
const no = async () => false
const moment = (change: Partial<BatchMoment> = {}): BatchMoment => ({
  ready: 3,
  waited: 29.999,
  others: yes,
  baseFee: unread,
  expiring: no,
  ...change,
})

describe('steps that wait are sent', () => {
  test('when there are enough, and not one fewer', async () => {
    const full = moment({ ready: 4, others: unread, expiring: unread })
    expect(await isDue(RULES, full)).toBe(true)
    expect(await isDue(RULES, moment({ ready: 3 }))).toBe(false)
  })

  test('when the first has waited its time, and not before; at once where nobody waits', async () => {
    const late = moment({ waited: 30, others: unread, expiring: unread })
    expect(await isDue(RULES, late)).toBe(true)
    expect(await isDue(RULES, moment({ waited: 29.999 }))).toBe(false)
    const now = moment({ ready: 1, waited: 0, others: unread, expiring: unread })
    expect(await isDue({ ...RULES, waitSeconds: 0 }, now)).toBe(true)
  })

  test('when no other job could join them', async () => {
    expect(await isDue(RULES, moment({ others: no, expiring: unread }))).toBe(true)
  })

  test('when the base fee is at its limit, and not a wei above, whoever else is coming', async () => {
    const rules = { ...RULES, baseFeeLimit: 10n }
    const at = (fee: bigint) => moment({ others: unread, baseFee: async () => fee })
    expect(await isDue(rules, at(10n))).toBe(true)
    expect(await isDue(rules, at(11n))).toBe(false)
  })

  test('when a proof is about to expire, whatever else is hoped for', async () => {
    expect(await isDue(RULES, moment({ expiring: yes }))).toBe(true)
    const dear = moment({ baseFee: async () => 11n, expiring: yes })
    expect(await isDue({ ...RULES, baseFeeLimit: 10n }, dear)).toBe(true)
  })
})

describe('the entries that the ledger refuses', () => {
  /** A ledger that refuses a batch for the first bad entry in it, counting calls. */
  const ledger = (bad: ReadonlySet<number>) => {
    const state = { calls: 0 }
    const call = async (entries: readonly number[]) => {
      state.calls++
      const first = entries.find((entry) => bad.has(entry))
      if (first !== undefined) throw new ContractError(`Error${first}`)
    }
    return { state, call }
  }
  const range = (n: number) => Array.from({ length: n }, (_, i) => i)

  test('are found wherever one is, in at most 2·log2 n + 1 calls', async () => {
    for (let n = 1; n <= 64; n++) {
      for (let i = 0; i < n; i++) {
        const { state, call } = ledger(new Set([i]))
        const found = await findRefused(range(n), call)
        expect(found.map(({ entry, error }) => [entry, error.contractError])).toEqual([[i, `Error${i}`]])
        expect(state.calls).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(n)) + 1)
      }
    }
  })

  test('are found however many there are', async () => {
    const rng = new Prng(7)
    for (let round = 0; round < 200; round++) {
      const n = rng.int(0, 20)
      const bad = new Set(range(n).filter(() => rng.int(0, 3) === 0))
      const found = await findRefused(range(n), ledger(bad).call)
      expect(found.map(({ entry }) => entry)).toEqual([...bad])
    }
  })

  test('are none when they are refused only together', async () => {
    const call = async (entries: readonly number[]) => {
      if (entries.length > 3) throw new ContractError('Reverted')
    }
    expect(await findRefused(range(9), call)).toEqual([])
  })

  test('are not looked for while the chain does not answer', async () => {
    const call = async () => {
      throw new ChainUnavailableError()
    }
    await expect(findRefused(range(3), call)).rejects.toThrow(ChainUnavailableError)
  })
})
