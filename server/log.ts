import { type DestinationStream, type Logger, pino } from 'pino'

/** Everything a log line may hold besides time and level; what is not listed is not written. */
const ALLOWED = [
  'requestId',
  'method',
  'route',
  'status',
  'ms',
  'jobId',
  'state',
  'code',
  'kind',
  'at',
  'circuit',
  'phase',
  'port',
  'chainId',
  'development',
  'universeId',
  'reason',
] as const

/** A logger that writes listed fields and nothing else: no bodies, no headers, no messages of foreign errors. */
export function createLog(level: string, stream?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    serializers: {},
    formatters: {
      log: (fields: Record<string, unknown>) =>
        Object.fromEntries(
          ALLOWED.filter((name) => fields[name] !== undefined).map((name) => [name, fields[name]]),
        ),
      bindings: () => ({}),
    },
    hooks: {
      logMethod(this: Logger, args: unknown[], method: (...args: unknown[]) => void) {
        const fields = args[0]
        // Text alone, or an error, may come from a library that quotes what it was given.
        if (typeof fields === 'object' && fields !== null && !(fields instanceof Error))
          method.call(this, fields)
      },
    },
  }
  return stream ? pino(options, stream) : pino(options)
}
