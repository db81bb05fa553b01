import { type Hex, hexToBytes, sliceHex } from 'viem'
import type { Artefact } from './compile.js'

/** What the code of a contract on chain is: its immutables as they were put in, and whether all else is as compiled. */
export type InspectedCode = {
  readonly asCompiled: boolean
  /** 32 bytes each; undefined where the places of one immutable do not hold one value. */
  readonly immutables: Readonly<Record<string, Hex | undefined>>
}

/** Compares code with what was compiled, byte for byte, apart from the places that the constructor fills. */
export function inspectCode(code: Hex | undefined, { runtime, immutables }: Artefact): InspectedCode {
  const [found, compiled] = [hexToBytes(code ?? '0x'), hexToBytes(runtime)]
  if (found.length !== compiled.length) return { asCompiled: false, immutables: {} }
  const values = Object.entries(immutables).map(([name, places]) => {
    const held = new Set(places.map(({ start, length }) => sliceHex(code!, start, start + length)))
    return [name, held.size === 1 ? [...held][0] : undefined] as const
  })
  for (const { start, length } of Object.values(immutables).flat()) found.fill(0, start, start + length)
  const asCompiled = found.every((byte, i) => byte === compiled[i])
  return { asCompiled, immutables: Object.fromEntries(values) }
}
