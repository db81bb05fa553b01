import { randomBytes } from 'node:crypto'
import { bytesToHex, type Hex } from 'viem'
import { checkMandate } from '#portfolio/mandate.js'
import type { Shape } from '#portfolio/shape.js'
import { ShapeError } from '#portfolio/units.js'
import { checkUniverse } from '#portfolio/universe.js'
import { checkDefinition } from '#strategy/definition.js'
import { type Creation, portfolioIdOf } from '#verifier-contracts/encoding.js'
import type { Chain } from './chain/chain.js'
import { ensureUniverse } from './chain/universe-registry.js'
import { parseMandate } from './schemas/mandate.js'
import type { PortfolioRequest } from './schemas/portfolio.js'
import { parseStrategy, type StrategyWire, strategyOf } from './schemas/strategy.js'
import { parseTerms, parseWindowLength } from './schemas/terms.js'
import { parseUniverse } from './schemas/universe.js'
import type { NewPortfolio, PortfolioStore } from './store/portfolio-store.js'

/**
 * Judges a request to create a portfolio, whole, before anything is kept or sent; then registers its universe.
 *
 * @throws the model's errors, each naming the field; `ContractError` when the chain refuses the universe.
 */
export async function takeIn(
  request: PortfolioRequest,
  { chain, portfolios, shape }: { chain: Chain; portfolios: PortfolioStore; shape: Shape },
): Promise<NewPortfolio> {
  const given =
    request.universeId === undefined ? request.universe : await portfolios.findUniverse(request.universeId)
  if (!given || (request.universeId !== undefined && request.universe !== undefined)) {
    throw new ShapeError('universe', 'given by content, or by the id of a universe known here')
  }
  const universe = parseUniverse(given)
  checkUniverse(universe, shape)
  const unbound = parseMandate(request.mandate, 0n)
  checkMandate(unbound, shape)
  if (unbound.slots.length !== universe.instruments.length) {
    throw new ShapeError('mandate.slots', 'as long as the list of instruments')
  }
  universe.instruments.forEach(({ account }, i) => {
    if (unbound.slots[i]!.account !== account) {
      throw new ShapeError(`mandate.slots[${i}].account`, 'the account of its instrument')
    }
  })
  const { strategy, at } = strategyGiven(request)
  checkDefinition(parseStrategy(strategy, universe, at), { universe, mandate: unbound, shape }, at)
  const terms = parseTerms(request.terms)
  const creation: Creation = {
    governor: chain.keystore.governor.address,
    manager: chain.keystore.manager.address,
    windowLength: parseWindowLength(request.windowLength),
    salt: (request.salt as Hex | undefined) ?? bytesToHex(randomBytes(32)),
  }
  return {
    id: portfolioIdOf(creation),
    universeId: await ensureUniverse(chain, universe, shape),
    universe: given,
    mandate: request.mandate,
    creation,
    terms,
    recipients: request.recipients,
    strategy,
  }
}

/** A strategy as such, or in its first form: targets and costs apart. */
function strategyGiven({ strategy, targets, costs }: PortfolioRequest): {
  strategy: StrategyWire
  at: string
} {
  if (strategy && !targets && !costs) return { strategy, at: 'strategy' }
  if (!strategy && targets && costs) return { strategy: strategyOf(targets, costs), at: '' }
  throw new ShapeError('strategy', 'given, or targets and costs in its place')
}
