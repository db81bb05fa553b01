import { expect, test } from 'vitest'
import { plan } from '#strategy/planner.js'
import { evaluateTriggers } from '#strategy/triggers/evaluate-triggers.js'
import type { TriggerConfig } from '#strategy/triggers/trigger-config.js'
import { deskPlanInput } from '#test/examples/desk-example.js'
import { contextOf, DAY, desk } from './trigger-desk.js'

const TRIGGERS: readonly TriggerConfig[] = [
  { kind: 'time', everySeconds: 7 * DAY },
  { kind: 'threshold', destinationBps: 150 },
  { kind: 'deltaBand', target: 'group[0]', rule: 'whalleyWilmott', riskAversion: 5 },
  { kind: 'deltaBand', target: 'group[1]', rule: 'zakamouline', riskAversion: 5 },
  { kind: 'gammaBudget', loBps: -40, hiBps: 90 },
  { kind: 'vegaBudget', loBps: -25, hiBps: 50 },
  { kind: 'trackingError', limitBps: 300 },
  { kind: 'marginBuffer', bufferBps: 500 },
  { kind: 'headroom', usedBps: 9_500 },
  { kind: 'redemption' },
  { kind: 'limitBreached' },
  { kind: 'expiry', horizonSeconds: 7 * DAY },
  { kind: 'cooling', seconds: 3_600 },
]
const rest = {
  risk: {
    underlyings: ['BTC', 'ETH'],
    covariance: [
      [0.25 / 365, 0.28 / 365],
      [0.28 / 365, 0.49 / 365],
    ],
  },
}
const at = (input = desk, idle = DAY) => {
  const context = contextOf(input, rest)
  return evaluateTriggers(TRIGGERS, { ...context, lastTradeAt: context.now - idle })
}
const names = (list: readonly { trigger: string; subject: string }[]) =>
  list.map(({ trigger, subject }) => `${trigger} ${subject}`)

test('after the market has fallen the desk has reasons, and the planner sees the same ones', async () => {
  const { firings, suppressed } = at()
  expect(suppressed).toEqual([])
  expect(names(firings)).toEqual([
    'threshold group[0]',
    'threshold group[1]',
    'deltaBand group[0]',
    'deltaBand group[1]',
    'gammaBudget book',
    'trackingError book',
    'limitBreached group.netLo[0]',
    'limitBreached group.netLo[1]',
    'limitBreached net.lo',
  ])
  const { reasons } = await plan(desk)
  const subjects = (code: string) => reasons.filter((one) => one.code === code).map(({ subject }) => subject)
  const of = (trigger: string) =>
    firings.filter((one) => one.trigger === trigger).map(({ subject }) => subject)
  expect(of('threshold')).toEqual(subjects('threshold'))
  expect(of('limitBreached')).toEqual(subjects('limitBreached'))
})

test('where it started, on its targets, it has none', () => {
  const start = deskPlanInput('2026-01-02')
  expect(at(start)).toEqual({ firings: [], suppressed: [] })
})

test('just after a trade only what is forced is left, the rest says that it waits', () => {
  const { firings, suppressed } = at(desk, 60)
  expect(names(firings)).toEqual([
    'limitBreached group.netLo[0]',
    'limitBreached group.netLo[1]',
    'limitBreached net.lo',
  ])
  expect(suppressed).toHaveLength(6)
  expect(suppressed.map(({ because }) => because[0]!.code)).toEqual(Array(6).fill('cooling'))
})

test('the same input gives the same outcome, and it survives JSON', () => {
  for (const outcome of [at(), at(desk, 60)]) {
    expect(at(desk, outcome.suppressed.length > 0 ? 60 : DAY)).toEqual(outcome)
    expect(JSON.parse(JSON.stringify(outcome))).toEqual(outcome)
  }
})
