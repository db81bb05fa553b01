import { describe, expect, test } from 'vitest'
import { mandateVector } from '#portfolio/mandate.js'
import { shapeOf, type Tier } from '#portfolio/shape.js'
import { mandateFrom } from '#server/chain/active-mandate.js'
import { randomStep } from '#test/helpers/arbitrary-step.js'

describe.each<Tier>(['tiny', 'desk', 'fund'])('a mandate of tier %s', (tier) => {
  test('is read back from its vector as it was', () => {
    const shape = shapeOf(tier)
    for (let seed = 0; seed < 50; seed++) {
      const { mandate } = randomStep(seed, shape)
      const sorted = {
        ...mandate,
        slots: mandate.slots.map((slot) => ({ ...slot, groups: slot.groups.toSorted((a, b) => a - b) })),
      }
      const read = mandateFrom(mandateVector(mandate, shape), shape, mandate.slots.length)
      expect([seed, read]).toEqual([seed, sorted])
    }
  })
})
