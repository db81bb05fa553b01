import {
  type Address,
  createPublicClient,
  createWalletClient,
  encodeFunctionData,
  type Hex,
  http,
  isAddressEqual,
  type LocalAccount,
  type PublicClient,
} from 'viem'
import { BaseError } from '#portfolio/base-error.js'
import { shapeOf } from '#portfolio/shape.js'
import type { TierCircuits } from '#prover/circuits.js'
import { loadDigest, openingBudget } from '#prover/digest.js'
import { configuredChain } from '#server/chain/configured-chain.js'
import type { Deployment } from '#server/chain/deployment.js'
import { assertSeparateRoles, type DeploymentParameters } from '#server/chain/deployment-parameters.js'
import { groth16VerifierAbi } from '#verifier-contracts/abi.js'
import {
  type Clients,
  deployBallast,
  type Governor,
  type GovernorCall,
  makeCall,
} from '#verifier-contracts/deploy.js'
import { DEPLOYMENT_GAS, probeChain } from '#verifier-contracts/probe-chain.js'
import { type VerifiedDeployment, verifyDeployment } from '#verifier-contracts/verify-deployment.js'
import { keysOf } from './expected-keys.js'

/** Between two looks at the chain. */
const POLL_MS = 500

export type DeploymentRun = {
  readonly parameters: DeploymentParameters
  readonly rpcUrl: string
  readonly deployer: LocalAccount
  /** Without it the governor's calls are announced and waited for. */
  readonly governor?: LocalAccount | undefined
  /** Loaded once the chain has been found fit. */
  readonly circuits: () => Promise<TierCircuits>
  readonly onDeployed?: (name: string, address: Address) => void
  /** A call that the governor must send: to the verifier, with this data. */
  readonly onGovernorCall?: (call: { name: string; to: Address; data: Hex }) => void
}

/**
 * Asks the chain, deploys as the parameters say, and verifies what then is on chain. The deployer is left without any power.
 *
 * @throws `SharedRoleError`, `UnfitChainError` and whatever a bad key is refused with, before the first transaction.
 * @throws {@link DeploymentInterruptedError} when it stops after that, saying what had been deployed.
 */
export async function runDeployment(run: DeploymentRun): Promise<[Deployment, VerifiedDeployment]> {
  const { parameters, deployer } = run
  assertSeparateRoles(parameters, deployer.address)
  const { chainId, tier, rules, feeds, attestors, riskSigners, riskThreshold, guardian } = parameters
  const chain = configuredChain(chainId, run.rpcUrl)
  const connection = { chain, transport: http(run.rpcUrl), pollingInterval: POLL_MS }
  const publicClient = createPublicClient({ ...connection, cacheTime: 0 })
  const clients = (account: LocalAccount): Clients => ({
    publicClient,
    walletClient: createWalletClient({ ...connection, account }),
  })
  const paying = [{ role: 'deployer', address: deployer.address, gas: DEPLOYMENT_GAS.contracts }]
  if (run.governor) {
    paying.push({ role: 'governor', address: run.governor.address, gas: DEPLOYMENT_GAS.governor })
  }
  await probeChain(publicClient, { chainId, payers: paying, contracts: contractsNamed(parameters) })
  const circuits = await run.circuits()
  const emptyBudget = openingBudget(await loadDigest())
  const deployed: [name: string, address: Address][] = []
  try {
    const contracts = await deployBallast({
      ...clients(deployer),
      shape: shapeOf(tier),
      circuits: {
        rebalance: circuits.rebalance,
        digestMarket: circuits['digest-market'],
        digestMandate: circuits['digest-mandate'],
      },
      emptyBudget,
      ...rules,
      ...{ attestors, riskSigners, riskThreshold, guardian },
      marketGovernor: parameters.marketGovernor ?? parameters.governor,
      governor: governorOf(run, clients),
      onDeployed: (name, address) => {
        deployed.push([name, address])
        run.onDeployed?.(name, address)
      },
    })
    const deployment = { ...contracts, tier, feeds }
    const keys = keysOf(circuits)
    const request = { client: publicClient, deployment, shape: shapeOf(tier), emptyBudget, keys }
    return [deployment, await verifyDeployment(request)]
  } catch (error) {
    if (deployed.length === 0) throw error
    throw new DeploymentInterruptedError(deployed, error)
  }
}

/** What must be a contract already. */
function contractsNamed({ rules, feeds }: DeploymentParameters): Record<string, Address> {
  const named = Object.entries(feeds).flatMap(([name, { address, second }]): [string, Address][] => [
    [`feeds.${name}`, address],
    ...(second ? [[`feeds.${name}.second`, second.address] satisfies [string, Address]] : []),
  ])
  return Object.fromEntries([
    ...named,
    ...(rules.sequencer ? [['rules.sequencer.feed', rules.sequencer.feed]] : []),
  ])
}

/** The governor's own account sends its calls; or whoever has it does, and they are waited for. */
function governorOf(run: DeploymentRun, clients: (account: LocalAccount) => Clients): Governor {
  const { governor: address } = run.parameters
  const signer = isAddressEqual(address, run.deployer.address) ? run.deployer : run.governor
  if (signer) {
    if (!isAddressEqual(address, signer.address)) throw new WrongGovernorError()
    return { address, make: (call) => makeCall(clients(signer), call) }
  }
  const { publicClient } = clients(run.deployer)
  return {
    address,
    make: async (call) => {
      // Cast: what the arguments are depends on the function.
      const data = encodeFunctionData({ ...call, abi: groth16VerifierAbi } as never)
      run.onGovernorCall?.({ name: call.functionName, to: call.address, data })
      while (!(await isMade(publicClient, call))) {
        await new Promise((go) => setTimeout(go, POLL_MS))
      }
    },
  }
}

async function isMade(client: PublicClient, call: GovernorCall): Promise<boolean> {
  const verifier = { address: call.address, abi: groth16VerifierAbi } as const
  if (call.functionName === 'registerKey') {
    const args = [call.args[0] as Hex] as const
    return BigInt(await client.readContract({ ...verifier, functionName: 'keyHash', args })) !== 0n
  }
  const events = await client.getContractEvents({
    ...verifier,
    eventName: 'GuardianScheduled',
    fromBlock: 0n,
  })
  return events.some(({ args }) => isAddressEqual(args.guardian!, call.args[0] as Address))
}

/** The key that was given as the governor's belongs to another account. */
export class WrongGovernorError extends BaseError {
  constructor() {
    super('The key given for the governor is not that of the governor in the parameters.', {
      code: 'CLI_WRONG_GOVERNOR',
      field: 'governor',
      hints: ['Give the right key, or none: then the calls of the governor are printed and waited for.'],
    })
  }
}

/** A deployment stopped on its way; no deployments file was written. */
export class DeploymentInterruptedError extends BaseError {
  constructor(deployed: readonly (readonly [name: string, address: Address])[], cause: unknown) {
    const { shortMessage, message } = cause as { shortMessage?: string; message: string }
    super(`The deployment stopped: ${shortMessage ?? message}`, {
      code: 'CLI_DEPLOYMENT_INTERRUPTED',
      hints: [
        'No deployments file was written. Of no use, but on chain:',
        ...deployed.map(([name, address]) => `${name} ${address}`),
        'Deploy again: from the beginning, with new contracts.',
      ],
      cause,
    })
  }
}
