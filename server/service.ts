import type { DestinationStream } from 'pino'
import type { TierCircuits } from '#prover/circuits.js'
import { buildApp } from './app.js'
import type { Deployment } from './chain/deployment.js'
import type { Keystore } from './chain/keystore.js'
import type { Config } from './config.js'
import { apiKeyHash } from './plugins/auth.js'
import { readSecretFile } from './secret-file.js'

export type ServiceOptions = {
  readonly config: Config
  readonly rpcUrl: string
  readonly deployment: Deployment
  readonly keystore: Keystore
  readonly circuits: TierCircuits
  readonly logStream?: DestinationStream
}

/** A listening service. `close` finishes requests, leaves unfinished jobs on disk and releases everything. */
export type Service = {
  readonly app: Awaited<ReturnType<typeof buildApp>>
  readonly baseUrl: string
  readonly apiKey: string
  readonly close: () => Promise<void>
}

/** Starts the service over an existing chain; its API key is made if the file is absent. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const apiKey = readSecretFile(options.config.apiKeyFile, 'BALLAST_API_KEY_FILE').toString('hex')
  const app = await buildApp({ ...options, apiKeyHash: apiKeyHash(apiKey) })
  try {
    const { host, port } = options.config
    const baseUrl = await app.listen({ host, port, listenTextResolver: () => '' })
    return { app, baseUrl, apiKey, close: async () => app.close() }
  } catch (error) {
    await app.close()
    throw error
  }
}
