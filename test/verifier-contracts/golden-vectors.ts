import { encodeAbiParameters, type Hex, keccak256, parseAbiParameters, toHex } from 'viem'
import { linearSlot, type Market, marketVector, paddingSlot, unitPrice } from '#portfolio/market.js'
import { shapeOf } from '#portfolio/shape.js'
import type { Universe } from '#portfolio/universe.js'
import { marketSnapshotsAbi } from '#verifier-contracts/abi.js'
import { readUniswapCode } from '#verifier-contracts/demo/uniswap-code.js'
import {
  alphaOf,
  betaOf,
  fieldVector,
  type OptionBlock,
  statementOf,
  universeContent,
  universeIdOf,
} from '#verifier-contracts/encoding.js'

const FEEDS = {
  BTC: { address: '0x00000000000000000000000000000000000b7c00', decimals: 8, answer: 6_123_456_789_012n },
  SHIB: { address: '0x0000000000000000000000000000000000054b00', decimals: 18, answer: 12_345_678_901_234n },
} as const
const TIME = 1_800_000_000n
const SHAPE = shapeOf('desk')
const SHOCKS = [-3_333n, -1_501n, -701n, -1n, 1n, 799n, 1_499n, 2_999n]

const abiInput = (functionName: string, index: number) => {
  const entry = marketSnapshotsAbi.find((item) => item.type === 'function' && item.name === functionName)
  return (entry as { inputs: readonly never[] }).inputs[index]!
}

/** A universe with contract sizes above and below one coin, prices of 8 and 18 decimals, and a put with negative Greeks. */
const UNIVERSE: Universe = {
  instruments: [
    {
      symbol: 'BTC',
      kind: 'spot',
      underlying: 'BTC',
      feed: 'BTC',
      account: 0,
      marginBps: 0n,
      contractSizeE8: 100_000_000n,
      shocksBps: SHOCKS,
    },
    {
      symbol: 'SHIB-PERP',
      kind: 'perp',
      underlying: 'SHIB',
      feed: 'SHIB',
      account: 1,
      marginBps: 1_250n,
      contractSizeE8: 100_000_000_000_000n,
      shocksBps: SHOCKS,
    },
    {
      symbol: 'MBTC',
      kind: 'perp',
      underlying: 'BTC',
      feed: 'BTC',
      account: 2,
      marginBps: 333n,
      contractSizeE8: 100_003n,
      shocksBps: SHOCKS.toReversed(),
    },
    {
      symbol: 'BTC-55000-P',
      kind: 'option',
      underlying: 'BTC',
      feed: 'BTC',
      account: 3,
      marginBps: 0n,
      contractSizeE8: 100_000_000n,
      shocksBps: SHOCKS,
      option: { type: 'put', strikeE8: 5_500_000_000_000n, expiry: TIME + 86_400n },
    },
  ],
}
const PUT = {
  price: 912_345_678_90n,
  delta: -2_345_678_901_23n,
  gamma: 77_777_777n,
  vega: -5n,
  marginBps: 1_777n,
  changes: SHOCKS.map((shock, s) => shock * -12_345_678n - BigInt(s)),
}

function market(universeId: bigint): Market {
  const slots = UNIVERSE.instruments.map(({ kind, feed, contractSizeE8, marginBps, shocksBps }) => {
    if (kind === 'option') return { ...PUT, suspended: false }
    const { answer, decimals } = FEEDS[feed as keyof typeof FEEDS]
    const coinE8 = (answer * 100_000_000n) / 10n ** BigInt(decimals)
    return linearSlot(unitPrice(coinE8, contractSizeE8), marginBps, shocksBps)
  })
  while (slots.length < SHAPE.slots) slots.push(paddingSlot(SHAPE))
  return { universeId, time: TIME, slots }
}

function goldenMarket() {
  const terms = Object.fromEntries(
    Object.entries(FEEDS).map(([name, { address }]) => [
      name,
      {
        address,
        heartbeat: 3_600,
        minPriceE8: 1n,
        maxPriceE8: 10n ** (name === 'BTC' ? 14n : 4n),
        jumpBps: 1_500,
        jumpDelay: 900,
        ...(name === 'BTC'
          ? { second: { address: FEEDS.SHIB.address, heartbeat: 7_200, agreeBps: 77 } }
          : {}),
      },
    ]),
  )
  const content = universeContent(UNIVERSE, terms, SHAPE)
  const universeId = universeIdOf(content, SHAPE)
  const options: OptionBlock = { time: TIME, rows: [{ slot: 3n, spotE8: FEEDS.BTC.answer, ...PUT }] }
  // Casts: parameters are read from the ABI by their place, without a type.
  return {
    instruments: encodeAbiParameters([abiInput('registerUniverse', 0)], [content] as never),
    options: encodeAbiParameters([abiInput('capture', 1)], [options] as never),
    universeId: toHex(universeId, { size: 32 }),
    vector: encodeAbiParameters(parseAbiParameters('uint256[]'), [
      fieldVector(marketVector(market(universeId))),
    ]),
  }
}

function goldenPublicVector(): Hex {
  const circuitId = keccak256(toHex('golden'))
  const x = [1n, -1n, 0n, 2n ** 253n, -(2n ** 126n), 123_456_789n, -7n, 2n ** 248n - 1n]
  const c = 987_654_321n
  const alpha = alphaOf(circuitId, x, c)
  return encodeAbiParameters(parseAbiParameters('bytes32, int256[], uint256, bytes32, uint256, uint256'), [
    circuitId,
    x,
    c,
    statementOf(circuitId, x, c),
    alpha,
    betaOf(x, alpha),
  ])
}

/** What the integer model says, and Uniswap's code, as environment variables of the forge tests; ABI-encoded. */
export function goldenVectors(): Record<string, Hex> {
  const market = goldenMarket()
  const { v2Factory, v3Factory } = readUniswapCode()
  const feeds = Object.values(FEEDS).map(({ address, decimals, answer }) => ({
    at: address,
    decimals,
    answer,
  }))
  return {
    UNISWAP_V2_FACTORY: v2Factory,
    UNISWAP_V3_FACTORY: v3Factory,
    GOLDEN_PUBLIC_VECTOR: goldenPublicVector(),
    GOLDEN_INSTRUMENTS: market.instruments,
    GOLDEN_OPTIONS: market.options,
    GOLDEN_UNIVERSE: market.universeId,
    GOLDEN_MARKET: market.vector,
    GOLDEN_FEEDS: encodeAbiParameters(parseAbiParameters('(address at, uint8 decimals, int256 answer)[]'), [
      feeds,
    ]),
  }
}
