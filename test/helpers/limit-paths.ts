/** Where in the circuit each check of the reference model is constrained, by the names {@link TestCircuit.broken} gives. */
const PATHS: Record<string, (index: number) => string> = {
  'position.long': (i) => `risk.long[${i}].slack.digits`,
  'position.short': (i) => `risk.short[${i}].slack.digits`,
  concentration: (i) => `risk.concentration[${i}].limit.slack.digits`,
  'group.netHi': (g) => `risk.groupNetHi[${g}].limit.slack.digits`,
  'group.netLo': (g) => `risk.groupNetLo[${g}].limit.slack.digits`,
  'group.gross': (g) => `risk.grossLimit[${g}].limit.slack.digits`,
  'net.lo': () => 'risk.wholeLimit[0].limit.slack.digits',
  'net.hi': () => 'risk.wholeLimit[1].limit.slack.digits',
  leverage: () => 'risk.wholeLimit[2].limit.slack.digits',
  'gamma.lo': () => 'risk.wholeLimit[3].limit.slack.digits',
  'gamma.hi': () => 'risk.wholeLimit[4].limit.slack.digits',
  'vega.lo': () => 'risk.wholeLimit[5].limit.slack.digits',
  'vega.hi': () => 'risk.wholeLimit[6].limit.slack.digits',
  loss: (s) => `risk.lossLimit[${s}].limit.slack.digits`,
  margin: (a) => `risk.marginLimit[${a}].slack.digits`,
  venue: (a) => `risk.venue[${a}].limit.slack.digits`,
  freeCollateral: () => 'risk.freeCollateral.slack.digits',
  'carry.gain': () => 'carryGainLimit.slack.digits',
  'carry.loss': () => 'carryLossLimit.slack.digits',
  turnover: () => 'turnoverLimit.slack.digits',
  cost: () => 'costLimit.slack.digits',
  gain: () => 'gainLimit.slack.digits',
  'rolling.cost': () => 'budget.budget[0].slack.digits',
  'rolling.gain': () => 'budget.budget[1].slack.digits',
  'rolling.turnover': () => 'budget.budget[2].slack.digits',
  nav: () => 'navRange.digits',
  window: () => 'budget.elapsed.digits',
  suspended: (i) => `rows.suspended[${i}] trade[${i}]`,
  changed: (i) => `isChanged.out[${i}] oldQuantity[${i}]`,
  'open.fee': () => 'fee open',
}

/** Kinds that break one constraint of their own; the others show as a public vector that does not match. */
export const CONSTRAINED_KINDS: readonly string[] = Object.keys(PATHS)

/** The constraint of a check such as `margin[1]`. */
export function pathOf(id: string): string {
  const [, kind, index] = /^([a-zA-Z.]+)(?:\[(\d+)\])?$/.exec(id) ?? []
  const path = PATHS[kind ?? '']
  if (!path) throw new Error(`no constraint is known for ${id}`)
  return path(Number(index ?? 0))
}
