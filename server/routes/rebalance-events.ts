import { PassThrough } from 'node:stream'
import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod'
import { z } from 'zod'
import { isFinal } from '../jobs/job-state.js'
import { PROBLEMS } from '../schemas/problem.js'
import { JobParams } from '../schemas/rebalance.js'
import type { JobEvent } from '../store/job-events.js'

const KEEP_ALIVE_MS = 15_000

/** Tells how a rebalance moves, as server-sent events; a client that comes back resumes after the last id it has seen. */
const rebalanceEvents: FastifyPluginAsyncZod = async (app) => {
  const streams = new Set<PassThrough>()
  app.addHook('preClose', async () => {
    for (const stream of streams) stream.end()
  })

  app.get(
    '/rebalances/:id/events',
    {
      schema: {
        summary: 'Follow a rebalance (text/event-stream)',
        description:
          'Events `state` carry an id and resume by Last-Event-ID; events `step` say what the prover is doing now.',
        tags: ['rebalances'],
        params: JobParams,
        headers: z.object({
          'last-event-id': z
            .string()
            .regex(/^\d{1,9}$/)
            .optional(),
        }),
        response: { ...PROBLEMS },
      },
    },
    async (request, reply) => {
      const { id } = await app.store.jobs.get(request.params.id)
      const stream = new PassThrough()
      let sent = Number(request.headers['last-event-id'] ?? 0)
      const write = (event: JobEvent) => {
        if (event.sequence <= sent || stream.writableEnded) return
        sent = event.sequence
        stream.write(`id: ${event.sequence}\nevent: state\ndata: ${JSON.stringify(dataOf(event))}\n\n`)
        if (isFinal(event.state)) stream.end()
      }
      // Listening comes before reading what was missed, so that nothing falls in between; `sent` drops what comes twice.
      const early: JobEvent[] = []
      let live = false
      const stopListening = app.feed.listen(id, {
        event: (event) => (live ? write(event) : early.push(event)),
        step: (step) => {
          if (!stream.writableEnded) stream.write(`event: step\ndata: ${JSON.stringify({ step })}\n\n`)
        },
      })
      const keepAlive = setInterval(() => stream.write(': \n\n'), KEEP_ALIVE_MS)
      streams.add(stream)
      stream.once('close', () => {
        clearInterval(keepAlive)
        stopListening()
        streams.delete(stream)
      })
      for (const event of await app.store.jobs.eventsAfter(id, sent)) write(event)
      live = true
      for (const event of early) write(event)
      if (isFinal((await app.store.jobs.get(id)).state)) stream.end()
      return (
        reply
          .type('text/event-stream')
          .serializer((x) => x as string)
          // Cast: the schema lists the answers that are JSON, and a stream is none.
          .send(stream as never)
      )
    },
  )
}

export default rebalanceEvents

const dataOf = ({ state, code, at }: JobEvent) => ({ state, code, at: at.toISOString() })
