import { signedOf } from './hints.js'

/** Values of signals: `of` those of the mutated wire's own component, `main` those of the whole circuit. */
export type Values = { of(local: string): bigint; main(name: string): bigint }

/** A wire that may change without a constraint breaking, and why that changes nothing that is proven. */
export type KnownSurvivor = {
  /** Name of the wire, indices left out. */
  readonly pattern: RegExp
  readonly when: string
  readonly holds: (values: Values) => boolean
  readonly reason: string
}

const bothClaims = ({ of }: Values): boolean => {
  const risk = signedOf(of('risk'))
  return risk <= signedOf(of('bound')) && risk <= signedOf(of('before'))
}

export const KNOWN_SURVIVORS = {
  'IsZero.inverse': {
    pattern: /\.inverse$/,
    when: 'the input is 0',
    holds: ({ of }) => of('in') === 0n,
    reason:
      'The product in·inverse is 0 whatever the inverse is, out stays 1, and nothing else reads the inverse.',
  },
  'FlowSplit.outflow': {
    pattern: /\.outflow$/,
    when: 'every part of the flow is 0',
    holds: ({ of }) => of('size') === 0n,
    reason: 'A magnitude of 0 is the same with either sign, so both choices give the same outputs.',
  },
  'LimitOrReduce.reducing': {
    pattern: /^main\.risk\..*\.reducing$/,
    when: 'the new risk is within the limit and within the old risk, and the step is not called compliant',
    holds: (values) => bothClaims(values) && values.main('compliant') === 0n,
    reason:
      'Both claims are true and either is enough; the one output that reads it refuses only a compliant step.',
  },
  'RollingBudget.reducing': {
    pattern: /^main\.budget\.budget\[\]\.reducing$/,
    when: 'the counters are within the budget and not above what was carried',
    holds: bothClaims,
    reason: 'Both claims are true and either is enough; nothing reads which one was made.',
  },
} as const satisfies Record<string, KnownSurvivor>

export type SurvivorKind = keyof typeof KNOWN_SURVIVORS
export const SURVIVOR_KINDS = Object.keys(KNOWN_SURVIVORS) as SurvivorKind[]

const patternOf = (name: string): string => name.replace(/\[\d+\]/g, '[]')

/** Which known survivor a wire is in a witness whose signals are all named; undefined if it is none. */
export function explain(name: string, signal: (name: string) => bigint): SurvivorKind | undefined {
  const component = name.slice(0, name.lastIndexOf('.'))
  const values: Values = {
    of: (local) => signal(`${component}.${local}`),
    main: (local) => signal(`main.${local}`),
  }
  return SURVIVOR_KINDS.find((kind) => {
    const { pattern, holds } = KNOWN_SURVIVORS[kind]
    return pattern.test(patternOf(name)) && holds(values)
  })
}
