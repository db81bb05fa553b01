import { runCampaign } from './assurance/campaign.js'
import { PARTS } from './assurance/parts.js'
import type { Figures } from './main.js'

/**
 * The soundness campaign: goes on where the last run stopped, for at most MINUTES (150), on the parts named in PARTS (all).
 * Figures are the sums of what is done so far; `slices` against `done` says whether a part is complete.
 */
export async function measure(): Promise<Figures> {
  const { MINUTES: minutes = '150', PARTS: named } = process.env
  const wanted = named?.split(',') ?? PARTS.map(({ key }) => key)
  const unknown = wanted.filter((key) => !PARTS.some((part) => part.key === key))
  if (unknown.length > 0) throw new Error(`no part ${unknown.join(', ')}`)
  const ran = PARTS.filter(({ key }) => wanted.includes(key))
  await runCampaign(ran, Number(minutes))
  // Parts that were not asked for keep what earlier runs found.
  return runCampaign(PARTS, 0)
}
