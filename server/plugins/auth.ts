import { createHash, timingSafeEqual } from 'node:crypto'
import fp from 'fastify-plugin'
import { sendProblem } from '../problem.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Fingerprint of the key a request came with. */
    caller: string
  }
}

export type AuthOptions = { readonly apiKeyHash: Buffer }

const REFUSED = {
  type: 'docs/errors.md#server_unauthorized',
  title: 'SERVER_UNAUTHORIZED',
  status: 401,
  code: 'SERVER_UNAUTHORIZED',
  detail: 'A valid API key is needed.',
  hints: [
    'Send it as `Authorization: Bearer KEY`; a browser may send it as the password of any user for GET.',
  ],
} as const

const FINGERPRINT_DIGITS = 16

/** SHA-256 of an API key, all that the service keeps: keys have 256 random bits, so a slow hash would add nothing. */
export const apiKeyHash = (key: string): Buffer => createHash('sha256').update(key).digest()

/** Lets a request pass only with the operator's key, whatever it asks for; every refusal is the same. */
export default fp<AuthOptions>(
  async (app, { apiKeyHash: expected }) => {
    const fingerprint = expected.toString('hex').slice(0, FINGERPRINT_DIGITS)
    app.decorateRequest('caller', '')
    app.addHook('onRequest', async (request, reply) => {
      const key = keyOf(request.headers.authorization, request.method)
      if (timingSafeEqual(apiKeyHash(key), expected)) {
        request.caller = fingerprint
        return
      }
      void reply.header('www-authenticate', 'Bearer, Basic realm="ballast"')
      return sendProblem(reply, REFUSED)
    })
  },
  { name: 'auth' },
)

/** A browser cannot send Bearer by itself, and sends Basic by itself on foreign pages' behalf: so Basic only reads. */
function keyOf(header: string | undefined, method: string): string {
  const [scheme = '', value = ''] = (header ?? '').split(' ')
  if (scheme.toLowerCase() === 'bearer') return value
  if (scheme.toLowerCase() !== 'basic' || (method !== 'GET' && method !== 'HEAD')) return ''
  const text = Buffer.from(value, 'base64').toString('utf8')
  return text.slice(text.indexOf(':') + 1)
}
