import { readFileSync } from 'node:fs'
import { BaseError } from '#portfolio/base-error.js'
import type { Job } from '#server/schemas/rebalance.js'

/** An answer of the service that is no success. */
export type Problem = { readonly status: number; readonly code: string; readonly detail: string }

/** A fund talking to the service over HTTP: it knows the base URL and its key. */
export class DemoClient {
  constructor(
    private readonly baseUrl: string,
    private readonly apiKey: string,
  ) {}

  /** @throws {@link DemoError} with the service's own code when the answer is no success. */
  async call<Body>(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    body?: unknown,
    key?: string,
  ): Promise<Body> {
    const answer = await this.send(method, path, body, key)
    if (!answer.ok) {
      const { code, detail } = (await answer.json()) as Problem
      throw new DemoError(code, `${method} ${path} answered ${answer.status}: ${detail}`)
    }
    return (await answer.json()) as Body
  }

  /** Follows a job by its events until it ends; `onEvent` hears each state and each step of the prover. */
  async follow(id: string, onEvent: (what: string) => void): Promise<Job> {
    const answer = await this.send('GET', `/rebalances/${id}/events`)
    const decoder = new TextDecoder()
    let text = ''
    for await (const chunk of answer.body!) {
      text += decoder.decode(chunk, { stream: true })
      const blocks = text.split('\n\n')
      text = blocks.pop()!
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1]
        if (!data) continue
        const event = JSON.parse(data) as { state?: string; step?: string }
        onEvent(event.state ?? event.step ?? '')
      }
    }
    return this.call<Job>('GET', `/rebalances/${id}`)
  }

  private send(method: string, path: string, body?: unknown, key?: string): Promise<Response> {
    return fetch(`${this.baseUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  }
}

/** What a job goes through, its prover's steps among its own states. */
const STATES = [
  'queued',
  'planning',
  'planned',
  'proving',
  'witness',
  'verifying',
  'proved',
  'signed',
  'submitted',
  'confirmed',
]

/** The share of a job's way, from 0 to 1, that is behind it at an event. */
export const progressOf = (what: string): number => Math.max(0, STATES.indexOf(what)) / (STATES.length - 1)

/** Reads a JSON file of examples/desk. */
export const example = <Content>(name: string): Content =>
  JSON.parse(readFileSync(new URL(`../examples/desk/${name}.json`, import.meta.url), 'utf8'))

/** The demo met something it did not expect. */
export class DemoError extends BaseError {
  constructor(cause: string, what: string) {
    super(`The demo stopped: ${what} (${cause})`, { code: 'CLI_DEMO' })
  }
}
