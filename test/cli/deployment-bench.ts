import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Address, bytesToHex, type Hex } from 'viem'
import type { DeploymentRun } from '#cli/run-deployment.js'
import type { TierCircuits } from '#prover/circuits.js'
import type { VerificationKey } from '#prover/verification-key.js'
import { type DeploymentParameters, readDeploymentParameters } from '#server/chain/deployment-parameters.js'
import { writeSecretFile } from '#server/secret-file.js'
import { type LocalChain, testAccount } from '../verifier-contracts/local-chain.js'

/** Who is who among the accounts of a test chain; `deployer` is in no file of parameters. */
export const ACCOUNT = {
  deployer: testAccount(0),
  governor: testAccount(1),
  guardian: testAccount(2),
  publisher: testAccount(3),
  submitter: testAccount(4),
  attestor: testAccount(5),
  riskSigner: testAccount(6),
  stranger: testAccount(9),
} as const

const EXAMPLE = JSON.parse(readFileSync('examples/deployment/local.json', 'utf8')) as object

/** The example as it is written, on the tier `tiny`, with some members changed. */
export function writeParameters(folder: string, change: object = {}): string {
  const path = join(folder, `parameters-${Math.random()}.json`)
  writeFileSync(path, JSON.stringify({ ...EXAMPLE, tier: 'tiny', ...change }))
  return path
}

/** The same, read. Off the local chain its keys come from a ceremony. */
export const parametersFor = (folder: string, chainId: number, change: object = {}): DeploymentParameters =>
  readDeploymentParameters(
    writeParameters(folder, { chainId, ...(chainId === 31337 ? {} : { keys: { folder } }), ...change }),
  )

export function writeKey(folder: string, account: ReturnType<typeof testAccount>): string {
  const path = join(folder, `${account.address}.key`)
  writeSecretFile(path, `${bytesToHex(account.getHdKey().privateKey!)}\n`)
  return path
}

/** Circuits under a key that is no development key: proofs of nothing here verify under it. */
export function underKey(circuits: TierCircuits, vkey: VerificationKey): () => Promise<TierCircuits> {
  const entries = Object.entries(circuits).map(([name, circuit]) => [
    name,
    { ...circuit, vkey, development: false },
  ])
  return async () => Object.fromEntries(entries)
}

/** Passes everything on to a chain, and kills it in place of passing on transaction number `last + 1`. */
export async function dyingNode(chain: LocalChain, last: number) {
  let sent = 0
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    if (body.includes('eth_sendRawTransaction') && sent++ === last) await chain.stop()
    try {
      const answer = await fetch(chain.rpcUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      })
      response.setHeader('content-type', 'application/json')
      response.end(await answer.text())
    } catch {
      response.destroy()
    }
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as { port: number }
  return { rpcUrl: `http://127.0.0.1:${port}`, stop: () => server.close() }
}

/** Gas of every transaction on a fresh chain, by sender. */
export async function gasSpent({ publicClient }: LocalChain): Promise<Map<Address, bigint[]>> {
  const spent = new Map<Address, bigint[]>()
  const newest = await publicClient.getBlockNumber()
  for (let blockNumber = 1n; blockNumber <= newest; blockNumber++) {
    const { transactions } = await publicClient.getBlock({ blockNumber })
    for (const hash of transactions) {
      const { from, gasUsed } = await publicClient.getTransactionReceipt({ hash })
      spent.set(from, [...(spent.get(from) ?? []), gasUsed])
    }
  }
  return spent
}

/** Sends what the governor is asked for, as a multisig would: from elsewhere. */
export const sendFrom =
  (chain: LocalChain, index: number) =>
  ({ to, data }: { to: Address; data: Hex }): void =>
    void chain.wallet(index).sendTransaction({ to, data })

/** Puts other code at an address, as no contract would. */
export const setCode = ({ publicClient }: LocalChain, address: Address, code: Hex) =>
  // Cast: viem lists no such method of the node.
  publicClient.request({ method: 'anvil_setCode', params: [address, code] } as never)

/** A run with the governor's key, under a key that a chain other than the local one takes. */
export const runOn = (
  chain: { rpcUrl: string },
  chainId: number,
  circuits: () => Promise<TierCircuits>,
  change: Partial<DeploymentRun> = {},
): DeploymentRun => ({
  // Nothing is read from the folder: the circuits come as they are.
  parameters: parametersFor(tmpdir(), chainId),
  rpcUrl: chain.rpcUrl,
  deployer: ACCOUNT.deployer,
  governor: ACCOUNT.governor,
  circuits,
  ...change,
})
