import { afterAll, beforeAll, describe, test } from 'vitest'
import { TINY_BOOK, TINY_COSTS, TINY_MANDATE, TINY_TERMS, TINY_UNIVERSE } from '#test/fixtures/tiny-desk.js'
import { portfolioRequest } from './fund-client.js'
import { type Call, expectRefusal } from './refusals.js'
import { startTinyStack, type TinyStack } from './tiny-stack.js'

let stack: TinyStack
let id: string

beforeAll(async () => {
  stack = await startTinyStack()
  id = (await stack.fund.createPortfolio()).id
  await stack.fund.ok('PUT', `/portfolios/${id}/book`, TINY_BOOK)
})
afterAll(async () => stack?.stop())

const refused = (call: Call, status: number, code: string, field?: string) =>
  expectRefusal(stack, id, call, status, code, field)

const book = (quantities: Record<string, unknown>, rest: object = {}) => ({
  ...TINY_BOOK,
  ...rest,
  quantities: { ...TINY_BOOK.quantities, ...quantities },
})

describe('a book', () => {
  const cases: [string, unknown, number, string, string][] = [
    [
      'with an unknown instrument',
      book({ DOGE: '1' }),
      422,
      'PORTFOLIO_UNKNOWN_INSTRUMENT',
      'book.quantities.DOGE',
    ],
    ['with too many decimals', book({ BTC: '1.000000001' }), 422, 'PORTFOLIO_DECIMAL', 'book.quantities.BTC'],
    ['with an exponent', book({ BTC: '1e3' }), 422, 'PORTFOLIO_DECIMAL', 'book.quantities.BTC'],
    ['with a JSON number', book({ BTC: 1 }), 400, 'SERVER_WIRE', 'book.quantities.BTC'],
    ['with null', book({ BTC: null }), 400, 'SERVER_WIRE', 'book.quantities.BTC'],
    [
      'without one of its instruments',
      { ...TINY_BOOK, quantities: { BTC: '1' } },
      422,
      'PORTFOLIO_DECIMAL',
      'book.quantities.BTC-PERP',
    ],
    [
      'with a quantity beyond its width',
      book({ BTC: '92233720368.54775808' }),
      422,
      'PORTFOLIO_OUT_OF_RANGE',
      'book.quantities[0]',
    ],
    ['for another universe', book({}, { universeId: '12345' }), 422, 'PORTFOLIO_SHAPE', 'book.universeId'],
    ['with an account too many', book({}, { cash: ['1', '2', '3'] }), 422, 'PORTFOLIO_SHAPE', 'book.cash'],
    ['with an unknown field', book({}, { leverage: '2' }), 400, 'SERVER_WIRE', 'book'],
  ]
  test.each(cases)('%s is refused', async (_, body, status, code, field) => {
    await refused({ method: 'PUT', path: `/portfolios/${id}/book`, body }, status, code, field)
  })
})

describe('a portfolio', () => {
  const spot = TINY_UNIVERSE.instruments[0]!
  const option = { ...spot, symbol: 'C', kind: 'option', account: 0 }
  const withInstrument = (row: object) => ({
    universe: { instruments: [row, ...TINY_UNIVERSE.instruments.slice(1)] },
  })
  const mandate = (change: object) => ({ mandate: { ...TINY_MANDATE, ...change } })
  const cases: [string, Record<string, unknown>, number, string, string][] = [
    [
      'with a limit out of range',
      mandate({ costBps: '1001' }),
      422,
      'PORTFOLIO_OUT_OF_RANGE',
      'mandate.costBps',
    ],
    [
      'with a negative limit',
      mandate({ turnoverBps: '-1' }),
      422,
      'PORTFOLIO_OUT_OF_RANGE',
      'mandate.turnoverBps',
    ],
    [
      'with a low limit above its high one',
      mandate({ netLoBps: '9500' }),
      422,
      'PORTFOLIO_OUT_OF_RANGE',
      'mandate.netLoBps',
    ],
    ['with a misspelt limit', mandate({ leverageBsp: '1' }), 400, 'SERVER_WIRE', 'mandate'],
    ['with a limit left out', mandate({ leverageBps: undefined }), 400, 'SERVER_WIRE', 'mandate.leverageBps'],
    [
      'with a mandate of other slots',
      mandate({ slots: TINY_MANDATE.slots.slice(1) }),
      422,
      'PORTFOLIO_SHAPE',
      'mandate.slots',
    ],
    [
      'with a negative strike',
      withInstrument({ ...option, option: { type: 'call', strike: '-1', expiry: '2030-01-01T00:00:00Z' } }),
      422,
      'PORTFOLIO_OUT_OF_RANGE',
      'universe.instruments[0].option.strikeE8',
    ],
    [
      'with a date that is none',
      withInstrument({ ...option, option: { type: 'call', strike: '1', expiry: 'soon' } }),
      422,
      'SERVER_TIME',
      'universe.instruments[0].option.expiry',
    ],
    [
      'with a feed that has no address',
      withInstrument({ ...spot, feed: 'XYZ' }),
      422,
      'CONTRACTS_UNKNOWN_FEED',
      'universe.instruments[0].feed',
    ],
    [
      'with an instrument twice',
      withInstrument({ ...TINY_UNIVERSE.instruments[2]! }),
      422,
      'PORTFOLIO_DUPLICATE_INSTRUMENT',
      'universe.instruments[2]',
    ],
    [
      'with the costs of an unknown instrument',
      { costs: { ...TINY_COSTS, DOGE: TINY_COSTS.BTC } },
      422,
      'PORTFOLIO_UNKNOWN_INSTRUMENT',
      'costs.DOGE',
    ],
    [
      'with a term out of range',
      { terms: { ...TINY_TERMS, heartbeat: '1' } },
      422,
      'PORTFOLIO_OUT_OF_RANGE',
      'terms.heartbeat',
    ],
    ['with a window of a second', { windowLength: '1' }, 422, 'PORTFOLIO_OUT_OF_RANGE', 'windowLength'],
    [
      'with three recipients',
      { recipients: Array(3).fill(`0x${'11'.repeat(32)}`) },
      400,
      'SERVER_WIRE',
      'recipients',
    ],
  ]
  test.each(cases)('%s is refused', async (_, change, status, code, field) => {
    await refused({ path: '/portfolios', body: await portfolioRequest(change) }, status, code, field)
  })
})
