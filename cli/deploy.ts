import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { createPublicClient, http } from 'viem'
import { shapeOf } from '#portfolio/shape.js'
import { loadCircuits } from '#prover/circuits.js'
import { loadDigest, openingBudget } from '#prover/digest.js'
import { formatDeployment, readDeployment } from '#server/chain/deployment.js'
import { readDeploymentParameters } from '#server/chain/deployment-parameters.js'
import { type VerifiedDeployment, verifyDeployment } from '#verifier-contracts/verify-deployment.js'
import { expectedKeys } from './expected-keys.js'
import { OptionError } from './option-error.js'
import { Progress } from './progress.js'
import { runDeployment } from './run-deployment.js'
import { readSigner } from './signer.js'

/** Contracts and calls of the governor that a deployment consists of, for the bar. */
const STEPS = 12

/** `ballast deploy …`: contracts onto any chain, and the check of them by anyone. docs/deployment.md walks through both. */
export function registerDeploy(program: Command): void {
  const deploy = program.command('deploy').description('put the contracts on a chain, or check them there')
  const json = () => new Option('--json', 'end with one line of JSON')

  deploy
    .command('contracts', { isDefault: true })
    .description(
      'deploy as a file of parameters says, verify what is on chain, and write the deployments file',
    )
    .requiredOption('--parameters <file>', 'everything that is decided (examples/deployment)')
    .requiredOption('--rpc <url>', 'a node of the chain')
    .option('--keystore <file>', "the deployer's key, a keystore of version 3")
    .option('--password-file <file>', 'its password')
    .option('--private-key-file <file>', "the deployer's key, 32 bytes of hex")
    .option(
      '--governor-keystore <file>',
      "the governor's key; without one its calls are printed and waited for",
    )
    .option('--governor-password-file <file>', 'its password')
    .option('--governor-private-key-file <file>', "the governor's key, 32 bytes of hex")
    .option('--out <file>', 'the deployments file, which must not be there yet', 'deployment.json')
    .addOption(json())
    .action(deployContracts)

  deploy
    .command('verify')
    .description('check a deployment from the chain alone: code, constructor values, keys')
    .argument('<file>', 'the deployments file')
    .requiredOption('--rpc <url>', 'a node of the chain')
    .addOption(json())
    .action(async (file: string, options: { rpc: string; json?: boolean }) => {
      const deployment = readDeployment(file)
      const { tier } = deployment
      const verified = await verifyDeployment({
        client: createPublicClient({ transport: http(options.rpc) }),
        deployment,
        shape: shapeOf(tier),
        emptyBudget: openingBudget(await loadDigest()),
        keys: await expectedKeys(deployment),
      })
      print(verified, options.json)
    })
}

type DeployFlags = Record<'parameters' | 'rpc' | 'out', string> & {
  keystore?: string
  passwordFile?: string
  privateKeyFile?: string
  governorKeystore?: string
  governorPasswordFile?: string
  governorPrivateKeyFile?: string
  json?: boolean
}

async function deployContracts(flags: DeployFlags): Promise<void> {
  if (existsSync(flags.out)) throw new OptionError('--out', 'a file that is not there yet')
  const parameters = readDeploymentParameters(flags.parameters)
  const deployer = readSigner({ role: 'deployer', ...flags })
  if (!deployer) throw new OptionError('--keystore or --private-key-file', 'given')
  const governor = readSigner({
    role: 'governor',
    keystore: flags.governorKeystore,
    passwordFile: flags.governorPasswordFile,
    privateKeyFile: flags.governorPrivateKeyFile,
  })
  const { tier, keys } = parameters
  const progress = new Progress()
  let steps = 0
  const begin = () => {
    progress.begin(`contracts on chain ${parameters.chainId}`)
    progress.update(steps / STEPS)
  }
  begin()
  const [deployment, verified] = await runDeployment({
    ...{ parameters, deployer, governor },
    rpcUrl: flags.rpc,
    circuits: () => loadCircuits(tier, keys === 'development' ? {} : { keys }),
    onDeployed: (name, address) => {
      steps += 1
      progress.end(`${name} ${address}`)
      begin()
    },
    onGovernorCall: ({ name, to, data }) => {
      progress.end(`the governor ${parameters.governor} must now call ${name}`)
      console.log(`    to   ${to}\n    data ${data}`)
      begin()
    },
  }).finally(() => progress.end('ended'))
  // Whole or not at all, and never over another.
  const partial = `${flags.out}.partial`
  writeFileSync(partial, formatDeployment(deployment), { mode: 0o644 })
  renameSync(partial, flags.out)
  print(verified, undefined)
  if (flags.json) console.log(JSON.stringify({ out: flags.out, ...JSON.parse(formatDeployment(deployment)) }))
  else console.log(`deployed, verified, and written to ${flags.out}`)
}

function print({ contracts, liveFrom, changed }: VerifiedDeployment, json: boolean | undefined): void {
  if (json) {
    console.log(JSON.stringify({ contracts, liveFrom, changed }))
    return
  }
  for (const [name, address] of Object.entries(contracts)) {
    console.log(`${name} ${address}: code and constructor values as recorded`)
  }
  for (const [statement, from] of Object.entries(liveFrom)) {
    console.log(
      `key of ${statement}: as recorded and pinned, live from ${new Date(from * 1000).toISOString()}`,
    )
  }
  for (const change of changed) console.log(`changed since: ${change}`)
}
