import type { PlanReport } from '#server/schemas/plan.js'

const UNITS: Readonly<Record<string, string>> = {
  navBps: 'bp of net asset value',
  limitBps: 'bp of the limit',
  marginBps: 'bp of the margin',
  seconds: 's',
  ratio: 'times normal',
  units: 'units',
}

/** Why something is or is not traded, where a code alone does not say it. */
const MEANINGS: Readonly<Record<string, string>> = {
  no_trigger: 'nothing asks for a trade',
  not_worth_cost: 'the risk it would remove is worth less than the trade costs',
  already_traded: 'this snapshot was traded already',
  venue_depth: 'its venues have no more within reach',
  no_value: 'the book is worth nothing',
}

const rounded = (x: number | undefined) => `${Number((x ?? 0).toPrecision(5))}`
type Measured = Pick<PlanReport['postponed'][number]['waitsFor'][number], 'value' | 'bound' | 'unit'>
const measured = ({ value, bound, unit }: Measured) =>
  bound === undefined ? '' : `: ${rounded(value)} against ${rounded(bound)} ${UNITS[unit ?? ''] ?? ''}`

/** A plan's reasons as lines of text: what asked for it, what waits and for what, and what a trade is worth against its cost. */
export function planReasons({ outcome, reasons, postponed, weighed }: PlanReport): string[] {
  const why = reasons
    .filter(({ code }) => code !== 'postponed')
    .map(({ code, subject, numbers, unit }) => {
      const numbered = measured({ ...numbers, unit })
      return `    ${code} (${subject})${MEANINGS[code] ? `: ${MEANINGS[code]}` : numbered}`
    })
  const waits = postponed.map(({ trigger, subject, waitsFor }) => {
    const what = waitsFor.map((one) => `${one.code} (${one.subject})${measured(one)}`)
    return `    waits: ${trigger} (${subject}), for ${what.join('; ')}`
  })
  const weighing = weighed
    ? [
        `    in bp of net asset value: being off target costs ${rounded(weighed.gapBefore)} before, ` +
          `${rounded(weighed.gapAfter)} after; trading costs ${rounded(weighed.tradingCost + weighed.fundingCost)} ` +
          `and ${rounded(weighed.fixedCost)} for legs, gas and proof: ${weighed.worth ? 'it pays' : 'it does not pay'}`,
      ]
    : []
  return [`    ${outcome}, because`, ...why, ...waits, ...weighing]
}
