import { size } from 'viem'
import { expect, test } from 'vitest'
import { compileContracts } from '#verifier-contracts/compile.js'

/** What a chain deploys at most (EIP-170). The compiler warns beyond it, and a warning is refused. */
const BYTES_MAX = 24_576

test('every contract can be deployed, with room to spare', () => {
  const sizes = Object.entries(compileContracts()).map(
    ([name, { runtime }]) => [name, size(runtime)] as const,
  )
  expect(sizes.filter(([, bytes]) => bytes > 5_000).length).toBeGreaterThan(5)
  expect(sizes.filter(([, bytes]) => bytes > BYTES_MAX * 0.95)).toEqual([])
})
