import { describe, expect, test } from 'vitest'
import { enumerateGadget, enumerateGadgets, GADGETS } from './enumerate-gadgets.js'
import type { Edit } from './small-gadget.js'

const gadgetOf = (name: string) => GADGETS.find((gadget) => gadget.name === name)!

/** A rule taken away from a gadget; its enumeration must then find a witness that the header forbids. */
const FORGOTTEN: readonly (readonly [gadget: string, rule: string, ...Edit])[] = [
  ['Bits', 'digits are 0 or 1', 'gadgets/bits.circom', 'out[i] * (out[i] - 1) === 0;', ''],
  ['Bits', 'the sum of the digits', 'gadgets/bits.circom', 'total === in;', ''],
  ['InRange', 'its width', 'gadgets/bits.circom', 'Bits(n);', 'Bits(n + 1);'],
  ['Signed', 'the sign is the top digit', 'gadgets/signed.circom', 'nonNegative <==', 'nonNegative <--'],
  ['Signed', 'the offset', 'gadgets/signed.circom', '(1 << n)', '(1 << (n - 1))'],
  ['SlotMask', 'no further bit', 'gadgets/slot-mask.circom', 'Bits(G + A);', 'Bits(G + A + 1);'],
  ['IsZero', 'no answer 1 for another number', 'gadgets/is-zero.circom', 'in * out === 0;', ''],
  ['IsZero', 'no answer but 1 for zero', 'gadgets/is-zero.circom', 'out <==', 'out <--'],
  ['LimitOrReduce', 'the claim is a bit', 'gadgets/limit-or-reduce.circom', /reducing \* .*;/, ''],
  ['LimitOrReduce', 'the claim chooses', 'gadgets/limit-or-reduce.circom', 'ceiling <==', 'ceiling <--'],
  ['ShareLimit', 'the old risk', 'gadgets/share-limit.circom', '* before', '* nav'],
  ['StepLimit', 'the sign of what is used', 'gadgets/step-limit.circom', 'base - ', 'base + '],
  ['FlowSplit', 'the direction is a bit', 'gadgets/flow-split.circom', /outflow \* .*;/, ''],
  ['FlowSplit', 'parts have one sign', 'gadgets/flow-split.circom', '].in <== magnitude[a];', '].in <== 0;'],
  ['TradeFlow', 'fills are not negative', 'gadgets/trade-flow.circom', '].in <== fill[i];', '].in <== 0;'],
  [
    'TradeFlow',
    'size of a shortfall',
    'gadgets/trade-flow.circom',
    'shortfallSize[i] <==',
    'shortfallSize[i] <--',
  ],
  [
    'RollingBudget',
    'time goes forward',
    'gadgets/rolling-budget.circom',
    'elapsed.in <== window - oldWindow;',
    'elapsed.in <== 0;',
  ],
  [
    'RollingBudget',
    'the next window carries',
    'gadgets/rolling-budget.circom',
    'next.out * oldCurrent[k]',
    'next.out * oldPrevious[k]',
  ],
  ['Selections', 'an open trade has no fee', 'selections.circom', 'open * fee === 0;', ''],
  ['Selections', 'suspended slots rest', 'selections.circom', /rows\.suspended\[i\] \* trade.*;/, ''],
  ['Selections', 'open is a bit', 'selections.circom', 'open * (open - 1) === 0;', ''],
  ['Concentration', 'the old side', 'concentration.circom', '(2 * side[i] - 1) * ', ''],
]

describe('every assignment of a small instance', () => {
  test.each(GADGETS)('$name has just the witnesses its header says', async (gadget) => {
    const { inputs, assignments, wrongOutside, ...bad } = await enumerateGadget(gadget)
    expect(inputs).toBeGreaterThan(20)
    expect(assignments).toBeGreaterThan(15)
    expect(wrongOutside).toBeLessThan(inputs)
    expect(bad).toEqual({ unsound: 0, incomplete: 0, ambiguous: 0, example: undefined })
  })

  test('all of them, as the campaign counts', async () => {
    const { gadgets, assignments, violations } = await enumerateGadgets(['Bits', 'IsZero'])
    expect({ gadgets, assignments, violations }).toEqual({ gadgets: 2, assignments: 32 + 513, violations: 0 })
  })
})

describe('what is required is needed', () => {
  test.each(['InRange', 'LimitOrReduce', 'StepLimit'])(
    '%s is wrong about a slack too far below zero',
    async (name) => {
      const { wrongOutside } = await enumerateGadget(gadgetOf(name))
      expect(wrongOutside).toBeGreaterThan(0)
    },
  )

  test.each(['Bits', 'Signed'])('%s is ambiguous in a field smaller than its digits', async (name) => {
    const { unsound, ambiguous } = await enumerateGadget({ ...gadgetOf(name), prime: 29 })
    expect(unsound + ambiguous).toBeGreaterThan(0)
  })
})

describe('a rule taken away', () => {
  test.each(FORGOTTEN)('%s without: %s', async (name, _rule, file, find, replace) => {
    const { unsound, example } = await enumerateGadget(gadgetOf(name), [[file, find, replace]], true)
    expect(unsound).toBeGreaterThan(0)
    expect(example).toBeDefined()
  })
})
