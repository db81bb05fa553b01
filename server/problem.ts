import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify'
import { BaseError } from '#portfolio/base-error.js'
import { HttpError } from './http-error.js'

/** An error as it crosses the wire (RFC 9457). `code` is stable; no member ever holds a private value. */
export type ProblemBody = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly field?: string
  readonly hints: readonly string[]
}

/** HTTP status of errors that are not born in the server, by the start of their code. */
const STATUSES: readonly (readonly [string, number])[] = [
  ['SERVER_WIRE', 400],
  ['SERVER_TIME', 422],
  ['PORTFOLIO_', 422],
  ['STRATEGY_', 422],
  ['CONTRACTS_UNKNOWN_FEED', 422],
  ['PROVER_MALFORMED_', 422],
  ['PROVER_RECIPIENT', 422],
  ['PROVER_ARTIFACT', 503],
  ['PROVER_CLOSED', 503],
  ['PROVER_TIMEOUT', 503],
  ['PROVER_MEMORY', 503],
  ['PROVER_CRASHED', 503],
]

/** What the framework refuses by itself, in our words: its own messages may quote the request. */
const REFUSALS: Readonly<Record<number, readonly [code: string, detail: string]>> = {
  400: ['SERVER_BAD_REQUEST', 'The request is not well-formed.'],
  404: ['SERVER_NOT_FOUND', 'There is nothing here.'],
  405: ['SERVER_METHOD', 'This resource does not know the method.'],
  413: ['SERVER_BODY_TOO_LARGE', 'The body is too large.'],
  415: ['SERVER_MEDIA_TYPE', 'The body must be of type application/json.'],
  503: ['SERVER_CLOSING', 'The service is stopping.'],
}

const INTERNAL: ProblemBody = {
  type: 'docs/errors.md#server_internal',
  title: 'Internal Server Error',
  status: 500,
  code: 'SERVER_INTERNAL',
  detail: 'The service failed. Nothing of the request is known to have been done.',
  hints: ['Repeat the request with the same idempotency key; the log names the request id.'],
}

/** The problem that answers an error. What we do not know is answered with a constant. */
export function problemOf(error: unknown): ProblemBody {
  if (error instanceof BaseError) {
    const listed = STATUSES.find(([start]) => error.code.startsWith(start))?.[1]
    const status = error instanceof HttpError ? error.status : listed
    if (status === undefined) return INTERNAL
    const { code, message, hints, field } = error.toJSON()
    const at = field === undefined ? {} : { field }
    return { type: error.docsPath, title: error.name, status, code, detail: message, ...at, hints }
  }
  const status = (error as FastifyError | undefined)?.statusCode
  const refused = status !== undefined && status >= 400 && status < 500 ? status : undefined
  const closing = (error as FastifyError | undefined)?.code === 'FST_ERR_REOPENED_CLOSE_SERVER'
  if (refused === undefined && !closing) return INTERNAL
  return refusal(refused ?? 503)
}

/** The constant problem of a status. */
export function refusal(status: number): ProblemBody {
  const [code, detail] = REFUSALS[status] ?? REFUSALS[400]!
  const shown = status in REFUSALS ? status : 400
  return { type: `docs/errors.md#${code.toLowerCase()}`, title: code, status: shown, code, detail, hints: [] }
}

export const sendProblem = (reply: FastifyReply, body: ProblemBody) =>
  reply.code(body.status).type('application/problem+json').serializer(JSON.stringify).send(body)

/** Answers every error and every unknown place; the only error handler of the service. */
export function handleProblems(app: FastifyInstance): void {
  const known: { method: string; pattern: RegExp }[] = []
  app.addHook('onRoute', ({ method, url }) => {
    const pattern = new RegExp(
      `^${url
        .replace(/[.]/g, '\\.')
        .replace(/:[^/]+/g, '[^/]+')
        .replace(/\*/g, '.*')}$`,
    )
    for (const name of [method].flat()) known.push({ method: name, pattern })
  })
  app.setErrorHandler((error, request, reply) => {
    const body = problemOf(error)
    if (body.status >= 500) request.log.error(traceOf(error, body.code))
    const wait = error instanceof HttpError ? error.retryAfterSeconds : undefined
    if (wait !== undefined) void reply.header('retry-after', `${wait}`)
    return sendProblem(reply, body)
  })
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0]!
    const methods = known.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)
    if (methods.length > 0) void reply.header('allow', [...new Set(methods)].join(', '))
    return sendProblem(reply, refusal(methods.length > 0 ? 405 : 404))
  })
}

/** Where an unknown error came from, without its message: that may quote private values. */
const traceOf = (error: unknown, code: string) => ({
  code,
  kind: error instanceof Error ? error.name : typeof error,
  at:
    error instanceof Error
      ? (error.stack ?? '')
          .split('\n')
          .filter((line) => /^\s+at /.test(line))
          .slice(0, 8)
      : [],
})
