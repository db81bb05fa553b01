import { fitSmile, type VolQuote } from '#strategy/options/smile.js'

type Expiry = { readonly quotes: readonly VolQuote[]; readonly forward: number; readonly years: number }

/** How far two ways of guessing a quoted volatility from the other quotes are off. */
export type Guess = { readonly smile: number; readonly simple: number }

/** Each inner strike left out in turn; the simple way is a straight line in total variance between its neighbours. */
export function innerErrors({ quotes, forward, years }: Expiry): Guess[] {
  return quotes.slice(1, -1).map(({ strike, vol }, i) => {
    const smile = fitSmile(quotes.toSpliced(i + 1, 1), { forward, years })
    const line = fitSmile([quotes[i]!, quotes[i + 2]!], { forward, years })
    return { smile: Math.abs(smile.vol(strike) - vol), simple: Math.abs(line.vol(strike) - vol) }
  })
}

/** The outer fifth of the strikes left out on each side; the simple way is the volatility of the outermost that is left. */
export function wingErrors({ quotes, forward, years }: Expiry): Guess[] {
  const cut = Math.max(Math.floor(quotes.length / 5), 1)
  const kept = quotes.slice(cut, -cut)
  const smile = fitSmile(kept, { forward, years })
  const off = (outermost: VolQuote) => (quote: VolQuote) => ({
    smile: Math.abs(smile.vol(quote.strike) - quote.vol),
    simple: Math.abs(outermost.vol - quote.vol),
  })
  return [...quotes.slice(0, cut).map(off(kept[0]!)), ...quotes.slice(-cut).map(off(kept[kept.length - 1]!))]
}
