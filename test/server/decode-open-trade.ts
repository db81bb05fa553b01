import { decodeAbiParameters, type Hex } from 'viem'
import { OPEN_TRADE_PARAMETERS, type OpenTrade } from '#verifier-contracts/open-trade.js'

/** Inverse of `encodeOpenTrade`, as the executor reads the bytes. @throws viem's `BaseError` for other bytes. */
export function decodeOpenTrade(payload: Hex): OpenTrade {
  const [deadline, routes] = decodeAbiParameters(OPEN_TRADE_PARAMETERS, payload)
  return { deadline, routes }
}
