import { LISTED_VENUES_MAX } from '#verifier-contracts/open-trade.js'

const ZERO = `0x${'00'.repeat(20)}`
/** An address without a contract, in capitals that are no checksum. */
export const NOBODY = '0xAbCdEf0123456789aBcDeF0123456789AbCdEf01'
const FEE = 'venues[0].feePips'

/** What is wrong with a listing, the members that are, and how the service refuses them. */
export const REFUSED_LISTINGS = [
  [
    'a symbol that is unknown',
    { tokens: { DOGE: ZERO } },
    422,
    'PORTFOLIO_UNKNOWN_INSTRUMENT',
    'tokens.DOGE',
  ],
  ['a token for a perpetual', { tokens: { 'BTC-PERP': ZERO } }, 400, 'SERVER_WIRE', 'tokens.BTC-PERP'],
  ['an address that is none', { quote: '0x12' }, 400, 'SERVER_WIRE', 'quote'],
  ['an address without a contract', { quote: ZERO }, 409, 'CHAIN_INVALID_LISTING', undefined],
  ['a quote that is nobody', { quote: NOBODY }, 409, 'CHAIN_INVALID_LISTING', undefined],
  ['a token that is nobody', { tokens: { BTC: NOBODY } }, 409, 'CHAIN_INVALID_LISTING', undefined],
  [
    'a factory that is nobody',
    { venues: [{ kind: 'uniswap-v3', factory: NOBODY }] },
    409,
    'CHAIN_INVALID_LISTING',
    undefined,
  ],
  [
    'a venue too many',
    { venues: Array(LISTED_VENUES_MAX + 1).fill({ kind: 'uniswap-v3', factory: ZERO }) },
    400,
    'SERVER_WIRE',
    'venues',
  ],
  ['no venue', { venues: [] }, 400, 'SERVER_WIRE', 'venues'],
  ['a pair without its fee', { venues: [{ kind: 'uniswap-v2', factory: ZERO }] }, 400, 'SERVER_WIRE', FEE],
  [
    'a fee for pools that have their own',
    { venues: [{ kind: 'uniswap-v3', factory: ZERO, feePips: '3000' }] },
    400,
    'SERVER_WIRE',
    FEE,
  ],
  [
    'a fee of all',
    { venues: [{ kind: 'uniswap-v2', factory: ZERO, feePips: '1000000' }] },
    422,
    'PORTFOLIO_OUT_OF_RANGE',
    FEE,
  ],
] as const
