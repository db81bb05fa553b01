import { readFileSync } from 'node:fs'
import type { Address } from 'viem'
import { z } from 'zod'
import { BaseError } from '#portfolio/base-error.js'
import type { Deployment as Contracts } from '#verifier-contracts/deploy.js'
import type { FeedTerms } from '#verifier-contracts/encoding.js'
import { Address as AddressText } from '../schemas/wire.js'

/** Where the contracts of one tier live on one chain, and which price feeds universes may name. */
export type Deployment = Contracts & {
  readonly tier: string
  readonly feeds: Readonly<Record<string, FeedTerms>>
}

const address = AddressText.transform((text) => text as Address)
const price = z
  .string()
  .regex(/^[1-9]\d{0,18}$/)
  .transform(BigInt)

const Feed = z
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

const DeploymentFile = z.strictObject({
  chainId: z.int().positive(),
  tier: z.string(),
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
