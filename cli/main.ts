import { existsSync, readFileSync } from 'node:fs'
import { Command } from 'commander'
import { type Address, type Hex, hexToBytes, isAddress, isHex, BaseError as ViemError } from 'viem'
import { BaseError } from '#portfolio/base-error.js'
import { readDeployment } from '#server/chain/deployment.js'
import { registerBacktest } from './backtest.js'
import { registerCeremony } from './ceremony.js'
import { registerDeploy } from './deploy.js'
import { OptionError } from './option-error.js'
import { verifyRecord } from './verify-record.js'

const program = new Command('ballast')
  .description('Rebalance a private book and prove on chain that it ends inside public risk limits')
  .showHelpAfterError()

program
  .command('demo')
  .description(
    'the whole main job on a local chain, with real marks, development keys and a stand-in price feed',
  )
  .option('--json', 'end with one line of JSON')
  .option('--batch', 'also four portfolios in one transaction: a minute more')
  .option('--data-dir <folder>', 'where the service keeps its data', '.ballast/demo')
  .action(async (options: { json?: boolean; batch?: boolean; dataDir: string }) => {
    // Imported when asked for: it brings the whole service.
    const { runDemo } = await import('./demo.js')
    const { json = false, batch = false, dataDir } = options
    await runDemo({ json, batch, dataDir })
  })

program
  .command('verify')
  .description("check a portfolio's whole record from chain data alone")
  .requiredOption('--rpc <url>', 'a node of the chain')
  .option('--deployment <file>', 'the deployments file, instead of the ledger and the hash of its key')
  .option('--ledger <address>', 'the RebalanceLedger')
  .option(
    '--key-hash <hashes...>',
    'keccak256 of the verification key that the fund has published; of each, where it changed circuits',
  )
  .requiredOption('--portfolio <id>', 'the portfolio, 32 bytes of hex')
  .option(
    '--recipient-key <file>',
    'private key of a recipient (hex): opens each sealed trade and compares it',
  )
  .option('--json', 'print JSON')
  .action(
    async (
      options: Record<'rpc' | 'portfolio', string> &
        LedgerOptions & {
          recipientKey?: string
          json?: boolean
        },
    ) => {
      const { rpc, portfolio, recipientKey } = options
      const { ledger, keyHashes } = ledgerOf(options)
      if (!isHash(portfolio)) throw new OptionError('--portfolio', '32 bytes of hex')
      const key = recipientKey === undefined ? undefined : readKey(recipientKey)
      const record = await verifyRecord({
        rpcUrl: rpc,
        ledger,
        portfolioId: portfolio,
        keyHashes,
        ...(key ? { recipientKey: key } : {}),
      })
      if (options.json) {
        console.log(JSON.stringify(record))
        return
      }
      for (const { epoch, compliant, transaction, openedTrades, openLegs } of record.epochs) {
        const sealed =
          openedTrades === undefined ? '' : `, sealed trade opened: ${openedTrades} legs, as proven`
        const open =
          openLegs === undefined ? '' : `, open trade: ${openLegs} legs, executed no worse than proven`
        console.log(
          `epoch ${epoch}: proof valid, ${compliant ? 'compliant' : 'reducing'}${sealed}${open} (${transaction})`,
        )
      }
      if (record.developmentKey) console.log('key: DEVELOPMENT KEY, anyone could have proven this record')
      console.log(`status: ${record.verdict}`)
    },
  )

registerCeremony(program)
registerDeploy(program)
registerBacktest(program)

type LedgerOptions = { deployment?: string; ledger?: string; keyHash?: readonly string[] }

/** The ledger and the hashes of keys: as a deployments file has them, with those of later circuits, or as all are given. */
function ledgerOf({ deployment, ledger, keyHash = [] }: LedgerOptions): {
  ledger: Address
  keyHashes: readonly Hex[]
} {
  if (!keyHash.every(isHash)) throw new OptionError('--key-hash', '32 bytes of hex')
  if (deployment !== undefined) {
    if (ledger !== undefined) throw new OptionError('--deployment', 'given without --ledger')
    const { ledger: recorded, keys } = readDeployment(deployment)
    return { ledger: recorded, keyHashes: [keys.rebalance.keyHash, ...keyHash] }
  }
  if (ledger === undefined || !isAddress(ledger)) throw new OptionError('--ledger', 'an address')
  if (keyHash.length === 0) throw new OptionError('--key-hash', '32 bytes of hex')
  return { ledger, keyHashes: keyHash }
}

const isHash = (text: string): text is Hex => isHex(text) && text.length === 66

function readKey(file: string): Uint8Array {
  const text = existsSync(file) ? readFileSync(file, 'utf8').trim() : ''
  if (!isHash(text)) throw new OptionError('--recipient-key', 'a file with 32 bytes of hex')
  return hexToBytes(text)
}

/** The node did not answer, or not as a node with these contracts would. */
class NodeError extends BaseError {
  constructor(said: string) {
    super(`The node did not answer as expected: ${said}`, {
      code: 'CLI_NODE',
      hints: ['Check the URL, and that the addresses belong to its chain.'],
    })
  }
}

try {
  await program.parseAsync()
  // snarkjs may keep worker threads that would hold the process open.
  process.exit(0)
} catch (thrown) {
  const error = thrown instanceof ViemError ? new NodeError(thrown.shortMessage) : thrown
  if (error instanceof BaseError) {
    console.error(`${error.code}: ${error.message}`)
    for (const hint of error.hints) console.error(`  ${hint}`)
  } else {
    console.error(error)
  }
  process.exit(1)
}
