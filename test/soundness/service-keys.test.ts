import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Hex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadCircuits, type TierCircuits } from '#prover/circuits.js'
import type { VerificationKey } from '#prover/verification-key.js'
import { Chain } from '#server/chain/chain.js'
import { formatDeployment } from '#server/chain/deployment.js'
import { readKeystore } from '#server/chain/keystore.js'
import { registeredCircuits } from '#server/chain/registered-keys.js'
import { readConfig } from '#server/config.js'
import { deployLocal, type LocalChain as LocalDeployment } from '#server/local-chain.js'
import { writeSecretFile } from '#server/secret-file.js'
import { startService } from '#server/service.js'
import { encodeKey } from '#verifier-contracts/encode-key.js'
import { type LocalChain, startLocalChain } from '../verifier-contracts/local-chain.js'
import { type Installation, makeInstallation } from './installation.js'
import { flipped, overwriteKey } from './registered-key.js'

const dataDir = mkdtempSync(join(tmpdir(), 'ballast-keys-'))
const keystoreFile = join(dataDir, 'keystore.json')
const deploymentFile = join(dataDir, 'deployment.json')

let circuits: TierCircuits
let anvil: LocalChain
let local: LocalDeployment
beforeAll(async () => {
  ;[circuits, anvil] = await Promise.all([loadCircuits('tiny'), startLocalChain()])
  local = await deployLocal({ rpcUrl: anvil.rpcUrl, circuits, feeds: [] })
  writeSecretFile(keystoreFile, JSON.stringify(local.privateKeys))
})
afterAll(async () => {
  await anvil?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

/** What a start is refused with; undefined when the service runs, and is closed again. */
async function start(
  { rpcUrl }: LocalChain,
  deployment: LocalDeployment['deployment'],
  using: TierCircuits,
): Promise<unknown> {
  const folder = mkdtempSync(join(dataDir, 'run-'))
  const config = {
    ...readConfig({}),
    dataDir: folder,
    port: 0,
    tier: 'tiny' as const,
    logLevel: 'silent' as const,
  }
  const files = { storeKeyFile: join(folder, 'store.key'), apiKeyFile: join(folder, 'api.key') }
  const keystore = readKeystore(keystoreFile)
  const options = { config: { ...config, ...files }, rpcUrl, deployment, keystore, circuits: using }
  try {
    const service = await startService(options)
    await service.close()
    return undefined
  } catch (error) {
    return (error as { code?: string }).code ?? error
  }
}

const underKey = (vkey: VerificationKey): TierCircuits => ({
  ...circuits,
  rebalance: { ...circuits.rebalance, vkey },
})

describe('a damaged installation', () => {
  const FILES = [
    ['r1cs', 'main.r1cs'],
    ['wasm', 'main.wasm'],
    ['zkey', 'development.zkey'],
    ['vkey', 'development.vkey.json'],
  ] as const
  let installation: Installation
  beforeAll(async () => {
    installation = await makeInstallation()
  })
  afterAll(async () => {
    await installation?.remove()
  })

  test('does not start with one bit of any file flipped, nor takes in a key that proves nothing', async () => {
    const paths = FILES.map(([kind, name]) => [kind, installation.file('rebalance', name)])
    const answers = await installation.run(`
      import { readFileSync, writeFileSync } from 'node:fs'
      import { startEmbedded } from '#server/embedded.js'
      import { loadCircuits } from '#prover/circuits.js'
      const answer = (work) => work.then(() => 'loaded', ({ code, field }) => [code, field])
      const answers = {}
      for (const [kind, path] of ${JSON.stringify(paths)}) {
        const bytes = readFileSync(path)
        bytes[bytes.length >> 1] ^= 1
        writeFileSync(path, bytes)
        answers[kind] = await answer(startEmbedded({ dataDir: 'data', port: 0, tier: 'tiny' }))
        bytes[bytes.length >> 1] ^= 1
        writeFileSync(path, bytes)
      }
      answers.whole = await answer(loadCircuits('tiny'))
      const path = ${JSON.stringify(installation.file('rebalance', 'development.vkey.json'))}
      const vkey = JSON.parse(readFileSync(path, 'utf8'))
      writeFileSync(path, JSON.stringify({ ...vkey, vk_delta_2: vkey.vk_gamma_2 }))
      answers.planted = await answer(loadCircuits('tiny'))
      answers.unpinned = await answer(loadCircuits('tiny', { unpinned: true }))
      console.log(JSON.stringify(answers))
      process.exit(0)
    `)
    const pin = (kind: string) => ['PROVER_CIRCUIT_PIN', `rebalance-tiny.${kind}`]
    expect(answers).toEqual({
      ...Object.fromEntries(FILES.map(([kind]) => [kind, pin(kind)])),
      whole: 'loaded',
      planted: pin('vkey'),
      unpinned: ['PROVER_UNUSABLE_KEY', 'vkey.vk_delta_2'],
    })
  })
})

describe('a service', () => {
  test('does not start under a key that proves nothing', async () => {
    const { vkey } = circuits.rebalance
    const equal = { ...vkey, vk_delta_2: vkey.vk_gamma_2 }
    expect(await start(anvil, local.deployment, underKey(equal))).toBe('PROVER_UNUSABLE_KEY')
    const [first, second, ...rest] = vkey.IC
    const other = { ...vkey, IC: [second!, first!, ...rest] }
    expect(await start(anvil, local.deployment, underKey(other))).toBe('SERVER_REGISTERED_KEY')
  })

  test('does not start under development keys off the local chain, and says so', async () => {
    const remote = await startLocalChain([], 1)
    try {
      const deployment = { ...local.deployment, chainId: 1 }
      const params = [deployment.ledger, '0x00']
      // Cast: viem lists no such method of the node.
      await remote.publicClient.request({ method: 'anvil_setCode', params } as never)
      expect(await start(remote, deployment, circuits)).toBe('PROVER_DEVELOPMENT_KEY')

      writeFileSync(deploymentFile, formatDeployment(deployment))
      const env = {
        ...process.env,
        BALLAST_RPC_URL: remote.rpcUrl,
        BALLAST_TIER: 'tiny',
        BALLAST_PORT: '0',
        BALLAST_DATA_DIR: join(dataDir, 'main'),
        BALLAST_DEPLOYMENT_FILE: deploymentFile,
        BALLAST_KEYSTORE_FILE: keystoreFile,
      }
      const args = ['--conditions=source', '--import', 'tsx', 'server/main.ts']
      const { code, said } = await new Promise<{ code: unknown; said: string }>((resolve) => {
        execFile(process.execPath, args, { env }, (error, _, stderr) =>
          resolve({ code: error?.code, said: stderr }),
        )
      })
      expect(code).toBe(1)
      expect(said).toContain('PROVER_DEVELOPMENT_KEY: A development key proves nothing')
    } finally {
      await remote.stop()
    }
  }, 300_000)
})

describe('the keys on chain', () => {
  const verifierOf = (chain: Chain) => chain.deployment.verifier
  const checked = async () => {
    const chain = await Chain.connect(anvil.rpcUrl, local.deployment, readKeystore(keystoreFile))
    return registeredCircuits(chain, circuits).then(
      () => undefined,
      ({ code, field }: { code: string; field?: string }) => [code, field],
    )
  }

  test.each(['rebalance', 'digest-market', 'digest-mandate'] as const)(
    'are refused when one bit of %s changes',
    async (statement) => {
      const chain = await Chain.connect(anvil.rpcUrl, local.deployment, readKeystore(keystoreFile))
      const { circuitId, vkey, artifacts } = circuits[statement]
      const put = (bytes: Hex) => overwriteKey(anvil.publicClient, verifierOf(chain), circuitId, bytes)
      const whole = encodeKey(vkey)
      try {
        for (const byte of [40, 500]) {
          await put(flipped(whole, byte))
          expect(await checked(), `byte ${byte}`).toEqual(['SERVER_REGISTERED_KEY', artifacts.id])
        }
        const [first, second, ...rest] = vkey.IC
        await put(encodeKey({ ...vkey, IC: [second!, first!, ...rest] }))
        expect(await checked()).toEqual(['SERVER_REGISTERED_KEY', artifacts.id])
        expect(await start(anvil, local.deployment, circuits)).toBe('SERVER_REGISTERED_KEY')
      } finally {
        await put(whole)
      }
      expect(await checked()).toBeUndefined()
    },
  )

  test('are those that the contracts name, not those of the deployment file', async () => {
    const deployment = { ...local.deployment, snapshots: local.deployment.mandates }
    const chain = await Chain.connect(anvil.rpcUrl, deployment, readKeystore(keystoreFile))
    await expect(registeredCircuits(chain, circuits)).rejects.toMatchObject({
      code: 'SERVER_REGISTERED_KEY',
      field: 'digest-market-tiny',
    })
  })
})
