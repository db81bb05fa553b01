import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MarketKeeper } from '#server/chain/market-keeper.js'
import { NotRiskSignerError } from '#server/chain/market-publisher.js'
import { MarksOldError } from '#server/marks-file.js'
import { type OptionMarks, parseMarks } from '#server/schemas/marks.js'
import type { UniverseWire } from '#server/schemas/universe.js'
import { optionSlot } from '#strategy/options/option-slot.js'
import { TINY_UNIVERSE } from '#test/fixtures/tiny-desk.js'
import { marketSettingsAbi, marketSnapshotsAbi } from '#verifier-contracts/abi.js'
import { KeeperStack, MIN_INTERVAL } from './keeper-stack.js'

const [btc, perp, eth] = TINY_UNIVERSE.instruments
const DAYS = 86_400
const expiry = new Date((Math.floor(Date.now() / 1000) + 30 * DAYS) * 1000)
const CALL = 'BTC-CALL'
const UNIVERSE: UniverseWire = {
  instruments: [
    btc!,
    perp!,
    eth!,
    {
      ...btc!,
      symbol: CALL,
      kind: 'option',
      account: 1,
      option: { type: 'call', strike: '85000', expiry: `${expiry.toISOString().slice(0, 19)}Z` },
    },
  ],
}
const MARKS: OptionMarks = parseMarks({
  options: { [CALL]: { forward: '90500', iv: '0.5' } },
  volShocksBps: ['3000', '-1500'],
  minMarginBps: '1000',
})

let stack: KeeperStack
let keeper: MarketKeeper

beforeAll(async () => {
  stack = await KeeperStack.start(UNIVERSE)
  keeper = stack.keeper({ marks: async () => MARKS })
})
afterAll(async () => stack?.stop())

const option = async () => (await stack.publisher().latest(stack.universeId)).market.slots[3]!
const settlement = () =>
  stack.chain.read({
    address: stack.local.deployment.snapshots,
    abi: marketSnapshotsAbi,
    functionName: 'settlement',
    args: [stack.universeId, 3n],
  })

test('prices options by the integer formula, from the marks, the feed and the time that is signed', async () => {
  await stack.publishes(keeper)
  const [, , signedAt] = await stack.chain.read({
    address: stack.local.deployment.snapshots,
    abi: marketSnapshotsAbi,
    functionName: 'captured',
    args: [stack.universeId],
  })
  const expected = optionSlot({
    ...MARKS.options.get(CALL)!,
    terms: { type: 'call', strikeE8: 8_500_000_000_000n, expiry: BigInt(expiry.getTime() / 1000) },
    spotE8: 9_000_000_000_000n,
    now: signedAt,
    contractSizeE8: 100_000_000n,
    spotShocksBps: [-2_500n, 2_500n],
    volShocksBps: MARKS.volShocksBps,
    minMarginBps: MARKS.minMarginBps,
  })
  expect(expected.price).toBeGreaterThan(600_000_000_000n)
  expect(await option()).toEqual(expected)
})

test('keeps the coins fresh while nobody prices the options, and says why once it may not', async () => {
  const old = stack.keeper({
    marks: async () => {
      throw new MarksOldError(300n)
    },
  })
  await stack.pass(1_200)
  await stack.price('91000')
  expect(await old.check()).toEqual(['doubted'])
  expect(await old.check()).toEqual(['failed'])
  expect(stack.lines.at(-1)).toMatchObject({ code: 'SERVER_MARKS_OLD' })
  await stack.pass(2_401)
  await stack.price('91000')
  stack.clock += 60_000
  await stack.publishes(old)
  expect(await stack.suspended()).toEqual([false, false, false, true])

  // No reason to try at every look, but the next snapshot has marks again.
  await stack.pass(MIN_INTERVAL)
  expect(await keeper.check()).toEqual(['idle'])
  await stack.pass(1_200)
  await stack.price('91000')
  await stack.publishes(keeper)
  expect(await stack.suspended()).toEqual([false, false, false, false])
})

test('signs in its place among the risk signers, and not at all when it has none', async () => {
  const { publisher, riskSigner } = stack.local.accounts
  const others = [3n, 5n, 7n, 11n].map(
    (n) => privateKeyToAccount(`0x${n.toString(16).padStart(64, '0')}`).address,
  )
  const byAddress = (a: string, b: string) => (BigInt(a) < BigInt(b) ? -1 : 1)
  const change = async (riskSigners: readonly string[]) => {
    const settings = { address: stack.local.deployment.settings, abi: marketSettingsAbi }
    const next = { riskSigners: riskSigners.toSorted(byAddress), threshold: 1n, sequencerAsked: false }
    await stack.chain.send('publisher', { ...settings, functionName: 'schedule', args: [next] })
    await stack.pass(2 * DAYS)
    await stack.chain.send('submitter', { ...settings, functionName: 'activate', args: [] })
    await stack.price('91000')
  }
  expect(publisher.address).not.toBe(riskSigner.address)
  await change([riskSigner.address, ...others])
  const own = [riskSigner.address, ...others].toSorted(byAddress).indexOf(riskSigner.address)
  expect(own).toBeGreaterThan(0)
  await stack.publishes(keeper)
  await change(others)
  expect(await stack.keeper({ marks: async () => MARKS }).check()).toEqual(['failed'])
  expect(stack.lines.at(-1)).toMatchObject({ code: new NotRiskSignerError().code })
  await change([riskSigner.address])
  await stack.publishes(keeper)
})

test('settles an expired option at a believed price only, without marks, and for ever', async () => {
  const bare = stack.keeper()
  await stack.local.warp(BigInt(expiry.getTime() / 1000))
  await stack.pass(3_601)
  expect(await bare.check()).toEqual(['doubted'])
  expect(await bare.check()).toEqual(['failed'])
  expect(stack.lines.at(-1)).toMatchObject({ code: 'CHAIN_STALE_FEED' })
  expect(await settlement()).toEqual([false, 0n])

  await stack.price('91000')
  await stack.priceUnconfirmed('BTC', '60000')
  stack.clock += 60_000
  expect(await bare.check()).toEqual(['failed'])
  expect(await settlement()).toEqual([false, 0n])

  await stack.price('91000')
  stack.clock += 60_000
  await stack.publishes(bare)
  expect(await settlement()).toEqual([true, 600_000_000_000n])
  expect(await option()).toMatchObject({
    price: 600_000_000_000n,
    delta: 0n,
    marginBps: 0n,
    suspended: false,
  })

  await stack.pass(1_200)
  await stack.price('95000')
  await stack.publishes(bare)
  expect(await option()).toMatchObject({ price: 600_000_000_000n, delta: 0n, suspended: false })
})
