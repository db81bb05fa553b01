import { spawnSync } from 'node:child_process'

/** Debian packages beyond Node that some suites of `npm run test:all` need, and what for. Empty suites need no set-up. */
const PACKAGES: Readonly<Record<string, string>> = {}

const names = Object.keys(PACKAGES)
if (names.length === 0) {
  console.log('Nothing to install: every suite runs on what npm brought.')
} else {
  for (const [name, reason] of Object.entries(PACKAGES)) console.log(`${name}: ${reason}`)
  for (const args of [['update'], ['install', '--yes', '--no-install-recommends', ...names]]) {
    const { status } = spawnSync('apt-get', args, { stdio: 'inherit' })
    if (status !== 0) process.exit(status ?? 1)
  }
}
