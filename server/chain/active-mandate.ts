import { VECTORS } from '#portfolio/layout.js'
import type { Mandate } from '#portfolio/mandate.js'
import type { Shape } from '#portfolio/shape.js'
import type { TierCircuits } from '#prover/circuits.js'
import { HttpError } from '../http-error.js'
import type { PortfolioRecord } from '../store/portfolio-store.js'
import type { LedgerReader } from './ledger-reader.js'

/**
 * The portfolio with the limits and terms now in force, which its governor may have put there from elsewhere; as it is kept
 * here while no mandate is in force.
 *
 * @throws {@link MandateUniverseError}, {@link OtherCircuitError}
 */
export async function underActiveMandate(
  {
    ledger,
    shape,
    circuits,
  }: { readonly ledger: LedgerReader; readonly shape: Shape; readonly circuits: TierCircuits },
  portfolio: PortfolioRecord,
): Promise<PortfolioRecord> {
  const active = await ledger.activeMandate(portfolio.id)
  if (!active) return portfolio
  if (active.circuitId !== circuits.rebalance.circuitId) throw new OtherCircuitError()
  const mandate = mandateFrom(active.vector, shape, portfolio.universe.instruments.length)
  if (mandate.universeId !== portfolio.universeId) throw new MandateUniverseError()
  return { ...portfolio, mandate, terms: active.terms }
}

/** The mandate that a public vector stands for: undoes `mandateVector`. `slots` is the number of slots that are no padding. */
export function mandateFrom(vector: readonly bigint[], shape: Shape, slots: number): Mandate {
  let at = 0
  const row = <Name extends string>(names: readonly Name[]) =>
    Object.fromEntries(names.map((name) => [name, vector[at++]!])) as Record<Name, bigint>
  const rows = <Name extends string>(count: number, names: readonly Name[]) =>
    Array.from({ length: count }, () => row(names))
  const { head, slot, group, whole, scenario, account, tail } = VECTORS.mandate
  const parts = {
    ...row(head),
    slots: rows(shape.slots, slot).slice(0, slots),
    groups: rows(shape.groups, group),
    ...row(whole),
    maxLossBps: rows(shape.scenarios, scenario).map(({ maxLossBps }) => maxLossBps),
    accounts: rows(shape.accounts, account),
    ...row(tail),
  }
  const set = (mask: bigint, from: number, count: number) =>
    Array.from({ length: count }, (_, bit) => bit).filter((bit) => (mask >> BigInt(from + bit)) & 1n)
  return {
    ...parts,
    slots: parts.slots.map(({ mask, ...limits }) => ({
      ...limits,
      groups: set(mask, 0, shape.groups),
      account: set(mask, shape.groups, shape.accounts)[0]!,
    })),
  }
}

/** The governor moved the portfolio to another universe, which this service knows nothing of. */
export class MandateUniverseError extends HttpError {
  constructor() {
    super(409, 'The active mandate is for another universe than the portfolio was created with here.', {
      code: 'SERVER_MANDATE_UNIVERSE',
      field: 'universe',
      hints: ['This service plans within the universe a portfolio was created with.'],
    })
  }
}

/** The governor moved the portfolio to another circuit or key, or has not moved it to the one this service proves by. */
export class OtherCircuitError extends HttpError {
  constructor() {
    super(409, 'The portfolio is proven by another circuit, or under another key, than this service has.', {
      code: 'SERVER_OTHER_CIRCUIT',
      field: 'circuitId',
      hints: ['Run a service with the circuit and keys that the chain names for the portfolio.'],
    })
  }
}
