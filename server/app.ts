import { randomUUID } from 'node:crypto'
import { serializerCompiler, type ZodTypeProvider } from '@fastify/type-provider-zod'
import Fastify, { LogController } from 'fastify'
import type { DestinationStream } from 'pino'
import type { z } from 'zod'
import type { TierCircuits } from '#prover/circuits.js'
import type { Deployment } from './chain/deployment.js'
import type { Keystore } from './chain/keystore.js'
import type { Config } from './config.js'
import { createLog } from './log.js'
import auth from './plugins/auth.js'
import chain from './plugins/chain.js'
import inquiries from './plugins/inquiries.js'
import jobs from './plugins/jobs.js'
import keeper from './plugins/keeper.js'
import openapi from './plugins/openapi.js'
import prover from './plugins/prover.js'
import store from './plugins/store.js'
import { handleProblems } from './problem.js'
import attestations from './routes/attestations.js'
import books from './routes/books.js'
import health from './routes/health.js'
import inquiryRecords from './routes/inquiries.js'
import markets from './routes/markets.js'
import plans from './routes/plans.js'
import portfolios from './routes/portfolios.js'
import publicRecord from './routes/public-record.js'
import rebalanceEvents from './routes/rebalance-events.js'
import rebalances from './routes/rebalances.js'
import settlements from './routes/settlements.js'
import strategies from './routes/strategies.js'
import { BookWire } from './schemas/book.js'
import { StrategyWire } from './schemas/strategy.js'
import { parseWire } from './schemas/wire.js'

export type AppOptions = {
  readonly config: Config
  readonly rpcUrl: string
  readonly deployment: Deployment
  readonly keystore: Keystore
  readonly circuits: TierCircuits
  /** SHA-256 of the operator's API key. */
  readonly apiKeyHash: Buffer
  readonly logStream?: DestinationStream
}

/**
 * Puts the service together; it never listens. Closing it stops requests first, then the market keeper, jobs, the store and
 * provers.
 *
 * @throws when a capability cannot start: `DirectoryLockedError`, `SealError`, `WrongChainError`, `DevelopmentKeyError`, …
 */
export async function buildApp(options: AppOptions) {
  const { config, deployment, circuits } = options
  const app = Fastify({
    loggerInstance: createLog(config.logLevel, options.logStream),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: config.bodyLimit,
    // A database opens slowly on a busy machine or after a crash; the default of ten seconds would end the start.
    pluginTimeout: 120_000,
    requestTimeout: 120_000,
    connectionTimeout: 130_000,
    forceCloseConnections: 'idle',
    genReqId: () => randomUUID(),
    exposeHeadRoutes: false,
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(({ schema, httpPart }) => (data) => {
    try {
      return { value: parseWire(schema as z.ZodType, data, rootOf(schema as z.ZodType, httpPart)) }
    } catch (error) {
      return { error: error as Error }
    }
  })
  app.setSchemaErrorFormatter((errors) => errors as unknown as Error)
  app.setSerializerCompiler(serializerCompiler)
  app.removeContentTypeParser('text/plain')
  // Cast: the type provider and the logger make another type of the same instance.
  handleProblems(app as never)
  app.addHook('onResponse', async (request, reply) => {
    request.log.info({
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    })
  })
  app.addHook('onSend', async (_, reply) => {
    void reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff')
  })

  await app.register(auth, { apiKeyHash: options.apiKeyHash })
  await app.register(openapi)
  await app.register(chain, { rpcUrl: options.rpcUrl, deployment, keystore: options.keystore })
  await app.register(prover, {
    tier: config.tier,
    circuits,
    size: config.provers,
    timeoutMs: config.proveTimeoutMs,
  })
  await app.register(store, {
    dataDir: config.dataDir,
    keyFile: config.storeKeyFile,
    binding: [deployment.chainId, deployment.ledger.toLowerCase(), app.ledgerCircuit].join(' '),
    crashAt: config.crashAt,
  })
  await app.register(inquiries, { plan: config.plansPerHour, step: config.stepsPerHour })
  await app.register(jobs, {
    workers: config.provers,
    batches: config.batches,
    crashAt: config.crashAt,
  })
  await app.register(keeper, { publishing: config.publishing })

  const routes = [
    portfolios,
    strategies,
    books,
    attestations,
    plans,
    rebalances,
    rebalanceEvents,
    settlements,
    markets,
    inquiryRecords,
    publicRecord,
    health,
  ]
  for (const route of routes) await app.register(route)
  return app
}

/** What an error's field starts with: nothing for a body, but for one that is a thing with a name of its own. */
function rootOf(schema: z.ZodType, part = 'request'): string {
  if (part !== 'body') return part
  return schema === BookWire ? 'book' : schema === StrategyWire ? 'strategy' : ''
}
