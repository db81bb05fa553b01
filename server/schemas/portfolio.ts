import { z } from 'zod'
import { MandateWire } from './mandate.js'
import { CostsWire, StrategyWire, TargetsWire } from './strategy.js'
import { TermsWire } from './terms.js'
import { UniverseWire } from './universe.js'
import { Address, Decimal, Hash } from './wire.js'

/**
 * What a portfolio is made of. The universe comes by content, or by the id of one this service has seen. `recipients` are
 * one or two X25519 public keys that sealed trades are encrypted to. The strategy comes as such, or as `targets` and `costs`,
 * its first form.
 */
export const PortfolioRequest = z
  .strictObject({
    universe: UniverseWire.optional(),
    universeId: z
      .string()
      .regex(/^\d{1,75}$/)
      .optional(),
    mandate: MandateWire,
    strategy: StrategyWire.optional(),
    targets: TargetsWire.optional(),
    costs: CostsWire.optional(),
    terms: TermsWire,
    windowLength: Decimal,
    recipients: z.array(Hash).min(1).max(2),
    salt: Hash.optional(),
  })
  .meta({ id: 'PortfolioRequest' })
export type PortfolioRequest = z.infer<typeof PortfolioRequest>

export const PortfolioParams = z.object({ id: Hash })

/** A portfolio as its owner sees it, without book and strategy. */
export const Portfolio = z
  .object({
    id: Hash,
    state: z.enum(['draft', 'open']),
    universeId: z.string(),
    domain: z.string(),
    circuitId: Hash,
    chainId: z.int(),
    ledger: Address,
    governor: Address,
    manager: Address,
    windowLength: z.int(),
    epoch: z.string(),
    attested: z.boolean(),
    developmentKeys: z.boolean(),
  })
  .meta({ id: 'Portfolio' })
export type Portfolio = z.infer<typeof Portfolio>
