import { spawnSync } from 'node:child_process'

/** Builds what test files share, so that two of them do not build it at the same time. */
export default function setup(): void {
  const args = ['--conditions=source', '--import', 'tsx', 'test/build-shared.ts']
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' })
  if (status !== 0) throw new Error('the circuits and contracts that the tests share could not be built')
}
