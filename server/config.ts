import { z } from 'zod'
import { BaseError } from '#portfolio/base-error.js'
import { TIERS } from '#portfolio/layout.js'
import type { Tier } from '#portfolio/shape.js'
import { parseDecimal } from '#portfolio/units.js'
import type { BatchRules } from './jobs/batch-rule.js'

const GWEI_DECIMALS = 9

const whole = (lo: number, hi: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.number().int().min(lo).max(hi))

const UNIVERSE_IDS = /^\d{1,75}(,\d{1,75})*$/

const Environment = z.object({
  BALLAST_MODE: z.enum(['service', 'publisher']).default('service'),
  BALLAST_HOST: z.string().min(1).default('127.0.0.1'),
  BALLAST_PORT: whole(0, 65_535).default(8080),
  BALLAST_DATA_DIR: z.string().min(1).default('.ballast'),
  BALLAST_TIER: z.enum(Object.keys(TIERS) as [Tier, ...Tier[]]).default('desk'),
  BALLAST_RPC_URL: z.url({ protocol: /^https?$/ }).optional(),
  BALLAST_DEPLOYMENT_FILE: z.string().min(1).optional(),
  BALLAST_STORE_KEY_FILE: z.string().min(1).optional(),
  BALLAST_API_KEY_FILE: z.string().min(1).optional(),
  BALLAST_KEYSTORE_FILE: z.string().min(1).optional(),
  BALLAST_KEY_FOLDER: z.string().min(1).optional(),
  BALLAST_PROVERS: whole(1, 16).default(1),
  BALLAST_PROVE_TIMEOUT_MS: whole(1_000, 3_600_000).default(300_000),
  BALLAST_BODY_LIMIT: whole(1_024, 1_048_576).default(262_144),
  BALLAST_PLANS_PER_HOUR: whole(1, 100_000).default(30),
  BALLAST_STEPS_PER_HOUR: whole(1, 100_000).default(30),
  BALLAST_PUBLISH_SECONDS: z.union([z.literal('0').transform(() => 0), whole(15, 86_400)]).default(0),
  BALLAST_PUBLISH_MOVE_BPS: whole(0, 10_000).default(0),
  BALLAST_PUBLISH_CHECK_SECONDS: whole(1, 3_600).default(15),
  BALLAST_PUBLISH_UNIVERSES: z.string().regex(UNIVERSE_IDS).optional(),
  BALLAST_MARKS_FILE: z.string().min(1).optional(),
  BALLAST_BATCH_MAX: whole(1, 64).default(16),
  BALLAST_BATCH_WAIT_SECONDS: whole(0, 86_400).default(0),
  BALLAST_BATCH_BASE_FEE_GWEI: z
    .string()
    .regex(/^(0|[1-9]\d{0,5})(\.\d{1,9})?$/)
    .transform((text) => parseDecimal(text, GWEI_DECIMALS, 'BALLAST_BATCH_BASE_FEE_GWEI'))
    .optional(),
  BALLAST_LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
  /** Test hook: kill the process right after a job has persisted this state, or has `sent` its transaction. */
  BALLAST_CRASH_AT: z.string().optional(),
})

/** `universes` undefined for those of the service's portfolios. `moveBps` 0 for a schedule alone. */
export type Publishing = {
  readonly intervalSeconds: number
  readonly moveBps: number
  readonly checkSeconds: number
  readonly universes: readonly bigint[] | undefined
  readonly marksFile: string | undefined
}

/** Everything the service is told from outside, parsed once. Paths below `dataDir` are the defaults of the files. */
export type Config = {
  /** The whole service, or the publication of markets alone. */
  readonly mode: 'service' | 'publisher'
  readonly host: string
  readonly port: number
  readonly dataDir: string
  readonly tier: Tier
  readonly rpcUrl: string | undefined
  readonly deploymentFile: string
  readonly storeKeyFile: string
  readonly apiKeyFile: string
  readonly keystoreFile: string
  /** A finished ceremony, whose keys are pinned in circuits/manifest.json; without it, development keys. */
  readonly keyFolder: string | undefined
  readonly provers: number
  readonly proveTimeoutMs: number
  readonly bodyLimit: number
  /** Answers per portfolio and rolling hour: dry runs, and steps accepted. */
  readonly plansPerHour: number
  readonly stepsPerHour: number
  /** When markets are published without being asked; undefined for never. */
  readonly publishing: Publishing | undefined
  /** When proven steps of several portfolios share a transaction. */
  readonly batches: BatchRules
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug'
  readonly crashAt: string | undefined
}

/**
 * Reads the configuration from environment variables.
 *
 * @throws {@link ConfigError} naming the variable at fault, never its value.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const parsed = Environment.safeParse(environment)
  if (!parsed.success) throw new ConfigError(String(parsed.error.issues[0]?.path[0] ?? 'environment'))
  const env = parsed.data
  const dataDir = env.BALLAST_DATA_DIR
  if (env.BALLAST_MODE === 'publisher') {
    // Alone it has no portfolios that would name universes, no chain of its own, and nothing else to do.
    if (env.BALLAST_RPC_URL === undefined) throw new ConfigError('BALLAST_RPC_URL')
    if (env.BALLAST_PUBLISH_UNIVERSES === undefined) throw new ConfigError('BALLAST_PUBLISH_UNIVERSES')
    if (env.BALLAST_PUBLISH_SECONDS === 0) throw new ConfigError('BALLAST_PUBLISH_SECONDS')
  }
  return {
    mode: env.BALLAST_MODE,
    host: env.BALLAST_HOST,
    port: env.BALLAST_PORT,
    dataDir,
    tier: env.BALLAST_TIER,
    rpcUrl: env.BALLAST_RPC_URL,
    deploymentFile: env.BALLAST_DEPLOYMENT_FILE ?? `${dataDir}/deployment.json`,
    storeKeyFile: env.BALLAST_STORE_KEY_FILE ?? `${dataDir}/store.key`,
    apiKeyFile: env.BALLAST_API_KEY_FILE ?? `${dataDir}/api.key`,
    keystoreFile: env.BALLAST_KEYSTORE_FILE ?? `${dataDir}/keystore.json`,
    keyFolder: env.BALLAST_KEY_FOLDER,
    provers: env.BALLAST_PROVERS,
    proveTimeoutMs: env.BALLAST_PROVE_TIMEOUT_MS,
    bodyLimit: env.BALLAST_BODY_LIMIT,
    plansPerHour: env.BALLAST_PLANS_PER_HOUR,
    stepsPerHour: env.BALLAST_STEPS_PER_HOUR,
    publishing: publishingOf(env),
    batches: {
      max: env.BALLAST_BATCH_MAX,
      waitSeconds: env.BALLAST_BATCH_WAIT_SECONDS,
      baseFeeLimit: env.BALLAST_BATCH_BASE_FEE_GWEI,
    },
    logLevel: env.BALLAST_LOG_LEVEL,
    crashAt: env.BALLAST_CRASH_AT,
  }
}

function publishingOf(env: z.infer<typeof Environment>): Publishing | undefined {
  if (env.BALLAST_PUBLISH_SECONDS === 0) return undefined
  return {
    intervalSeconds: env.BALLAST_PUBLISH_SECONDS,
    moveBps: env.BALLAST_PUBLISH_MOVE_BPS,
    checkSeconds: env.BALLAST_PUBLISH_CHECK_SECONDS,
    universes: env.BALLAST_PUBLISH_UNIVERSES?.split(',').map(BigInt),
    marksFile: env.BALLAST_MARKS_FILE,
  }
}

export class ConfigError extends BaseError {
  constructor(field: string) {
    super(`${field} is missing or not a valid setting.`, {
      code: 'SERVER_CONFIG',
      field,
      hints: ['docs/operations.md lists every setting with its range and default.'],
    })
  }
}
