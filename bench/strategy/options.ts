import { arbitrageViolations } from '#strategy/options/arbitrage-violations.js'
import { black76, type OptionInput } from '#strategy/options/black-scholes.js'
import { impliedVol } from '#strategy/options/implied-vol.js'
import { type OptionMark, optionSlot } from '#strategy/options/option-slot.js'
import { DERIBIT_SCENARIOS, shocksBps } from '#strategy/options/scenario.js'
import { fitSmile } from '#strategy/options/smile.js'
import { Random } from '#strategy/random.js'
import { DAYS_A_YEAR } from '#strategy/time-units.js'
import { hasGivenData } from '#test/strategy/given-data.js'
import {
  atParityForwards,
  CHAINS,
  givenChain,
  givenRows,
  type ListedOption,
  quantile,
  smileQuotes,
} from '#test/strategy/options/given-options.js'
import { integerErrors } from '#test/strategy/options/integer-errors.js'
import { innerErrors, wingErrors } from '#test/strategy/options/smile-errors.js'
import type { Figures } from '../main.js'

const SAMPLES = 20_000
const SEED = 1976

/** Errors of the integer formula, agreement with the exchange, implied volatility, smiles, and the time of a slot. */
export async function measure(): Promise<Figures> {
  const random = randomOptions()
  const chains = hasGivenData ? CHAINS.map((name) => [name, givenChain(name)] as const) : []
  const listed = chains.flatMap(([, chain]) => chain.map(({ iv, ...option }) => ({ ...option, vol: iv })))
  const perChain = (of: (chain: readonly ListedOption[]) => Figures): Figures =>
    Object.fromEntries(CHAINS.map((name, i) => [name, chains[i] ? of(chains[i][1]) : null]))
  return {
    integerErrorMax: {
      random: largestIntegerErrors(random),
      pyVollib: hasGivenData ? largestIntegerErrors(pyVollibOptions()) : null,
      chains: hasGivenData ? largestIntegerErrors(listed) : null,
    },
    impliedVolErrorMax: {
      random: impliedVolErrors(random),
      chains: hasGivenData ? impliedVolErrors(listed) : null,
    },
    deribit: perChain((chain) => ({
      options: chain.length,
      asStated: exchangeGaps(chain),
      listedFuture: exchangeGaps(chain.filter(({ listedForward }) => listedForward)),
      parityForward: exchangeGaps(atParityForwards(chain)),
    })),
    smile: perChain(smileFigures),
    slotMilliseconds: slotMilliseconds(),
  }
}

/** Over the torture range: 1e-5 to 1 year, volatility 0.0002 to 2000, forward / strike 3e-6 to 3e20; half near the money. */
function randomOptions(): OptionInput[] {
  const random = new Random(SEED)
  const between = (low: number, high: number) => low * (high / low) ** random.uniform()
  return Array.from({ length: SAMPLES }, (_, i) => {
    const [vol, years, strike] = [between(0.0002, 2000), between(1e-5, 1), between(1e-2, 1e6)]
    const near = Math.exp((8 * random.uniform() - 4) * vol * Math.sqrt(years))
    const ratio = i % 2 === 0 ? between(3e-6, 3e20) : Math.min(Math.max(near, 3e-6), 3e20)
    return { type: random.below(2) === 0 ? 'call' : 'put', forward: strike * ratio, strike, vol, years }
  })
}

const pyVollibOptions = (): OptionInput[] =>
  givenRows('testvectors/py_vollib_bs_101.csv').flatMap((row) => {
    const at = (name: string) => Number(row[name])
    const option = {
      forward: at('S') * Math.exp(at('R') * at('t')),
      strike: at('K'),
      vol: at('v'),
      years: at('t'),
    }
    return (['call', 'put'] as const).map((type) => ({ ...option, type }))
  })

const e8 = (x: number) => BigInt(Math.round(x * 1e8))
const largest = (xs: readonly number[]) => xs.reduce((most, x) => Math.max(most, x), 0)

function largestIntegerErrors(options: readonly OptionInput[]): Figures {
  const errors = options.map(integerErrors)
  return {
    options: options.length,
    priceOverForward: largest(errors.map(({ price }) => price)),
    vegaOverForward: largest(errors.map(({ vega }) => vega)),
    delta: largest(errors.map(({ delta }) => delta)),
  }
}

/**
 * From the price at a volatility back: the relative error of the price found again, and that of the volatility where one
 * rounding of the price moves it by less than 1e-13 of itself.
 */
function impliedVolErrors(options: readonly OptionInput[]): Figures {
  const prices: number[] = []
  const vols: number[] = []
  for (const option of options) {
    const { price, vega } = black76(option)
    if (price < 1e-290 || price >= (option.type === 'call' ? option.forward : option.strike)) continue
    const vol = impliedVol({ ...option, price })
    prices.push(Math.abs(black76({ ...option, vol }).price / price - 1))
    if ((2 ** -52 * price) / vega < 1e-13 * option.vol) vols.push(Math.abs(vol / option.vol - 1))
  }
  return { options: prices.length, price: largest(prices), wellPosed: vols.length, vol: largest(vols) }
}

function exchangeGaps(chain: readonly ListedOption[]): Figures {
  const gaps = chain.map(({ iv, mark, delta, forward, ...option }) => {
    const value = black76({ ...option, forward, vol: iv })
    return { mark: Math.abs(value.price / forward - mark), delta: Math.abs(value.delta - delta) }
  })
  const spread = (of: 'mark' | 'delta') => {
    const xs = gaps.map((gap) => gap[of])
    return { median: quantile(xs, 0.5), p95: quantile(xs, 0.95), max: largest(xs) }
  }
  return { deltaGap: spread('delta'), markGapCoin: spread('mark') }
}

/** Volatilities guessed without their own quote (fractions), and what the no-arbitrage check says of the marks. */
function smileFigures(chain: readonly ListedOption[]): Figures {
  const expiries = smileQuotes(chain)
  const spread = (xs: readonly number[]) => ({ median: quantile(xs, 0.5), p95: quantile(xs, 0.95) })
  const inner = expiries.flatMap(innerErrors)
  const wings = expiries.filter(({ quotes }) => quotes.length >= 8).flatMap(wingErrors)
  const violations = ['BTC', 'ETH'].flatMap((coin) =>
    arbitrageViolations(
      expiries
        .filter((expiry) => expiry.coin === coin)
        .map(({ quotes, forward, years }) => fitSmile(quotes, { forward, years })),
    ),
  )
  const count = (kind: string, above: number) =>
    violations.filter((violation) => violation.kind === kind && violation.amount > above).length
  return {
    strikes: expiries.reduce((total, { quotes }) => total + quotes.length, 0),
    leftOutStrike: spread(inner.map(({ smile }) => smile)),
    leftOutStrikeByLine: spread(inner.map(({ simple }) => simple)),
    leftOutWing: spread(wings.map(({ smile }) => smile)),
    leftOutWingFlat: spread(wings.map(({ simple }) => simple)),
    butterflies: count('butterfly', 0),
    butterfliesAboveBp: count('butterfly', 1e-4),
    spreads: count('spread', 0),
    spreadsAboveBp: count('spread', 1e-4),
    calendars: count('calendar', 0),
  }
}

/** Of one option slot in integers: its base alone, and with the 35 scenarios. The best of five rounds of 40. */
function slotMilliseconds(): Figures {
  const years = 30 / DAYS_A_YEAR
  const mark = (scenarios: typeof DERIBIT_SCENARIOS): OptionMark => ({
    terms: { type: 'put', strikeE8: e8(80_000), expiry: 1_800_000_000n + 2_592_000n },
    spotE8: e8(90_000),
    forwardE8: e8(90_300),
    ivE8: e8(0.5),
    now: 1_800_000_000n,
    contractSizeE8: e8(1),
    ...shocksBps(scenarios, 0.5, years),
    minMarginBps: 500n,
  })
  const best = (of: OptionMark): number => {
    const rounds = Array.from({ length: 5 }, () => {
      const started = performance.now()
      for (let i = 0; i < 40; i++) optionSlot(of)
      return (performance.now() - started) / 40
    })
    return Math.min(...rounds)
  }
  return { withoutScenarios: best(mark([])), with35Scenarios: best(mark(DERIBIT_SCENARIOS)) }
}
