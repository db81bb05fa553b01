import { givenData } from '../given-data.js'

/** Rows of a CSV below `../shared/data` by column name. */
export function givenRows(name: string): Record<string, string>[] {
  const [head = '', ...lines] = givenData(name).trim().split(/\r?\n/)
  const names = head.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i]!, cell])))
}

/** A listed option as Deribit's public API showed it: `mark` in coins, `iv` and `delta` as fractions, times in seconds. */
export type ListedOption = {
  readonly coin: string
  readonly type: 'call' | 'put'
  readonly strike: number
  readonly expiry: number
  readonly now: number
  readonly years: number
  readonly forward: number
  readonly spot: number
  readonly mark: number
  readonly iv: number
  readonly delta: number
  /** Whether a future of the same expiry is listed, whose price is the forward. */
  readonly listedForward: boolean
}

export const CHAINS = ['20260102T211623Z', '20260427T060852Z'] as const

/** Every option of a chain. Where no future of the expiry is listed, the forward is the index the venue shows in its place. */
export function givenChain(name: (typeof CHAINS)[number]): ListedOption[] {
  return givenRows(`options/deribit_chain_${name}.csv.gz`).map((row) => {
    const expiry = Date.parse(row.expiry_datetime!) / 1e3
    const now = Date.parse(row.timestamp!) / 1e3
    return {
      coin: row.currency!,
      type: row.option_type === 'call' ? 'call' : 'put',
      strike: Number(row.strike),
      expiry,
      now,
      years: (expiry - now) / 31_536_000,
      forward: Number(row.underlying),
      spot: Number(row.index_price),
      mark: Number(row.mark_price),
      iv: Number(row.implied_volatility),
      delta: Number(row.delta),
      listedForward: row.futures_price !== '' && !row.futures_instrument_name!.startsWith('SYN.'),
    }
  })
}

const byExpiry = (chain: readonly ListedOption[]): ListedOption[][] => {
  const expiries = new Map<string, ListedOption[]>()
  for (const option of chain) {
    const key = `${option.coin} ${option.expiry}`
    const options = expiries.get(key)
    if (options) options.push(option)
    else expiries.set(key, [option])
  }
  return [...expiries.values()]
}

/**
 * The chain with the forward its own marks imply: a call less a put is 1 − K/F coins. Per expiry the median over the strikes
 * where the two differ by less than a fifth of a coin.
 */
export function atParityForwards(chain: readonly ListedOption[]): ListedOption[] {
  return byExpiry(chain).flatMap((options) => {
    const puts = new Map(
      options.flatMap(({ type, strike, mark }) => (type === 'put' ? [[strike, mark]] : [])),
    )
    const forwards = options.flatMap(({ type, strike, mark }) => {
      const gap = mark - (puts.get(strike) ?? Number.NaN)
      return type === 'call' && Math.abs(gap) < 0.2 ? [strike / (1 - gap)] : []
    })
    const forward = quantile(forwards, 0.5)
    return options.map((option) => ({ ...option, forward }))
  })
}

/** The quotes of each coin and expiry, one a strike: of the option out of the money, at the forward of the first row. */
export function smileQuotes(chain: readonly ListedOption[]) {
  return byExpiry(chain).map((options) => {
    const { coin, years, forward } = options[0]!
    const vols = new Map<number, number>()
    for (const { type, strike, iv } of options) {
      if ((type === 'call') === strike >= forward || !vols.has(strike)) vols.set(strike, iv)
    }
    const quotes = [...vols].map(([strike, vol]) => ({ strike, vol })).sort((a, b) => a.strike - b.strike)
    return { coin, years, forward, quotes }
  })
}

/** The value a share `p` of `xs` lies below. */
export const quantile = (xs: readonly number[], p: number): number =>
  xs.toSorted((a, b) => a - b)[Math.min(Math.floor(p * xs.length), xs.length - 1)]!
