import { expect, test } from 'vitest'
import { makeRecipientKey, openTrade, sealedTradeLength, sealTrade } from '#prover/sealed-trade.js'

const SLOTS = 16
const PLACE = { domain: 123n, epoch: 4n }
const zeros = Array<bigint>(SLOTS).fill(0n)
const opening = {
  trades: zeros.map((_, i) => (i % 2 === 0 ? -(1n << 64n) + 1n : (1n << 64n) - 1n)),
  fills: zeros.map((_, i) => BigInt(i) * 1_000_000_007n),
  fee: (1n << 126n) - 1n,
  blinding: 98_765_432_109_876_543_210n,
}

test('opens for each recipient and reproduces the trade', async () => {
  const desk = await makeRecipientKey()
  const auditor = await makeRecipientKey()
  const blob = await sealTrade(opening, [desk.publicKey, auditor.publicKey], PLACE)
  for (const { privateKey } of [desk, auditor]) {
    expect(await openTrade(blob, privateKey, SLOTS, PLACE)).toEqual(opening)
  }
})

test('is as long for a heartbeat and one recipient as for the largest trade and two', async () => {
  const desk = await makeRecipientKey()
  const auditor = await makeRecipientKey()
  const heartbeat = { trades: zeros, fills: zeros, fee: 0n, blinding: 1n }
  const short = await sealTrade(heartbeat, [desk.publicKey], PLACE)
  const long = await sealTrade(opening, [desk.publicKey, auditor.publicKey], PLACE)
  expect(short.length).toBe(sealedTradeLength(SLOTS))
  expect(long.length).toBe(sealedTradeLength(SLOTS))
})

test('two seals of one trade share no bytes worth comparing', async () => {
  const desk = await makeRecipientKey()
  const first = await sealTrade(opening, [desk.publicKey], PLACE)
  const second = await sealTrade(opening, [desk.publicKey], PLACE)
  const equal = first.filter((byte, i) => byte === second[i]).length
  expect(equal).toBeLessThan(first.length / 16)
})

test('does not open with another key, for another step, or when damaged', async () => {
  const desk = await makeRecipientKey()
  const stranger = await makeRecipientKey()
  const blob = await sealTrade(opening, [desk.publicKey], PLACE)
  const refused = { code: 'PROVER_SEALED_TRADE' }
  await expect(openTrade(blob, stranger.privateKey, SLOTS, PLACE)).rejects.toMatchObject(refused)
  await expect(openTrade(blob, desk.privateKey, SLOTS, { ...PLACE, epoch: 5n })).rejects.toMatchObject(
    refused,
  )
  await expect(openTrade(blob, desk.privateKey, SLOTS + 1, PLACE)).rejects.toMatchObject(refused)
  for (const at of [0, 1, 40, blob.length - 1]) {
    const damaged = blob.map((byte, i) => (i === at ? byte ^ 1 : byte))
    await expect(openTrade(damaged, desk.privateKey, SLOTS, PLACE)).rejects.toMatchObject(refused)
  }
})

test('refuses no recipient, too many, and keys of another length', async () => {
  const { publicKey } = await makeRecipientKey()
  const refused = { code: 'PROVER_RECIPIENT' }
  await expect(sealTrade(opening, [], PLACE)).rejects.toMatchObject(refused)
  await expect(sealTrade(opening, [publicKey, publicKey, publicKey], PLACE)).rejects.toMatchObject(refused)
  await expect(sealTrade(opening, [publicKey.slice(1)], PLACE)).rejects.toMatchObject(refused)
})
