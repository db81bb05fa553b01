import { BaseError, ContractFunctionRevertedError } from 'viem'
import type { connect } from './connect.js'
import { ROLES } from './roles.js'

/** The contract's own error, by name and arguments. */
export type Refusal = readonly [name: string, args: readonly unknown[]]

/** What a contract refused a call with; undefined when the error is not a contract's word. */
export function refusalIn(error: unknown): Refusal | undefined {
  const reverted =
    error instanceof BaseError && error.walk((cause) => cause instanceof ContractFunctionRevertedError)
  if (!(reverted instanceof ContractFunctionRevertedError)) return undefined
  return [reverted.data?.errorName ?? reverted.signature ?? 'reverted', reverted.data?.args ?? []]
}

/** What a call is refused with when a stranger sends it; undefined when it is accepted. @throws what is no contract's word */
export async function refusalOf(
  reader: ReturnType<typeof connect>['reader'],
  // biome-ignore lint/suspicious/noExplicitAny: any contract call.
  call: any,
): Promise<Refusal | undefined> {
  try {
    await reader.simulateContract({ ...call, account: ROLES.stranger })
    return undefined
  } catch (error) {
    const refusal = refusalIn(error)
    if (!refusal) throw error
    return refusal
  }
}
