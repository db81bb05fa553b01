import { describe, expect, test } from 'vitest'
import type { Instrument } from '#portfolio/instrument.js'
import { shapeOf } from '#portfolio/shape.js'
import { OutOfRangeError, ShapeError } from '#portfolio/units.js'
import {
  checkUniverse,
  DuplicateInstrumentError,
  slotOf,
  UnknownInstrumentError,
} from '#portfolio/universe.js'

const shape = shapeOf('tiny')
const spot: Instrument = {
  symbol: 'BTC',
  kind: 'spot',
  underlying: 'BTC',
  contractSizeE8: 100_000_000n,
  account: 0,
  feed: 'BTC',
  marginBps: 0n,
  shocksBps: [-1_000n, 1_000n],
}
const put: Instrument = {
  ...spot,
  symbol: 'BTC-P',
  kind: 'option',
  option: { type: 'put', strikeE8: 1n, expiry: 2n },
}
const check = (...instruments: Instrument[]) => checkUniverse({ instruments }, shape)

test('spot, perp and option of one coin, and one perp in two accounts, are different instruments', () => {
  const perp: Instrument = { ...spot, kind: 'perp', symbol: 'BTC-PERP' }
  check(spot, perp, { ...perp, symbol: 'BTC-PERP-2', account: 1 }, put)
})

test('a symbol is found by name, and an unknown one is refused by field', () => {
  expect(slotOf({ instruments: [spot, put] }, 'BTC-P', 'book.quantities')).toBe(1)
  expect(() => slotOf({ instruments: [spot] }, 'DOGE', 'book.quantities.DOGE')).toThrowError(
    UnknownInstrumentError,
  )
})

describe('refuses', () => {
  test('no instruments, or more than the tier has slots', () => {
    expect(() => check()).toThrowError(ShapeError)
    const many = Array.from({ length: 5 }, (_, i) => ({ ...spot, symbol: `C${i}`, feed: `C${i}` }))
    expect(() => check(...many.slice(1))).not.toThrow()
    expect(() => check(...many)).toThrowError('universe.instruments must be')
  })

  test.each([
    ['the same symbol', { ...spot, feed: 'OTHER' }],
    ['the same line under another symbol', { ...spot, symbol: 'XBT' }],
  ])('%s twice', (_, again) => {
    expect(() => check(spot, again)).toThrowError(DuplicateInstrumentError)
    expect(() => check(spot, again)).toThrowError('universe.instruments[1]')
  })

  test('the same option twice, but not another strike', () => {
    expect(() => check(put, { ...put, symbol: 'AGAIN' })).toThrowError(DuplicateInstrumentError)
    check(put, { ...put, symbol: 'OTHER', option: { ...put.option!, strikeE8: 2n } })
  })

  test.each([
    ['kind', { ...spot, kind: 'future' as 'spot' }, ShapeError],
    ['option', { ...spot, option: put.option! }, ShapeError],
    ['option', { ...spot, kind: 'option' as const }, ShapeError],
    ['symbol', { ...spot, symbol: 'btc' }, ShapeError],
    ['symbol', { ...spot, symbol: '' }, ShapeError],
    ['symbol', { ...spot, symbol: 'A'.repeat(33) }, ShapeError],
    ['contractSizeE8', { ...spot, contractSizeE8: 0n }, OutOfRangeError],
    ['contractSizeE8', { ...spot, contractSizeE8: 1n << 63n }, OutOfRangeError],
    ['account', { ...spot, account: 2 }, ShapeError],
    ['account', { ...spot, account: -1 }, ShapeError],
    ['marginBps', { ...spot, marginBps: -1n }, OutOfRangeError],
    ['shocksBps', { ...spot, shocksBps: [0n] }, ShapeError],
    ['shocksBps[0]', { ...spot, shocksBps: [-10_001n, 0n] }, OutOfRangeError],
    ['option.strikeE8', { ...put, option: { ...put.option!, strikeE8: 0n } }, OutOfRangeError],
    ['option.expiry', { ...put, option: { ...put.option!, expiry: 1n << 40n } }, OutOfRangeError],
  ] as const)('a bad %s', (field, instrument, type) => {
    expect(() => check(instrument)).toThrowError(type)
    expect(() => check(instrument)).toThrowError(`universe.instruments[0].${field} must be`)
  })
})
