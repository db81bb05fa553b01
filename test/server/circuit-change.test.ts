import { bytesToHex, createPublicClient, createWalletClient, type Hex, http } from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyRecord } from '#cli/verify-record.js'
import { loadCircuits } from '#prover/circuits.js'
import { makeRecipientKey } from '#prover/sealed-trade.js'
import { TINY_PRICES } from '#test/fixtures/tiny-desk.js'
import { mandatesAbi } from '#verifier-contracts/abi.js'
import { registerSuccessor } from '#verifier-contracts/deploy.js'
import { keyHashOf } from '#verifier-contracts/encode-key.js'
import { successorIdOf } from '#verifier-contracts/encoding.js'
import { expectRefusal } from './refusals.js'
import { type Served, TinyService } from './tiny-service.js'

const NOTICE = 86_400
const HEARTBEAT = { mode: 'heartbeat' }

let local: TinyService
let service: Served | undefined
beforeAll(async () => {
  local = await TinyService.start()
})
afterAll(async () => {
  await service?.close()
  await local?.stop()
})

const clients = (account: PrivateKeyAccount) => ({
  walletClient: createWalletClient({ account, chain: foundry, transport: http(local.rpcUrl) }),
  publicClient: createPublicClient({ chain: foundry, transport: http(local.rpcUrl) }),
})

async function mandates(account: PrivateKeyAccount, functionName: string, args: readonly unknown[]) {
  const { walletClient, publicClient } = clients(account)
  const { mandates: address } = local.local.deployment
  // What the call takes differs from function to function.
  const hash = await walletClient.writeContract({ address, abi: mandatesAbi, functionName, args } as never)
  expect(await publicClient.waitForTransactionReceipt({ hash })).toMatchObject({ status: 'success' })
}

test('a portfolio moves on to another key, and its record still checks from the first epoch', async () => {
  const { accounts, deployment } = local.local
  const { rebalance } = await loadCircuits('tiny')
  const keyHash = keyHashOf(rebalance.vkey)
  const circuitId = successorIdOf(rebalance.circuitId, keyHash)
  const auditor = await makeRecipientKey()
  service = await local.serve()
  const { id, universeId } = await service.fund.openTiny(accounts.attestor, {
    recipients: [bytesToHex(auditor.publicKey)],
  })
  const other = await service.fund.openTiny(accounts.attestor)
  const path = `/portfolios/${id}/rebalances`
  expect(await service.fund.run(path, HEARTBEAT, 'before')).toMatchObject({ state: 'confirmed' })

  await registerSuccessor(clients(accounts.publisher), deployment.verifier, rebalance.circuitId, {
    ...rebalance,
    circuitId,
  })
  await mandates(accounts.governor, 'proposeCircuit', [id, circuitId])
  await local.wait(NOTICE)
  await local.setPrices(TINY_PRICES)
  await mandates(accounts.submitter, 'changeCircuit', [id])
  await service.fund.ok('POST', '/markets', { universeId })
  const plan = { path: `/portfolios/${id}/plans`, body: HEARTBEAT }
  await expectRefusal(service, id, plan, 409, 'SERVER_OTHER_CIRCUIT', 'circuitId')
  const job = await service.fund.run(path, HEARTBEAT, 'left')
  expect(job).toMatchObject({ state: 'failed', failure: 'SERVER_OTHER_CIRCUIT' })
  expect(await service.fund.ok('GET', `/public/portfolios/${id}`)).toMatchObject({
    verdict: 'stale',
    reasons: ['snapshot_old', 'mandate_changed'],
  })

  await service.close()
  service = await local.serve()
  expect(await service.fund.ok('GET', `/portfolios/${id}`)).toMatchObject({ circuitId })
  expect(await service.fund.run(path, HEARTBEAT, 'after')).toMatchObject({ state: 'confirmed' })
  expect(await service.fund.ok('GET', `/public/portfolios/${id}`)).toMatchObject({ verdict: 'green' })
  const left = { path: `/portfolios/${other.id}/plans`, body: HEARTBEAT }
  await expectRefusal(service, other.id, left, 409, 'SERVER_OTHER_CIRCUIT', 'circuitId')

  const request = {
    ...{ rpcUrl: local.rpcUrl, ledger: deployment.ledger, portfolioId: id as Hex },
    recipientKey: auditor.privateKey,
  }
  const { verdict, epochs } = await verifyRecord({ ...request, keyHashes: [keyHash] })
  expect(verdict).toBe('green')
  expect(epochs.map(({ epoch, openedTrades }) => [epoch, openedTrades])).toEqual([
    [1, 0],
    [2, 0],
    [3, 0],
  ])
})
