import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FundClient } from './fund-client.js'

test('on a chain of its own, too, the service is set as its environment says', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-main-'))
  const apiKeyFile = join(folder, 'elsewhere.key')
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=source', 'server/main.ts'], {
    env: {
      ...process.env,
      BALLAST_DATA_DIR: join(folder, 'data'),
      BALLAST_PORT: '0',
      BALLAST_TIER: 'tiny',
      BALLAST_API_KEY_FILE: apiKeyFile,
      BALLAST_BODY_LIMIT: '1024',
      BALLAST_LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  try {
    let output = ''
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.on('data', (chunk) => {
        output += chunk
        const found = /service\s+(http:\S+)[\s\S]*API key\s+in (.+)\n/.exec(output)
        if (found) resolve(found[1]!)
      })
      ended.then(() => reject(new Error('the service ended before it listened')))
    })
    expect(output).toContain(`API key   in ${apiKeyFile}\n`)
    const fund = new FundClient(url, readFileSync(apiKeyFile, 'utf8').trim())
    expect(await fund.ok('GET', '/portfolios')).toEqual({ ids: [] })
    const large = { strategy: 'x'.repeat(1_024) }
    expect((await fund.call('POST', '/portfolios', large)).body).toMatchObject({
      code: 'SERVER_BODY_TOO_LARGE',
    })
  } finally {
    child.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
})
