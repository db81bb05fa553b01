import { readFileSync } from 'node:fs'
import { BaseError } from '#portfolio/base-error.js'
import { loadCircuits } from '#prover/circuits.js'
import { readDeployment, WrongChainError } from './chain/deployment.js'
import { readKeystore, readPublisherKeystore } from './chain/keystore.js'
import { type Config, readConfig } from './config.js'
import { startEmbedded } from './embedded.js'
import { startPublisher } from './publisher-service.js'
import { parsePrice } from './schemas/wire.js'
import { startService } from './service.js'

const CLOSE_MS = 30_000
const FEED_MS = 20 * 60_000

/** Prices the local chain starts with, and the time they are of: the options of the example are alive then. */
const exampleMarks = (): { time: string; spot: Record<string, string>; perps: Record<string, string> } =>
  JSON.parse(readFileSync(new URL('../examples/desk/marks-2026-01-02.json', import.meta.url), 'utf8'))

const say = (text: string) => process.stdout.write(`${text}\n`)

/** `baseUrl` undefined for a process that serves nothing. */
type Started = { readonly baseUrl: string | undefined; readonly development: boolean; close(): Promise<void> }

/** Without BALLAST_RPC_URL the service brings its own chain; with it, it serves the deployment it is given. */
async function start(config: Config): Promise<Started> {
  if (config.rpcUrl === undefined) {
    const marks = exampleMarks()
    const { setFeed, baseUrl, rpcUrl, deployment, stop } = await startEmbedded({
      dataDir: config.dataDir,
      port: config.port,
      tier: config.tier,
      genesisTime: BigInt(Math.floor(Date.parse(marks.time) / 1000)),
      config,
      onProgress: (phase, circuit) =>
        say(
          circuit ? `${circuit.circuit}: ${circuit.phase} ${Math.round(circuit.done * 100)} %` : `${phase} …`,
        ),
    })
    const publish = async () => {
      for (const [name, price] of Object.entries({ ...marks.spot, ...marks.perps })) {
        await setFeed(name, parsePrice(price, name))
      }
    }
    await publish()
    // The stand-in feeds repeat their prices, or they would be stale within the hour.
    setInterval(() => void publish().catch(() => {}), FEED_MS).unref()
    say(`chain     ${rpcUrl} (31337, lives as long as this process)`)
    say(`ledger    ${deployment.ledger}`)
    return { baseUrl, development: true, close: stop }
  }
  const deployment = readDeployment(config.deploymentFile)
  if (deployment.tier !== config.tier) throw new WrongChainError()
  const { rpcUrl, tier, keyFolder, publishing } = config
  const load = () => loadCircuits(tier, keyFolder === undefined ? {} : { keys: { folder: keyFolder } })
  if (config.mode === 'publisher' && publishing) {
    const keystore = readPublisherKeystore(config.keystoreFile)
    const circuits = await load()
    const parts = { rpcUrl, deployment, keystore, circuits }
    const { close } = await startPublisher({ ...parts, config: { ...config, publishing } })
    return { baseUrl: undefined, development: circuits.rebalance.development, close }
  }
  const keystore = readKeystore(config.keystoreFile)
  const circuits = await load()
  const { baseUrl, close } = await startService({ config, rpcUrl, deployment, keystore, circuits })
  return { baseUrl, development: circuits.rebalance.development, close }
}

async function main(): Promise<void> {
  const config = readConfig(process.env)
  const service = await start(config)
  if (service.baseUrl === undefined) {
    say(`publisher of ${config.publishing?.universes?.length} universes; serves nothing`)
  } else {
    say(`service   ${service.baseUrl}  (reference at /docs)`)
    say(`API key   in ${config.apiKeyFile}`)
  }
  say(
    service.development
      ? 'keys      DEVELOPMENT KEYS: worthless as security, refused off chain 31337'
      : 'keys      of the ceremony pinned in circuits/manifest.json',
  )
  let closing = false
  const close = () => {
    if (closing) return
    closing = true
    setTimeout(() => process.exit(1), CLOSE_MS).unref()
    service.close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.on('SIGTERM', close)
  process.on('SIGINT', close)
}

main().catch((error: unknown) => {
  const known = error instanceof BaseError
  process.stderr.write(
    known ? `${error.code}: ${error.message}\n${error.hints.join('\n')}\n` : 'SERVER_INTERNAL\n',
  )
  process.exit(1)
})
