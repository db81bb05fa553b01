import { expect, test } from 'vitest'
import { cellNumber, cellSeconds, csvLines } from '#strategy/backtest/csv-lines.js'

test.each(['\n', '\r\n', '\r'])(
  'lines end by %j, whatever stands before the first and after the last',
  (end) => {
    expect(csvLines(`\uFEFFa,b${end}1,2${end}${end} ${end}`)).toEqual(['a,b', '1,2'])
    expect(csvLines(`a${end}${end}b`)).toEqual(['a', '', 'b'])
  },
)

test.each([
  ['0', 0],
  ['12.50', 12.5],
  ['.5', 0.5],
  ['4.2e4', 42_000],
  ['1E-3', 0.001],
])('%j is a number', (cell, x) => {
  expect(cellNumber(cell)).toBe(x)
})

test.each(['', ' 1', '1 ', '-1', '+1', '1.', '0x10', '1e400', '1_000', '1,5', 'NaN', 'Infinity'])(
  '%j is none',
  (cell) => {
    expect(cellNumber(cell)).toBeNaN()
  },
)

test.each([
  ['1970-01-02', 86_400],
  ['2024-02-29', 1_709_164_800],
  ['2024-01-31 23:00:00', 1_706_742_000],
  ['2024-01-31T23:00:01', 1_706_742_001],
])('%j is a time', (cell, seconds) => {
  expect(cellSeconds(cell)).toBe(seconds)
})

test.each([
  '2023-02-29',
  '2024-02-31',
  '2024-04-31',
  '2024-13-01',
  '2024-01-00',
  '2024-01-01 24:00:00',
  '2024-01-01 23:60:00',
  '2024-01-01T10:00',
  '2024-01-01T10:00:00Z',
  '1706742000',
  '31/01/2024',
  '',
])('%j is none, nor is it taken for another day', (cell) => {
  expect(cellSeconds(cell)).toBeNaN()
})
