import { expect } from 'vitest'
import type { TinyStack } from './tiny-stack.js'

type Stack = Pick<TinyStack, 'fund' | 'app'>

export type Call = {
  readonly method?: string
  readonly path: string
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

/** Everything a refused request might have changed. */
const everything = async ({ fund, app }: Stack, id: string) => [
  await fund.ok('GET', '/portfolios'),
  await fund.ok('GET', `/portfolios/${id}`),
  await fund.ok('GET', `/portfolios/${id}/book`),
  await fund.ok('GET', `/portfolios/${id}/rebalances`),
  await app.chain.client.getBlockNumber(),
]

/** Sends a request that must be refused by `code` naming `field`, and must change nothing of portfolio `id`. */
export async function expectRefusal(
  stack: Stack,
  id: string,
  call: Call,
  status: number,
  code: string,
  field?: string,
): Promise<void> {
  const before = await everything(stack, id)
  const answer = await stack.fund.call(call.method ?? 'POST', call.path, call.body, call.headers)
  expect(answer.body).toMatchObject({ status, code, ...(field === undefined ? {} : { field }) })
  expect(answer.status).toBe(status)
  expect(await everything(stack, id)).toEqual(before)
}
