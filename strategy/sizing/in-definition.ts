import { SizingInputError } from './sizing-input.js'

/** Fields of the sizing functions that a definition writes in basis points. */
const IN_BPS =
  /\b(weights|leverageMax|drifts|rate|fraction|total|exposures|decay|discount|lower|upper|netMin|netMax|grossMax)\b/g

/**
 * What `size` gives, with the fields of its errors as they are written in a strategy's definition.
 *
 * @throws `SizingInputError`
 */
export function inDefinition<T>(size: () => T): T {
  try {
    return size()
  } catch (error) {
    if (!(error instanceof SizingInputError)) throw error
    const field = error.field!
    if (field.startsWith('covariance'))
      throw new SizingInputError('risk', `of a ${field} that is ${error.expected}`)
    const written = field
      .replace(/^bounds(\.|$)/, (_, dot: string) => (dot === '' ? 'lower' : ''))
      .replace(/^target$/, 'targetVolBps')
      .replace(IN_BPS, '$1Bps')
    throw new SizingInputError(`sizing.rule.${written}`, error.expected)
  }
}
