import { readFileSync } from 'node:fs'
import { type Address, isAddress, isAddressEqual, zeroAddress } from 'viem'
import { z } from 'zod'
import { BaseError } from '#portfolio/base-error.js'
import { LOCAL_CHAIN_ID } from '#prover/key-check.js'
import { DEFAULT_RULES, type DeploymentRules } from '#verifier-contracts/deployment.js'
import { expectedOf, fieldOf } from '../schemas/wire.js'
import { Feed, TierName } from './deployment.js'

const HOUR = 3_600
const MONTH = 30 * 24 * HOUR

/** In mixed case only with a right checksum: a slip of the pen is no address. */
const address = z
  .string()
  .refine((text): text is Address => isAddress(text) && !isAddressEqual(text, zeroAddress))
  .transform((text) => text as Address)
const whole = (lo: number, hi: number) => z.int().min(lo).max(hi)
const addresses = z
  .array(address)
  .min(1)
  .max(32)
  .refine((list) => new Set(list.map((each) => each.toLowerCase())).size === list.length)
const notice = (value: number) => whole(HOUR, MONTH).default(value)

const Rules = z
  .strictObject({
    notice: notice(DEFAULT_RULES.notice),
    marketNotice: notice(DEFAULT_RULES.marketNotice),
    minInterval: whole(1, HOUR).default(DEFAULT_RULES.minInterval),
    optionMaxAge: whole(1, 24 * HOUR).default(DEFAULT_RULES.optionMaxAge),
    spotToleranceBps: whole(0, 10_000).default(DEFAULT_RULES.spotToleranceBps),
    sequencer: z.strictObject({ feed: address, grace: whole(1, 24 * HOUR) }).optional(),
  })
  .transform(({ sequencer, ...rules }): DeploymentRules => (sequencer ? { ...rules, sequencer } : rules))

const Parameters = z
  .strictObject({
    chainId: z.int().positive(),
    tier: TierName,
    /** A finished ceremony's folder, or `development` on a local chain. */
    keys: z.union([z.literal('development'), z.strictObject({ folder: z.string().min(1) })]),
    governor: address,
    guardian: address,
    marketGovernor: address.optional(),
    publisher: address,
    submitter: address,
    manager: address.optional(),
    attestors: z.array(z.strictObject({ address, tier: whole(1, 3) })).min(1),
    riskSigners: addresses,
    riskThreshold: whole(1, 32),
    rules: Rules.prefault({}),
    feeds: z.record(z.string().min(1), Feed).default({}),
  })
  .refine(({ riskSigners, riskThreshold }) => riskThreshold <= riskSigners.length, {
    path: ['riskThreshold'],
  })
  .refine(({ chainId, keys }) => chainId === LOCAL_CHAIN_ID || keys !== 'development', { path: ['keys'] })

/** Everything a deployment is told, from one file; docs/deployment.md explains each. */
export type DeploymentParameters = z.infer<typeof Parameters>

/** @throws {@link DeploymentParametersError} naming every field at fault. */
export function readDeploymentParameters(path: string): DeploymentParameters {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    throw new DeploymentParametersError([['file', 'a readable file of JSON']])
  }
  const parsed = Parameters.safeParse(content)
  if (parsed.success) return parsed.data
  throw new DeploymentParametersError(
    parsed.error.issues.flatMap((issue): [string, string][] => {
      if (issue.code !== 'unrecognized_keys') return [[fieldOf(issue, ''), expectedOf(issue)]]
      return issue.keys.map((key) => [fieldOf({ path: [...issue.path, key] }, ''), 'left out: it is unknown'])
    }),
  )
}

/**
 * Refuses one account for two roles, off the local chain. The market may be governed by the governor.
 *
 * @throws {@link SharedRoleError} naming both.
 */
export function assertSeparateRoles(parameters: DeploymentParameters, deployer: Address): void {
  if (parameters.chainId === LOCAL_CHAIN_ID) return
  const { governor, guardian, marketGovernor, publisher, submitter, manager } = parameters
  const single = { deployer, governor, guardian, publisher, submitter, manager, marketGovernor }
  const roles: [string, Address | undefined][] = [
    ...Object.entries(single),
    ...parameters.riskSigners.map((signer, i): [string, Address] => [`riskSigners[${i}]`, signer]),
    ...parameters.attestors.map((attestor, i): [string, Address] => [`attestors[${i}]`, attestor.address]),
  ]
  const held = new Map<string, string>()
  for (const [role, account] of roles) {
    if (account === undefined) continue
    const other = held.get(account.toLowerCase())
    if (other !== undefined && !(other === 'governor' && role === 'marketGovernor')) {
      throw new SharedRoleError(other, role)
    }
    if (other === undefined) held.set(account.toLowerCase(), role)
  }
}

export class DeploymentParametersError extends BaseError {
  constructor(faults: readonly (readonly [field: string, expected: string])[]) {
    super(`${faults.map(([field, expected]) => `${field} must be ${expected}`).join('; ')}.`, {
      code: 'SERVER_DEPLOYMENT_PARAMETERS',
      field: faults[0]![0],
      hints: ['docs/deployment.md lists every parameter; examples/deployment has a whole file.'],
    })
  }
}

/** Whoever holds this key could do what two roles exist to keep apart. */
export class SharedRoleError extends BaseError {
  constructor(one: string, other: string) {
    super(`${one} and ${other} are one account.`, {
      code: 'SERVER_SHARED_ROLE',
      field: other,
      hints: ['Give every role an account of its own; only on chain 31337 may one have several.'],
    })
  }
}
