import { readFileSync } from 'node:fs'
import type { Address, Hex } from 'viem'
import { z } from 'zod'
import { BaseError } from '#portfolio/base-error.js'
import { TIERS } from '#portfolio/layout.js'
import type { Tier } from '#portfolio/shape.js'
import type { Deployment as Contracts, DeploymentRules } from '#verifier-contracts/deployment.js'
import type { FeedTerms } from '#verifier-contracts/encoding.js'
import { Address as AddressText, Hash } from '../schemas/wire.js'

/** Where the contracts of one tier live on one chain, and which price feeds universes may name. */
export type Deployment = Contracts & {
  readonly tier: Tier
  readonly feeds: Readonly<Record<string, FeedTerms>>
}

const address = AddressText.transform((text) => text as Address)
const price = z
  .string()
  .regex(/^[1-9]\d{0,18}$/)
  .transform(BigInt)

export const Feed = z
  .strictObject({
    address,
    heartbeat: z.int().positive(),
    minPriceE8: price,
    maxPriceE8: price,
    jumpBps: z.int().positive(),
    jumpDelay: z.int().positive(),
    second: z
      .strictObject({ address, heartbeat: z.int().positive(), agreeBps: z.int().positive() })
      .optional(),
  })
  .transform(({ second, ...feed }): FeedTerms => (second ? { ...feed, second } : feed))

export const TierName = z.enum(Object.keys(TIERS) as [Tier, ...Tier[]])
const hash = Hash.transform((text) => text as Hex)
const RegisteredKey = z.strictObject({ circuitId: hash, keyHash: hash })
const seconds = z.int().nonnegative()

const DeploymentFile = z.strictObject({
  chainId: z.int().positive(),
  tier: TierName,
  verifier: address,
  settings: address,
  snapshots: address,
  mandates: address,
  ledger: address,
  attestors: address,
  fromBlock: z
    .string()
    .regex(/^\d{1,18}$/)
    .transform(BigInt),
  governor: address,
  guardian: address,
  marketGovernor: address,
  keys: z.strictObject({
    rebalance: RegisteredKey,
    'digest-market': RegisteredKey,
    'digest-mandate': RegisteredKey,
  }),
  rules: z
    .strictObject({
      notice: seconds,
      marketNotice: seconds,
      minInterval: seconds,
      optionMaxAge: seconds,
      spotToleranceBps: z.int().nonnegative(),
      sequencer: z.strictObject({ feed: address, grace: seconds }).optional(),
    })
    .transform(({ sequencer, ...rules }): DeploymentRules => (sequencer ? { ...rules, sequencer } : rules)),
  feeds: z.record(z.string(), Feed),
})

/** @throws {@link DeploymentFileError} */
export function readDeployment(path: string): Deployment {
  try {
    return DeploymentFile.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    throw new DeploymentFileError()
  }
}

/** The file's content; {@link readDeployment} reads it back. */
export const formatDeployment = (deployment: Deployment): string =>
  `${JSON.stringify(deployment, (_, x) => (typeof x === 'bigint' ? x.toString() : x), 2)}\n`

export class DeploymentFileError extends BaseError {
  constructor() {
    super('The deployment file is missing or not of the expected form.', {
      code: 'SERVER_DEPLOYMENT_FILE',
      field: 'BALLAST_DEPLOYMENT_FILE',
    })
  }
}

export class WrongChainError extends BaseError {
  constructor() {
    super('The data directory, the deployment file and the RPC URL do not belong to one chain and ledger.', {
      code: 'SERVER_WRONG_CHAIN',
      field: 'BALLAST_RPC_URL',
      hints: ['Give every chain and deployment a data directory of its own.'],
    })
  }
}
