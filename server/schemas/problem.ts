import { z } from 'zod'

/** An error as it crosses the wire (RFC 9457). */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    field: z.string().optional(),
    hints: z.array(z.string()),
  })
  .meta({ id: 'Problem' })

/** The refusals any route may answer with. */
export const PROBLEMS = { 400: Problem, 401: Problem, 404: Problem, 409: Problem, 422: Problem, 503: Problem }

/** The same for a route whose answers are counted. */
export const LIMITED = { ...PROBLEMS, 429: Problem }
