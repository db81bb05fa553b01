import { createRequire } from 'node:module'
import type { Hex } from 'viem'
import { BaseError } from '#portfolio/base-error.js'

/** Creation code of Uniswap's factories, each of which holds that of its pools. V2's takes the address that may set a fee. */
export type UniswapCode = { readonly v2Factory: Hex; readonly v3Factory: Hex }

/**
 * Reads the code from Uniswap's own npm packages, as published. They are development dependencies, for tests and the demo's
 * local chain; nothing of them is part of this project.
 *
 * @throws {@link UniswapMissingError} where they are not installed.
 */
export function readUniswapCode(): UniswapCode {
  const require = createRequire(import.meta.url)
  try {
    const v2: { bytecode: string } = require('@uniswap/v2-core/build/UniswapV2Factory.json')
    const v3: {
      bytecode: Hex
    } = require('@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json')
    return { v2Factory: `0x${v2.bytecode}`, v3Factory: v3.bytecode }
  } catch {
    throw new UniswapMissingError()
  }
}

/** Uniswap's packages are not there, as in an installation without development dependencies. */
export class UniswapMissingError extends BaseError {
  constructor() {
    super("Uniswap's contracts, a development dependency, are not installed.", {
      code: 'CONTRACTS_UNISWAP_MISSING',
      hints: ['Run npm ci with development dependencies; only tests and the demo need them.'],
    })
  }
}
