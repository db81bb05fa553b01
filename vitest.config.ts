import { configDefaults, defineConfig } from 'vitest/config'

/** Minutes each; `npm run test:all` and CI run them. */
const SLOW = [
  'test/cli/deploy.test.ts',
  'test/prover/ceremony*.test.ts',
  'test/server/{batching-faults,canaries,circuit-change,governance,kill,kill-batch,public-face,publishing}.test.ts',
  'test/soundness/{bad-keys,circuit-mutation,contract-mutation,differential,leakage,service-keys,small-prime}.test.ts',
  'test/soundness/exploits*.test.ts',
  'test/verifier-contracts/{coverage,open-trade-cheats}.test.ts',
]

export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(process.env.TEST_ALL ? [] : SLOW)],
    globalSetup: ['test/setup.global.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 240_000,
    hookTimeout: 300_000,
  },
})
