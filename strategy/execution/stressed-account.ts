import { prudentValue } from '#portfolio/exposure.js'
import type { MarketSlot } from '#portfolio/market.js'
import type { Step } from '#portfolio/step.js'
import { abs, BPS, divAway } from '#portfolio/units.js'
import type { TradeLeg } from './step-legs.js'

/** How far each slot may move against the fund, in basis points, and which slots move together. */
export type Stress = { readonly stressBps: readonly bigint[]; readonly factors: readonly number[] }

/** Shortfalls are kept in 1e-16 quote times this, so that nothing is divided. */
const SCALE = BPS * BPS * BPS
/** ½·Γ·(move/1 %)²·1 %: dollar gamma is per 1 % move, so a move of s basis points loses gamma·50·s²/1e8. */
const GAMMA_FACTOR = 50n

/**
 * Margin of one account less its equity under stress, while trades change it, in exact integers.
 *
 * Equity is cash + Σ quantity · price less the worst loss when every factor moves up or down on its own and takes the slots
 * that follow it along, each by its own `stressBps`: linear in the dollar delta, and a loss of gamma either way. Margin is
 * the mandate's multiple of the margin rate on |dollar delta|, taken at the larger delta after a move against it.
 */
export class StressedAccount {
  readonly #step: Step
  readonly #stress: Stress
  readonly #multiple: bigint
  readonly #quantities: bigint[]
  readonly #moves = new Map<number, bigint>()
  #loss = 0n
  #need: bigint

  constructor(step: Step, stress: Stress, account: number, cash: bigint) {
    this.#step = step
    this.#stress = stress
    this.#multiple = step.mandate.accounts[account]!.marginMultipleBps
    this.#need = -cash * SCALE
    this.#quantities = step.oldBook.quantities.map(() => 0n)
    step.oldBook.quantities.forEach((quantity, slot) => {
      if (step.mandate.slots[slot]?.account === account) this.#hold(slot, quantity)
    })
  }

  /** Margin less equity under stress, times a fixed scale: the account is safe where this is not above 0. */
  get shortfall(): bigint {
    return this.#need + this.#loss
  }

  /** What is missing where the shortfall is `excess` too large, in 1e-16 quote, rounded up. */
  static missing(excess: bigint): bigint {
    return divAway(excess, SCALE)
  }

  trade({ slot, fill }: TradeLeg, quantity: bigint): void {
    this.#need += quantity * fill * SCALE
    this.#hold(slot, this.#quantities[slot]! + quantity)
  }

  receive(amount: bigint): void {
    this.#need -= amount * SCALE
  }

  #hold(slot: number, quantity: bigint): void {
    const market = this.#step.market.slots[slot]!
    const stress = this.#stress.stressBps[slot]!
    const factor = this.#stress.factors[slot]!
    const before = this.#quantities[slot]!
    this.#need += this.#needOf(market, stress, quantity) - this.#needOf(market, stress, before)
    const old = this.#moves.get(factor) ?? 0n
    const now = old + moveOf(market, stress, quantity) - moveOf(market, stress, before)
    this.#loss += abs(now) - abs(old)
    this.#moves.set(factor, now)
    this.#quantities[slot] = quantity
  }

  #needOf(market: MarketSlot, stress: bigint, quantity: bigint): bigint {
    const margin = this.#multiple * abs(quantity * market.delta) * market.marginBps * (BPS + stress)
    const gamma = quantity * market.gamma
    const gammaLoss = gamma < 0n ? -gamma * GAMMA_FACTOR * stress * stress * BPS : 0n
    return margin + gammaLoss - prudentValue(quantity, market) * SCALE
  }
}

/** What the value moves by with its factor. A suspended long counts for nothing, so it has nothing to lose. */
const moveOf = (market: MarketSlot, stress: bigint, quantity: bigint): bigint =>
  market.suspended && quantity >= 0n ? 0n : quantity * market.delta * stress * BPS * BPS
