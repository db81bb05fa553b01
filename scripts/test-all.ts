import { spawnSync } from 'node:child_process'

/** `npm run test:all`: every suite there is. Suites that are slow or need Debian packages are switched on by TEST_ALL. */
const { status } = spawnSync('npx', ['--no', '--', 'vitest', 'run', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, TEST_ALL: '1' },
})
process.exit(status ?? 1)
