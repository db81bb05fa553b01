import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { fileHash } from '#prover/artifacts.js'
import { assertPinned, loadCircuits, type TierCircuits } from '#prover/circuits.js'

let circuits: TierCircuits
beforeAll(async () => {
  circuits = await loadCircuits('tiny')
})

describe('a circuit and its key', () => {
  test('are the pinned ones, for every statement', () => {
    expect(Object.keys(circuits).sort()).toEqual(['digest-mandate', 'digest-market', 'rebalance'])
    const ids = Object.values(circuits).map(({ circuitId }) => circuitId)
    expect(new Set(ids).size).toBe(3)
  })

  test.each(['r1cs', 'wasm', 'zkey', 'vkey'] as const)(
    'are refused when one bit of the %s changes',
    async (kind) => {
      const { artifacts } = circuits.rebalance
      const paths = { ...artifacts, r1csPath: artifacts.wasmPath.replace(/wasm$/, 'r1cs') }
      const bytes = await readFile(paths[`${kind}Path`])
      expect(() => assertPinned(artifacts.id, { [kind]: fileHash(bytes) })).not.toThrow()
      bytes[bytes.length >> 1]! ^= 1
      expect(() => assertPinned(artifacts.id, { [kind]: fileHash(bytes) })).toThrowError(
        expect.objectContaining({ code: 'PROVER_CIRCUIT_PIN', field: `rebalance-tiny.${kind}` }),
      )
    },
  )
})
