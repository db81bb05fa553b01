import { spawnSync } from 'node:child_process'

/** Builds what test files share, so that two of them do not build it at the same time. */
export default function setup(): void {
  if (!process.env.TEST_ALL) console.log('slow suites are left out; `npm run test:all` runs every one')
  const args = ['--conditions=source', '--import', 'tsx', 'test/build-shared.ts']
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' })
  if (status !== 0) throw new Error('the circuits and contracts that the tests share could not be built')
}
