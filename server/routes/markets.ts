import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod'
import { z } from 'zod'
import { formatDecimal, PRICE_DECIMALS, ShapeError } from '#portfolio/units.js'
import { MarksWire, parseMarks } from '../schemas/marks.js'
import { PROBLEMS } from '../schemas/problem.js'
import { Element } from '../schemas/wire.js'

const UniverseId = z.string().regex(/^\d{1,75}$/)
const price = (x: bigint) => formatDecimal(x, PRICE_DECIMALS)

const Slot = z.object({
  price: z.string(),
  delta: z.string(),
  gamma: z.string(),
  vega: z.string(),
  marginBps: z.string(),
  suspended: z.boolean(),
  changes: z.array(z.string()),
})

/** A published snapshot; amounts per unit in quote. */
const Market = z
  .object({ universeId: UniverseId, time: z.string(), digest: Element, slots: z.array(Slot) })
  .meta({ id: 'Market' })

/** Publishes market snapshots from the feeds and reads the newest. */
const markets: FastifyPluginAsyncZod = async (app) => {
  const tags = ['markets']

  app.post(
    '/markets',
    {
      schema: {
        summary: 'Capture the market now and publish it with the proof of its digest',
        tags,
        body: z.strictObject({
          universeId: UniverseId,
          marks: MarksWire.optional(),
          suspend: z
            .boolean()
            .default(false)
            .describe('Publish slots without a believable price as suspended, where the chain allows it'),
        }),
        response: {
          201: z.object({ universeId: UniverseId, time: z.string(), digest: Element }),
          ...PROBLEMS,
        },
      },
    },
    async (request, reply) => {
      const { suspend } = request.body
      const universeId = BigInt(request.body.universeId)
      if (!(await app.store.portfolios.findUniverse(request.body.universeId)))
        throw new ShapeError('universeId', 'the id of a universe known here')
      const marks = request.body.marks === undefined ? undefined : parseMarks(request.body.marks)
      const { time, digest } = await app.publisher.publish(universeId, marks, suspend)
      return reply.code(201).send({ universeId: `${universeId}`, time: `${time}`, digest: `${digest}` })
    },
  )

  app.get(
    '/markets/latest',
    {
      schema: {
        summary: 'Read the newest published snapshot of a universe',
        tags,
        querystring: z.strictObject({ universeId: UniverseId }),
        response: { 200: Market, ...PROBLEMS },
      },
    },
    async (request) => {
      const { universeId, time, digest, market } = await app.publisher.latest(
        BigInt(request.query.universeId),
      )
      const slots = market.slots.map((slot) => ({
        price: price(slot.price),
        delta: price(slot.delta),
        gamma: price(slot.gamma),
        vega: price(slot.vega),
        marginBps: `${slot.marginBps}`,
        suspended: slot.suspended,
        changes: slot.changes.map(price),
      }))
      return { universeId: `${universeId}`, time: `${time}`, digest: `${digest}`, slots }
    },
  )
}

export default markets
