import type { Shape } from '#portfolio/shape.js'
import manifest from './manifest.js'

/** The largest magnitude a value of the circuit can reach, and the digits its range check gives it. */
export type WidthRow = {
  readonly value: string
  readonly formula: string
  readonly most: bigint
  readonly checked?: number
}

const { bits } = manifest
const BPS_MAX = 1_000_000n

/**
 * Worst case of every intermediate value of `rebalance` over the integers. A slack is listed with the largest value it can
 * take in an honest proof, which must fit its digits, and every magnitude stays below 2^252, so that nothing wraps and no
 * negative slack has that many digits.
 */
export function widthLedger({ slots, accounts }: Shape): WidthRow[] {
  const n = BigInt(slots)
  const a = BigInt(accounts)
  const quantity = 1n << BigInt(bits.quantity)
  const price = (1n << BigInt(bits.price)) - 1n
  const value = 1n << BigInt(bits.value)
  const counter = (1n << BigInt(bits.sum)) - 1n
  const trade = 2n * quantity - 1n
  const exposure = quantity * price
  const nav = a * value + n * exposure
  const risk = 10_000n * n * exposure
  const bound = BPS_MAX * nav
  const margin = BPS_MAX * n * exposure
  const required = BPS_MAX * margin
  const equity = 2n * value + n * exposure
  const turnover = n * trade * price
  const traded = BPS_MAX * turnover
  return [
    { value: 'quantity, old and new', formula: '2^63', most: quantity, checked: bits.quantity + 1 },
    { value: 'price, fill', formula: '2^63 − 1', most: price, checked: bits.price },
    { value: 'cash per account, old and new', formula: '2^126', most: value, checked: bits.value + 1 },
    { value: 'fee, carry, part of a flow', formula: '2^126 − 1', most: value - 1n, checked: bits.value },
    { value: 'trade', formula: '2·2^63 − 1', most: trade, checked: bits.quantity + 2 },
    { value: 'fill − price', formula: '2^63 − 1', most: price, checked: bits.price + 1 },
    { value: 'value or exposure of a slot', formula: 'quantity·price', most: exposure },
    { value: 'net asset value', formula: 'A·cash + N·value', most: nav, checked: bits.sum },
    { value: 'risk of a share limit', formula: '10⁴·N·exposure', most: risk },
    { value: 'bound of a share limit', formula: '10⁶·nav', most: bound },
    { value: 'slack of a share limit', formula: 'bound + risk', most: bound + risk, checked: bits.risk },
    { value: 'slack of a share limit, reducing', formula: '2·risk', most: 2n * risk, checked: bits.risk },
    { value: 'margin of the book', formula: '10⁶·N·exposure', most: margin, checked: bits.risk },
    { value: 'equity of an account, flow included', formula: '2·cash + N·value', most: equity },
    {
      value: 'slack of a venue cap',
      formula: 'bound + 10⁴·equity',
      most: bound + 10_000n * equity,
      checked: bits.risk,
    },
    { value: 'margin an account must cover', formula: '10⁶·margin', most: required },
    {
      value: 'slack of an account margin',
      formula: 'required + 2·10⁸·equity',
      most: required + 200_000_000n * equity,
      checked: bits.margin,
    },
    { value: 'slack of a position limit', formula: '2·2^63 − 1', most: trade, checked: bits.quantity + 1 },
    { value: 'turnover, traded value', formula: 'N·trade·price', most: turnover },
    { value: 'slack of a cost or gain limit', formula: '10⁶·traded', most: traded, checked: bits.risk },
    {
      value: 'slack of the turnover limit',
      formula: 'bound + 10⁴·A·flow',
      most: bound + 10_000n * a * value,
      checked: bits.risk,
    },
    { value: 'budget counter, old and new', formula: '2^134 − 1', most: counter, checked: bits.sum },
    {
      value: 'slack of a rolling budget',
      formula: 'max(bound, 2·10⁴·counter)',
      most: bound,
      checked: bits.risk,
    },
    {
      value: 'slack of a rolling budget, reducing',
      formula: '2·10⁴·counter',
      most: 20_000n * counter,
      checked: bits.risk,
    },
    {
      value: 'leg in clear',
      formula: '(trade + 2^64)·2^64 + fill',
      most: ((trade + (1n << 64n)) << 64n) + price,
    },
  ]
}

/** Binary digits of a magnitude. */
export const bitsOf = (x: bigint): number => x.toString(2).length
