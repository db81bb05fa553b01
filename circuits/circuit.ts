import type { Shape, Tier } from '#portfolio/shape.js'
import manifest from './manifest.js'

/** The statements that are compiled, each once per tier. */
export const STATEMENTS = ['rebalance', 'digest-market', 'digest-mandate'] as const
export type Statement = (typeof STATEMENTS)[number]
export type CircuitName = `${Statement}-${Tier}`

/** Circom source of a compiled circuit: which template with which parameters, and which signals are public. */
export type Circuit = { readonly name: string; readonly include: string; readonly main: string }

const PUBLIC = '{public [c, alpha, beta]}'

/** Length of the market vector of a tier, as in circuits/gadgets/vectors.circom. */
export const marketLength = ({ slots, scenarios }: Shape): number =>
  manifest.vectors.market.head.length + slots * (manifest.vectors.market.slot.length + scenarios)

/** Length of the mandate vector of a tier. */
export const mandateLength = ({ slots, groups, accounts, scenarios }: Shape): number => {
  const { head, slot, group, whole, account, tail } = manifest.vectors.mandate
  const rows = slots * slot.length + groups * group.length + accounts * account.length
  return head.length + rows + whole.length + scenarios + tail.length
}

export function circuitOf(statement: Statement, tier: Tier): Circuit {
  const shape = manifest.tiers[tier]
  const name = `${statement}-${tier}`
  const { tags } = manifest
  switch (statement) {
    case 'rebalance': {
      const { slots, groups, accounts, scenarios } = shape
      const main = `${PUBLIC} = Rebalance(${slots}, ${groups}, ${accounts}, ${scenarios})`
      return { name, include: 'circuits/rebalance.circom', main }
    }
    case 'digest-market': {
      const main = `${PUBLIC} = DigestStatement(${tags.market}, ${marketLength(shape)})`
      return { name, include: 'circuits/digest.circom', main }
    }
    case 'digest-mandate': {
      const main = `${PUBLIC} = DigestStatement(${tags.mandate}, ${mandateLength(shape)})`
      return { name, include: 'circuits/digest.circom', main }
    }
  }
}
