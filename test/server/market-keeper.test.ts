import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MarketKeeper } from '#server/chain/market-keeper.js'
import { TINY_UNIVERSE } from '#test/fixtures/tiny-desk.js'
import { marketSnapshotsAbi } from '#verifier-contracts/abi.js'
import { NO_OPTIONS } from '#verifier-contracts/encoding.js'
import { KeeperStack, MIN_INTERVAL } from './keeper-stack.js'

let stack: KeeperStack
let keeper: MarketKeeper

beforeAll(async () => {
  stack = await KeeperStack.start(TINY_UNIVERSE)
  keeper = stack.keeper()
})
afterAll(async () => stack?.stop())

/** What may be gone at the next look is looked at twice. */
async function doubts(by: MarketKeeper, code: string): Promise<void> {
  const before = await stack.times()
  expect(await by.check()).toEqual(['doubted'])
  expect(stack.lines.at(-1)).toMatchObject({ state: 'doubted', code })
  expect(await stack.times()).toEqual(before)
}

/** Publishes now, so that a test starts from a fresh snapshot at 90,000, and the chain takes the next capture. */
async function fresh(): Promise<void> {
  await stack.pass(1_200)
  await stack.price('90000')
  await stack.keeper().check()
  const { published, captured } = await stack.times()
  expect(published).toBe(captured)
  await stack.pass(MIN_INTERVAL)
}

const capture = (role: 'submitter' | 'publisher') =>
  stack.chain.send(role, {
    address: stack.local.deployment.snapshots,
    abi: marketSnapshotsAbi,
    functionName: 'capture',
    args: [stack.universeId, NO_OPTIONS, [], []],
  })

test('publishes at once, then on its schedule, to the second', async () => {
  await stack.publishes(keeper)
  expect(stack.lines.at(-1)).toMatchObject({
    state: 'published',
    reason: 'first',
    universeId: `${stack.universeId}`,
  })
  const { published } = await stack.times()
  await stack.local.warp(published + 1_199n)
  expect(await keeper.check()).toEqual(['idle'])
  await stack.local.warp(published + 1_200n)
  await stack.publishes(keeper)
  expect(stack.lines.at(-1)).toMatchObject({ reason: 'interval' })
})

test('on a chain without blocks the time of the process counts', async () => {
  await fresh()
  const patient = stack.keeper()
  expect(await patient.check()).toEqual(['idle'])
  stack.clock += 1_199_999
  expect(await patient.check()).toEqual(['idle'])
  stack.clock += 1
  await stack.publishes(patient)
})

test('publishes when a price has moved by more than its limit', async () => {
  await fresh()
  await stack.price('90900')
  expect(await keeper.check()).toEqual(['idle'])
  await stack.price('90900.00000001')
  await stack.publishes(keeper)
  expect(stack.lines.at(-1)).toMatchObject({ reason: 'move' })
  await stack.price('89000')
  expect(await stack.keeper({ moveBps: 0 }).check()).toEqual(['idle'])
})

test('never captures more often than the chain lets anyone', async () => {
  await fresh()
  await stack.price('91000')
  await stack.publishes(keeper)
  await stack.price('93000')
  const before = await stack.times()
  expect(await keeper.check()).toEqual(['early'])
  expect(await stack.times()).toEqual(before)
  await stack.pass(MIN_INTERVAL)
  await stack.publishes(keeper)
})

test('publishes what somebody else captured when it is too early for another', async () => {
  await fresh()
  await stack.price('92000')
  await capture('submitter')
  const theirs = await stack.times()
  expect(theirs.captured).toBeGreaterThan(theirs.published)
  expect(await stack.keeper().check()).toEqual(['idle'])
  await stack.price('94000')
  await stack.publishes(keeper)
  expect(await stack.times()).toEqual({ published: theirs.captured, captured: theirs.captured })
})

test('is outrun by a rival who captures and publishes meanwhile, and is content with that', async () => {
  await fresh()
  const rival = await stack.rival()
  await stack.price('92000')
  const publisher = stack.publisher(stack.chain, async (prove) => {
    const proven = await prove()
    await stack.pass(MIN_INTERVAL)
    await rival.publish(stack.universeId, undefined, false)
    return proven
  })
  const slow = stack.keeper({ publisher })
  expect(await slow.check()).toEqual(['outrun'])
  expect(stack.lines.at(-1)).toMatchObject({ state: 'outrun', code: 'CHAIN_NOT_NEWER' })
  expect(await slow.check()).toEqual(['idle'])
})

test('captures again when the block of its capture is replaced', async () => {
  await fresh()
  await stack.price('92000')
  let reorganised = false
  const publisher = stack.publisher(stack.chain, async (prove) => {
    const proven = await prove()
    // Cast: viem lists no such method of the node.
    if (!reorganised) await stack.test.request({ method: 'anvil_reorg', params: [1, []] } as never)
    reorganised = true
    return proven
  })
  const surprised = stack.keeper({ publisher })
  expect(await surprised.check()).toEqual(['undone'])
  expect(stack.lines.at(-1)).toMatchObject({ state: 'undone', code: 'CHAIN_NOT_CAPTURED' })
  await stack.pass(MIN_INTERVAL)
  await stack.publishes(surprised)
})

test('publishes again when the block of its publication is replaced', async () => {
  await fresh()
  const { published } = await stack.times()
  await stack.price('92000')
  await stack.publishes(keeper)
  // Cast: viem lists no such method of the node.
  await stack.test.request({ method: 'anvil_reorg', params: [1, []] } as never)
  expect((await stack.times()).published).toBe(published)
  await stack.price('94000')
  await stack.pass(MIN_INTERVAL)
  await stack.publishes(keeper)
  expect((await stack.times()).published).toBeGreaterThan(published)
})

test('publishes what it captured before it captures again', async () => {
  await fresh()
  await stack.price('92000')
  let broken = true
  const publisher = stack.publisher(stack.chain, async (prove) => {
    if (broken) throw new Error('no prover')
    return prove()
  })
  const clumsy = stack.keeper({ publisher })
  expect(await clumsy.check()).toEqual(['failed'])
  expect(stack.lines.at(-1)).toMatchObject({ state: 'failed', code: 'SERVER_INTERNAL' })
  expect(clumsy.health).toEqual({ universes: 1, failing: 1 })
  const { captured } = await stack.times()
  broken = false
  stack.clock += 30_000
  await stack.pass(MIN_INTERVAL)
  await stack.publishes(clumsy)
  expect(stack.lines.at(-1)).toMatchObject({ reason: 'captured' })
  expect(await stack.times()).toEqual({ published: captured, captured })
  expect(clumsy.health).toEqual({ universes: 1, failing: 0 })
})

test('publishes a dead feed suspended, and takes the slot back when it answers', async () => {
  await fresh()
  await stack.pass(3_600)
  await stack.local.setFeed('ETH', 300_000_000_000n)
  await doubts(keeper, 'CHAIN_STALE_FEED')
  await stack.publishes(keeper)
  expect(await stack.suspended()).toEqual([true, true, false, false])
  await stack.pass(MIN_INTERVAL)
  expect(await keeper.check()).toEqual(['idle'])
  await stack.price('90000')
  await stack.publishes(keeper)
  expect(stack.lines.at(-1)).toMatchObject({ reason: 'recovered' })
  expect(await stack.suspended()).toEqual([false, false, false, false])
})

test('publishes a jump that nothing confirms suspended, and believes it after its wait', async () => {
  await fresh()
  await stack.priceUnconfirmed('BTC', '70000')
  await doubts(keeper, 'CHAIN_PRICE_JUMPED')
  await stack.publishes(keeper)
  expect(await stack.suspended()).toEqual([true, false, false, false])
  const { captured } = await stack.times()
  await stack.local.warp(captured + 899n)
  expect(await keeper.check()).toEqual(['idle'])
  await stack.local.warp(captured + 900n)
  await stack.publishes(keeper)
  expect(stack.lines.at(-1)).toMatchObject({ reason: 'recovered' })
  expect(await stack.suspended()).toEqual([false, false, false, false])
})

test('suspends nothing when the second feed follows before the next look', async () => {
  await fresh()
  await stack.priceUnconfirmed('BTC', '70000')
  await doubts(keeper, 'CHAIN_PRICE_JUMPED')
  await stack.price('70000')
  await stack.publishes(keeper)
  expect(await stack.suspended()).toEqual([false, false, false, false])
})

test('tries again after pauses that double, and never for longer than a quarter of an hour', async () => {
  const lost = stack.keeper({ universes: async () => [7n] })
  for (let seconds = 30; seconds <= 4_000; seconds *= 2) {
    expect(await lost.check()).toEqual(['failed'])
    expect(stack.lines.at(-1)).toMatchObject({ universeId: '7', code: 'CHAIN_UNKNOWN_UNIVERSE' })
    const pause = Math.min(seconds, 900) * 1_000
    stack.clock += pause - 1
    expect(await lost.check()).toEqual(['waiting'])
    stack.clock += 1
  }
})

test('outlives a list of universes that cannot be read', async () => {
  const blind = stack.keeper({
    universes: async () => {
      throw new Error('no list')
    },
  })
  expect(await blind.check()).toEqual(['failed'])
  expect(stack.lines.at(-1)).toEqual({ universeId: undefined, state: 'failed', code: 'SERVER_INTERNAL' })
})

test('stops in the middle of a proof without publishing', async () => {
  await fresh()
  await stack.price('92000')
  const { published } = await stack.times()
  let reached: () => void = () => {}
  const proving = new Promise<void>((resolve) => {
    reached = resolve
  })
  const publisher = stack.publisher(stack.chain, async (prove) => {
    const proof = prove()
    reached()
    return proof
  })
  const stopped = stack.keeper({ publisher })
  const lines = stack.lines.length
  stopped.start()
  await proving
  await stopped.stop()
  expect((await stack.times()).published).toBe(published)
  expect(stack.lines.length).toBe(lines)
  expect(await stopped.check()).toEqual(['stopped'])
})

test('says what is public and nothing else', () => {
  const members = new Set(stack.lines.flatMap((line) => Object.keys(line)))
  expect([...members].sort()).toEqual(['code', 'ms', 'reason', 'state', 'universeId'])
})
