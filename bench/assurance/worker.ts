import { setPriority } from 'node:os'
import { PARTS } from './parts.js'

// Leaves the machine usable while a campaign runs for hours.
setPriority(10)

process.on('message', async ({ key, slice }: { key: string; slice: number }) => {
  try {
    const counts = await PARTS.find((part) => part.key === key)!.run(slice)
    process.send!({ counts })
  } catch (error) {
    process.send!({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
})
process.on('disconnect', () => process.exit())
