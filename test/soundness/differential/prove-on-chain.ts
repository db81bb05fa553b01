import type { Mandate } from '#portfolio/mandate.js'
import type { Market } from '#portfolio/market.js'
import { evaluateStep } from '#portfolio/step.js'
import { stepFrom, tinyBook, tinyMandate } from '#test/fixtures/tiny-fund.js'
import { LiveLedger } from '#test/helpers/live-ledger.js'
import { Prng } from '#test/helpers/prng.js'
import { WINDOW_LENGTH } from '#test/helpers/roles.js'
import { fitMandate } from './boundary-book.js'
import { LiveFund } from './live-fund.js'
import { liveStep } from './live-step.js'
import type { Counts } from './three-way.js'

/** `reducing` counts the accepted steps that were only reducing; milliseconds of the whole walk are per case, set-up apart. */
export type ChainCounts = Counts & { reducing: number; setupMs: number; msPerCase: number }

export type ChainSlice = {
  readonly from: number
  readonly to: number
  readonly funds?: number
  /** What decides which steps are lawful; the reference model unless a test wants to be contradicted. */
  readonly model?: typeof evaluateStep
}

const E8 = 100_000_000n
const MINUTE = 60
const DAY = 86_400

/**
 * Cases `from` to below `to` as a walk on a chain of its own: funds under mandates that leave some limits no room,
 * feeds that move, flows that come and go, windows that pass; at each case one fund tries one step from the book it has.
 * What the model allows must be proven and accepted, with head, epoch, snapshot and status as the model has them; what the
 * model refuses must have no witness, and no earlier proof may carry it. The environment's RAPIDSNARK names a native prover.
 */
export async function proveOnChain({
  from,
  to,
  funds: wanted = 3,
  model = evaluateStep,
}: ChainSlice): Promise<ChainCounts> {
  const counts = { cases: 0, accepted: 0, refused: 0, reducing: 0, disagreements: [] as string[] }
  const rng = new Prng(Math.imul(from + 1, 0x27d4eb2f))
  const started = performance.now()
  const live = await LiveLedger.start('tiny')
  try {
    const prices = { BTC: 90_000n * E8, ETH: 3_000n * E8 }
    let market = await live.publish(prices)
    const funds: LiveFund[] = []
    for (let k = 0; k < wanted; k++) funds.push(await openFund(live, rng, k, market))
    const walking = performance.now()
    for (let seed = from; seed < to; seed++) {
      const fund = rng.pick(funds)
      if (rng.oneIn(4)) await fund.recordFlow(rng.sign() * rng.big(1n, 20_000n * E8 * E8))
      if (rng.oneIn(2)) {
        await live.chain.increaseTime({
          seconds: rng.oneIn(4) ? rng.int(1, 2) * DAY : rng.int(1, 90) * MINUTE,
        })
        const [fall, rise] = rng.oneIn(3) ? [780n, 1_220n] : [940n, 1_060n]
        for (const name of ['BTC', 'ETH'] as const) {
          prices[name] = (prices[name] * rng.big(fall, rise)) / 1_000n
        }
        market = await live.publish(prices)
      }
      const step = liveStep(seed, rng, fund, market, await fund.netFlowAt(market.time))
      const verdict = model(step, live.shape)
      const lawful = verdict.outcome !== 'refused'
      const faults = lawful ? await fund.follow(step) : await fund.refuse(step, verdict)
      counts.cases++
      counts[lawful ? 'accepted' : 'refused']++
      if (verdict.outcome === 'reducing') counts.reducing++
      for (const fault of faults) counts.disagreements.push(`walk from ${from}, case ${seed}: ${fault}`)
    }
    const ended = performance.now()
    const msPerCase = Math.round((ended - walking) / Math.max(1, counts.cases))
    return { ...counts, setupMs: Math.round(walking - started), msPerCase }
  } finally {
    await live.stop()
  }
}

/** Of three funds one is under believable limits, one has room under some limits and none under others, one has much. */
async function openFund(live: LiveLedger, rng: Prng, place: number, market: Market): Promise<LiveFund> {
  const believable = tinyMandate(live.universeId)
  const round = tinyBook(live.universeId, live.shape)
  const quantities = round.quantities.map((q) => (q * rng.big(700n, 1_300n)) / 1_000n)
  const book = { ...round, quantities }
  const opening = stepFrom(book, market, believable, { windowLength: BigInt(WINDOW_LENGTH) })
  const mood = place % 3
  const { mandate } = mood === 0 ? opening : fitMandate(rng, opening, live.shape, mood === 1 ? 2 : 1)
  return LiveFund.open(live, rng, BigInt(place + 1), { ...mandate, ...stepLimits(believable) }, book, market)
}

/** The limits of single steps and windows stay as they are: an opening, which trades nothing, would leave them no room. */
const stepLimits = (mandate: Mandate) => {
  const { turnoverBps, costBps, gainBps, carryBps } = mandate
  const { rollingCostBps, rollingGainBps, rollingTurnoverBps } = mandate
  return { turnoverBps, costBps, gainBps, carryBps, rollingCostBps, rollingGainBps, rollingTurnoverBps }
}
