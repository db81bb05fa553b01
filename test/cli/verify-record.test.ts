import { bytesToHex, type Hex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RecordRequest, verifyRecord } from '#cli/verify-record.js'
import { loadCircuits } from '#prover/circuits.js'
import { makeRecipientKey } from '#prover/sealed-trade.js'
import { keyHashOf } from '#verifier-contracts/encode-key.js'
import { TINY_BOOK, TINY_PRICES_LATER } from '../fixtures/tiny-desk.js'
import { startTinyStack, type TinyStack } from '../server/tiny-stack.js'

let stack: TinyStack
let request: RecordRequest
beforeAll(async () => {
  stack = await startTinyStack()
  const { fund, accounts } = stack
  const auditor = await makeRecipientKey()
  const recipients = [bytesToHex(auditor.publicKey)]
  const { id, universeId } = await fund.createPortfolio({ recipients })
  await fund.ok('POST', '/markets', { universeId })
  const { attestationRequest } = await fund.ok('PUT', `/portfolios/${id}/book`, TINY_BOOK)
  await fund.attest(id, attestationRequest, accounts.attestor)
  await fund.run(`/portfolios/${id}/open`, undefined, 'open')
  await stack.setPrices(TINY_PRICES_LATER)
  await fund.ok('POST', '/markets', { universeId })
  const job = await fund.run(`/portfolios/${id}/rebalances`, { mode: 'targets' }, 'first')
  expect(job.state).toBe('confirmed')
  request = {
    rpcUrl: stack.rpcUrl,
    ledger: stack.deployment.ledger,
    portfolioId: id as Hex,
    keyHashes: [keyHashOf((await loadCircuits('tiny')).rebalance.vkey)],
    recipientKey: auditor.privateKey,
  }
})
afterAll(async () => {
  await stack?.stop()
})

test('a whole record checks from chain data alone, and a recipient opens the proven trades', async () => {
  const { verdict, epochs } = await verifyRecord(request)
  expect(verdict).toBe('green')
  expect(epochs.map(({ epoch, compliant }) => [epoch, compliant])).toEqual([
    [1, true],
    [2, true],
  ])
  expect(epochs[0]?.openedTrades).toBe(0)
  expect(epochs[1]?.openedTrades).toBeGreaterThan(0)
})

test('another verification key than the published one is refused', async () => {
  const keyHashes: Hex[] = [`0x${'ab'.repeat(32)}`]
  await expect(verifyRecord({ ...request, keyHashes })).rejects.toMatchObject({ code: 'CLI_RECORD' })
})

test('a portfolio without steps has no record', async () => {
  const portfolioId: Hex = `0x${'cd'.repeat(32)}`
  await expect(verifyRecord({ ...request, portfolioId })).rejects.toMatchObject({ code: 'CLI_RECORD' })
})

test('a key that is no recipient opens nothing', async () => {
  const { privateKey } = await makeRecipientKey()
  await expect(verifyRecord({ ...request, recipientKey: privateKey })).rejects.toMatchObject({
    code: 'PROVER_SEALED_TRADE',
  })
})
