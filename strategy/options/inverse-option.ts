import { black76, type OptionInput, type OptionValue } from './black-scholes.js'

/**
 * An option settled in its own coin at V/F, as Deribit lists them on BTC and ETH: Black's 1976 value over the forward.
 *
 * Everything is per coin and in coins: `price` p = V/F; `delta` ∂p/∂F and `gamma` ∂²p/∂F² by the forward; `vega`, `volga`,
 * `vanna` by a volatility of 1; `theta` and `charm` per year that passes; `rho` is 0, nothing is discounted. F·`delta` is the
 * premium-adjusted delta, the coins to sell forward so that the value in coins stays.
 *
 * @throws {@link OptionInputError}
 */
export function inverseBlack76(input: OptionInput): OptionValue {
  const { forward } = input
  const linear = black76(input)
  const price = linear.price / forward
  const delta = (linear.delta - price) / forward
  return {
    price,
    delta,
    gamma: (linear.gamma - 2 * delta) / forward,
    vega: linear.vega / forward,
    theta: linear.theta / forward,
    rho: 0,
    vanna: (linear.vanna - linear.vega / forward) / forward,
    volga: linear.volga / forward,
    charm: (linear.charm - linear.theta / forward) / forward,
  }
}
