import type { Instrument } from '#portfolio/instrument.js'
import type { Shape } from '#portfolio/shape.js'
import type { PlanInput } from '#strategy/plan.js'
import type { Target } from '#strategy/targets.js'
import type { TradingCost } from '#strategy/trading-cost.js'
import type { TriggerConfig } from '#strategy/triggers/trigger-config.js'
import { randomStep } from '#test/helpers/arbitrary-step.js'
import { Prng } from '#test/helpers/prng.js'

/**
 * A random book, mandate and market with targets, costs, budgets and a view of risk, a pure function of `seed`. Slots with
 * gamma are options, some of them expired; half of the books have been moved by a step, half are as the mandate was made for.
 */
export function randomPlanInput(seed: number, shape: Shape): PlanInput {
  const rng = new Prng(seed ^ 0x2545f491)
  const step = randomStep(seed, shape)
  const { market, mandate } = step
  const book = rng.oneIn(2) ? { ...step.newBook, universeId: mandate.universeId } : step.oldBook
  const coins = ['BTC', 'ETH', 'SOL'] as const
  const instruments = mandate.slots.map((slot, i): Instrument => {
    const isOption = market.slots[i]!.gamma !== 0n
    const expiry = rng.oneIn(20) ? market.time : market.time + BigInt(rng.int(1, 90 * 86_400))
    return {
      symbol: `S${i}`,
      kind: isOption ? 'option' : rng.pick(['spot', 'perp']),
      underlying: coins[i % coins.length]!,
      feed: `S${i}`,
      account: slot.account,
      contractSizeE8: 100_000_000n,
      marginBps: 0n,
      shocksBps: mandate.maxLossBps.map(() => 0n),
      ...(isOption ? { option: { type: rng.pick(['call', 'put']), strikeE8: 1n, expiry } } : {}),
    }
  })
  const costs = instruments.map((): TradingCost => {
    const lot = rng.pick([1n, 100n, 1_000_000n])
    return {
      halfSpreadBps: BigInt(rng.int(0, 30)),
      feeBps: BigInt(rng.int(0, 10)),
      lot,
      minimum: lot * BigInt(rng.int(0, 10)),
      ...(rng.oneIn(3)
        ? { impact: { dailyVolBps: BigInt(rng.int(50, 800)), dailyVolume: rng.big(10n ** 8n, 10n ** 14n) } }
        : {}),
    }
  })
  const capped = (x: bigint, lo: bigint, hi: bigint) => (x < lo ? lo : x > hi ? hi : x)
  const between = (lo: bigint, hi: bigint) =>
    capped(lo + ((hi - lo) * BigInt(rng.int(-10, 110))) / 100n, -100_000n, 100_000n)
  const target = (of: Target['of'], lo: bigint, hi: bigint): Target => {
    const bandBps = BigInt(rng.int(0, 800))
    return { of, targetBps: between(lo, hi), bandBps, destinationBps: rng.oneIn(3) ? bandBps / 2n : 0n }
  }
  const targets = rng.oneIn(2)
    ? [target('book', mandate.netLoBps, mandate.netHiBps)]
    : mandate.groups
        .map(({ netLoBps, netHiBps }, group) => target({ group }, netLoBps, netHiBps))
        .filter(
          ({ of }) =>
            of !== 'book' && 'group' in of && mandate.slots.some(({ groups }) => groups.includes(of.group)),
        )
  const vols = coins.map(() => rng.int(100, 700) / 1e4)
  const rho = rng.int(0, 90) / 100
  const within = (lo: bigint, hi: bigint) => {
    const range = (x: bigint) => Number(capped(x, lo, hi))
    const [a, b] = [range(between(lo, 0n)), range(between(0n, hi))]
    return { loBps: Math.min(a, b), hiBps: Math.max(a, b) }
  }
  const budgets = (): TriggerConfig[] => [
    { kind: 'gammaBudget', ...within(mandate.gammaLoBps, mandate.gammaHiBps) },
    { kind: 'vegaBudget', ...within(mandate.vegaLoBps, mandate.vegaHiBps) },
    { kind: 'vegaBudget', underlying: 'BTC', loBps: -rng.int(0, 500), hiBps: rng.int(0, 500) },
  ]
  const clock = (): TriggerConfig =>
    rng.pick<TriggerConfig>([
      { kind: 'time', everySeconds: 86_400 },
      { kind: 'expiry', horizonSeconds: 7 * 86_400 },
      { kind: 'headroom', usedBps: 9_000 },
    ])
  return {
    universe: { instruments },
    shape,
    market,
    mandate,
    book,
    budget: step.oldBudget,
    targets,
    costs,
    netFlow: step.netFlow,
    window: step.window > step.oldBudget.window ? step.window : step.oldBudget.window,
    oldUniverse: book.universeId,
    changed: step.changed.map((changed, i) => changed && book.quantities[i] === 0n),
    risk: {
      underlyings: coins,
      covariance: vols.map((v, a) => vols.map((w, b) => v * w * (a === b ? 1 : rho))),
    },
    ...(rng.oneIn(2) ? { weighing: { riskAversion: rng.int(1, 20), horizonDays: rng.int(1, 60) } } : {}),
    ...(rng.oneIn(2) ? { fixedCosts: { leg: rng.big(0n, 10n ** 17n), batch: rng.big(0n, 10n ** 17n) } } : {}),
    triggers: [{ kind: 'threshold' }, ...(rng.oneIn(4) ? budgets() : []), ...(rng.oneIn(4) ? [clock()] : [])],
  }
}
