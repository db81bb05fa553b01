import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { size } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keysOf } from '#cli/expected-keys.js'
import { type DeploymentRun, runDeployment } from '#cli/run-deployment.js'
import { loadCircuits, type TierCircuits } from '#prover/circuits.js'
import { Chain } from '#server/chain/chain.js'
import { readDeployment } from '#server/chain/deployment.js'
import { registeredCircuits } from '#server/chain/registered-keys.js'
import { compileContracts } from '#verifier-contracts/compile.js'
import { flipped } from '../soundness/registered-key.js'
import { type LocalChain, startLocalChain } from '../verifier-contracts/local-chain.js'
import { makeSignalsCircuit, type SignalsCircuit } from '../verifier-contracts/signals-circuit.js'
import {
  ACCOUNT,
  dyingNode,
  parametersFor,
  runOn,
  sendFrom,
  setCode,
  underKey,
  writeKey,
  writeParameters,
} from './deployment-bench.js'

const FOREIGN = 424_242
/** The most creation code that a chain takes (EIP-3860). */
const CREATION_BYTES_MAX = 49_152

const folder = mkdtempSync(join(tmpdir(), 'ballast-deploy-'))
let signals: SignalsCircuit
let circuits: TierCircuits
beforeAll(async () => {
  ;[signals, circuits] = await Promise.all([makeSignalsCircuit(), loadCircuits('tiny')])
})
afterAll(async () => {
  await signals?.remove()
  rmSync(folder, { recursive: true, force: true })
})

const run = (chain: LocalChain, change?: Partial<DeploymentRun>) =>
  runOn(chain, FOREIGN, underKey(circuits, signals.vkey), change)

/** Runs a command of `ballast` as a process of its own. */
const ballast = (...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const node = ['--conditions=source', '--import', 'tsx', 'cli/main.ts', ...args]
    execFile(process.execPath, node, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    )
  })

/** Code of the error that work is refused with, and the field it names. */
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    ({ code, field, message }: { code?: string; field?: string; message: string }) => [
      code ?? message,
      field,
    ],
  )

describe('on the local chain', () => {
  let chain: LocalChain
  beforeAll(async () => {
    chain = await startLocalChain()
  })
  afterAll(async () => chain?.stop())

  test('`ballast deploy` writes a file that `ballast deploy verify` and the service take', async () => {
    const out = join(folder, 'deployment.json')
    const files = ['--private-key-file', writeKey(folder, ACCOUNT.deployer)]
    const governor = ['--governor-private-key-file', writeKey(folder, ACCOUNT.governor)]
    const named = ['--parameters', writeParameters(folder), '--rpc', chain.rpcUrl, '--out', out]
    const deployed = await ballast('deploy', ...named, ...files, ...governor, '--json')
    expect([deployed.code, deployed.err]).toEqual([0, ''])
    const deployment = readDeployment(out)
    expect(JSON.parse(deployed.out.trim().split('\n').at(-1)!)).toMatchObject({
      out,
      ledger: deployment.ledger,
    })
    expect(deployment).toMatchObject({ chainId: 31337, tier: 'tiny', keys: keysOf(circuits) })
    await registeredCircuits(await Chain.connect(chain.rpcUrl, deployment, {}), circuits)

    const again = await ballast('deploy', ...named, ...files, ...governor)
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('CLI_OPTION: --out must be')])
    const verified = await ballast('deploy', 'verify', out, '--rpc', chain.rpcUrl, '--json')
    expect([verified.code, verified.err]).toEqual([0, ''])
    const { contracts, changed } = JSON.parse(verified.out)
    expect([Object.keys(contracts).length, changed]).toEqual([8, []])

    const portfolio = ['--rpc', chain.rpcUrl, '--portfolio', `0x${'cd'.repeat(32)}`]
    const record = await ballast('verify', '--deployment', out, ...portfolio)
    expect([record.code, record.err]).toEqual([1, expect.stringContaining('no step is recorded')])
    const twice = await ballast('verify', '--deployment', out, '--ledger', deployment.ledger, ...portfolio)
    expect([twice.code, twice.err]).toEqual([1, expect.stringContaining('CLI_OPTION: --deployment must be')])

    const code = await chain.publicClient.getCode({ address: deployment.ledger })
    await setCode(chain, deployment.ledger, flipped(code!, 1000))
    const refused = await ballast('deploy', 'verify', out, '--rpc', chain.rpcUrl)
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('CONTRACTS_DEPLOYMENT_DIFFERS')])
    const strange = {
      ...deployment,
      keys: { ...deployment.keys, rebalance: deployment.keys['digest-market'] },
    }
    const connected = await Chain.connect(chain.rpcUrl, strange, {})
    expect(await refusal(registeredCircuits(connected, circuits))).toEqual([
      'SERVER_REGISTERED_KEY',
      'rebalance-tiny',
    ])
  })
})

test("a governor's calls are announced and waited for where its key is not given", async () => {
  const chain = await startLocalChain([], FOREIGN)
  try {
    const asked: string[] = []
    const send = sendFrom(chain, 1)
    const announcing = run(chain, {
      governor: undefined,
      onGovernorCall: (call) => {
        asked.push(call.name)
        send(call)
      },
    })
    const [, { changed }] = await runDeployment(announcing)
    expect(asked).toEqual(['registerKey', 'registerKey', 'registerKey', 'scheduleGuardian'])
    expect(changed).toEqual([])
    const stranger = { ...announcing, governor: ACCOUNT.stranger }
    expect(await refusal(runDeployment(stranger))).toEqual(['CLI_WRONG_GOVERNOR', 'governor'])
  } finally {
    await chain.stop()
  }
})

describe('before the first transaction is refused', () => {
  const UNFIT = 'CONTRACTS_UNFIT_CHAIN'

  test.each([
    ['another chain', [], 777, 'chainId'],
    ['a chain without the precompiles', ['--hardfork', 'homestead'], FOREIGN, 'ecAdd'],
    ['a chain before Cancun', ['--hardfork', 'shanghai'], FOREIGN, 'MCOPY'],
    ['a deployer without means', ['--balance', '0'], FOREIGN, 'balance of the deployer'],
  ])('%s', async (_, args, chainId, field) => {
    const chain = await startLocalChain(args, chainId)
    try {
      expect(await refusal(runDeployment(run(chain)))).toEqual([UNFIT, field])
      expect(await chain.publicClient.getBlockNumber()).toBe(0n)
    } finally {
      await chain.stop()
    }
  })

  test('one account for two roles, a feed that is no contract, and a development key', async () => {
    const chain = await startLocalChain([], FOREIGN)
    try {
      const shared = parametersFor(folder, FOREIGN, { submitter: ACCOUNT.deployer.address })
      const refused = runDeployment(run(chain, { parameters: shared }))
      expect(await refusal(refused)).toEqual(['SERVER_SHARED_ROLE', 'submitter'])
      const sequencer = { feed: ACCOUNT.stranger.address, grace: 3600 }
      const parameters = parametersFor(folder, FOREIGN, { rules: { sequencer } })
      const feed = runDeployment(run(chain, { parameters }))
      expect(await refusal(feed)).toEqual([UNFIT, 'rules.sequencer.feed'])
      const development = runDeployment(run(chain, { circuits: async () => circuits }))
      expect(await refusal(development)).toEqual(['PROVER_DEVELOPMENT_KEY', undefined])
      expect(await chain.publicClient.getBlockNumber()).toBe(0n)
    } finally {
      await chain.stop()
    }
  })
})

test('a node that dies in the middle leaves no file, and what was deployed is said', async () => {
  const chain = await startLocalChain()
  const node = await dyingNode(chain, 6)
  try {
    const out = join(folder, 'interrupted.json')
    const named = ['--parameters', writeParameters(folder), '--rpc', node.rpcUrl, '--out', out]
    const keys = ['--private-key-file', writeKey(folder, ACCOUNT.deployer)]
    const governor = ['--governor-private-key-file', writeKey(folder, ACCOUNT.governor)]
    const { code, err } = await ballast('deploy', ...named, ...keys, ...governor)
    expect([code, err]).toEqual([1, expect.stringContaining('CLI_DEPLOYMENT_INTERRUPTED')])
    expect(err).toMatch(/Groth16Verifier 0x[0-9a-f]{40}\n {2}MarketSettings 0x[0-9a-f]{40}\n {2}Deploy again/)
    expect(existsSync(out)).toBe(false)
  } finally {
    node.stop()
    await chain.stop()
  }
})

test('every contract can be created on a chain with the limit on creation code', () => {
  const ARGUMENTS = 1_024
  const long = Object.entries(compileContracts()).filter(
    ([, { bytecode }]) => size(bytecode) + ARGUMENTS > CREATION_BYTES_MAX,
  )
  expect(long).toEqual([])
})
