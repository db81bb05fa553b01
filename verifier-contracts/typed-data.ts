import type { Address, Hex } from 'viem'

/** Kinds of attestation as numbered on chain. */
export const ATTESTATION_KINDS = { open: 0, confirm: 1, replace: 2, flow: 3 } as const

/**
 * An attestor's word, as it is signed. `head` and `epoch` name the head it speaks of (0 for open and flow), `commitment` the book (0 for
 * flow), `amount` (signed, 1e-16 quote) and `flowId` a flow (0 otherwise). `asOf` and `deadline` in seconds.
 */
export type Attestation = {
  readonly kind: number
  readonly portfolioId: Hex
  readonly epoch: bigint
  readonly head: Hex
  readonly commitment: bigint
  readonly amount: bigint
  readonly flowId: Hex
  readonly asOf: bigint
  readonly deadline: bigint
  readonly tier: number
  readonly evidence: Hex
  readonly attestor: Address
}

/** One attestor's part of an attestation that several may stand for, as the ledger takes it. */
export type Word = Pick<Attestation, 'attestor' | 'tier' | 'evidence'> & { readonly signature: Hex }

/** A signed attestation's own part; what it shares with others goes beside the list of words. */
export const wordOf = ({ attestor, tier, evidence }: Attestation, signature: Hex): Word => ({
  attestor,
  tier,
  evidence,
  signature,
})

/** Words in the order in which the ledger takes them: ascending by attestor. */
export const inOrder = (words: readonly Word[]): Word[] =>
  words.toSorted((a, b) => (BigInt(a.attestor) < BigInt(b.attestor) ? -1 : 1))

/** One option slot's numbers per unit in 1e-8 quote, repriced at coin price `spotE8`. */
export type OptionRow = {
  readonly slot: bigint
  readonly spotE8: bigint
  readonly price: bigint
  readonly delta: bigint
  readonly gamma: bigint
  readonly vega: bigint
  readonly marginBps: bigint
  readonly changes: readonly bigint[]
}

/** Every option slot of a universe, in slot order, as of `time` (seconds). */
export type OptionBlock = { readonly time: bigint; readonly rows: readonly OptionRow[] }

/** Block of a universe without options. */
export const NO_OPTIONS: OptionBlock = { time: 0n, rows: [] }

const ATTESTATION = [
  { name: 'kind', type: 'uint8' },
  { name: 'portfolioId', type: 'bytes32' },
  { name: 'epoch', type: 'uint256' },
  { name: 'head', type: 'bytes32' },
  { name: 'commitment', type: 'uint256' },
  { name: 'amount', type: 'int256' },
  { name: 'flowId', type: 'bytes32' },
  { name: 'asOf', type: 'uint256' },
  { name: 'deadline', type: 'uint256' },
  { name: 'tier', type: 'uint8' },
  { name: 'evidence', type: 'bytes32' },
  { name: 'attestor', type: 'address' },
] as const

const OPTION_ROW = [
  { name: 'slot', type: 'uint256' },
  { name: 'spotE8', type: 'uint256' },
  { name: 'price', type: 'uint256' },
  { name: 'delta', type: 'int256' },
  { name: 'gamma', type: 'int256' },
  { name: 'vega', type: 'int256' },
  { name: 'marginBps', type: 'uint256' },
  { name: 'changes', type: 'int256[]' },
] as const

const domain = (chainId: number, verifyingContract: Address) =>
  ({ name: 'Ballast', version: '1', chainId, verifyingContract }) as const

/** What the manager signs for a step; `statement` is keccak256(abi.encode(circuitId, x, c)). Goes to `signTypedData`. */
export const authorizationTypedData = (chainId: number, ledger: Address, statement: Hex) =>
  ({
    domain: domain(chainId, ledger),
    types: { Authorization: [{ name: 'statement', type: 'bytes32' }] },
    primaryType: 'Authorization',
    message: { statement },
  }) as const

/** What an attestor signs. */
export const attestationTypedData = (chainId: number, ledger: Address, message: Attestation) =>
  ({
    domain: domain(chainId, ledger),
    types: { Attestation: ATTESTATION },
    primaryType: 'Attestation',
    message,
  }) as const

/** What risk signers sign; the verifying contract is MarketSnapshots. */
export const optionBlockTypedData = (
  chainId: number,
  snapshots: Address,
  universeId: bigint,
  options: OptionBlock,
) =>
  ({
    domain: domain(chainId, snapshots),
    types: {
      OptionBlock: [
        { name: 'universeId', type: 'uint256' },
        { name: 'time', type: 'uint256' },
        { name: 'rows', type: 'OptionRow[]' },
      ],
      OptionRow: OPTION_ROW,
    },
    primaryType: 'OptionBlock',
    message: { universeId, ...options },
  }) as const

/** What the manager signs for a replacement; `head` and `epoch` are the current ones. */
export const replaceBookTypedData = (
  chainId: number,
  ledger: Address,
  message: {
    readonly portfolioId: Hex
    readonly epoch: bigint
    readonly head: Hex
    readonly newBook: bigint
  },
) =>
  ({
    domain: domain(chainId, ledger),
    types: {
      ReplaceBook: [
        { name: 'portfolioId', type: 'bytes32' },
        { name: 'epoch', type: 'uint256' },
        { name: 'head', type: 'bytes32' },
        { name: 'newBook', type: 'uint256' },
      ],
    },
    primaryType: 'ReplaceBook',
    message,
  }) as const

/** What the manager signs to end a record; the governor sends it. */
export const closeTypedData = (chainId: number, ledger: Address, portfolioId: Hex, epoch: bigint) =>
  ({
    domain: domain(chainId, ledger),
    types: {
      Close: [
        { name: 'portfolioId', type: 'bytes32' },
        { name: 'epoch', type: 'uint256' },
      ],
    },
    primaryType: 'Close',
    message: { portfolioId, epoch },
  }) as const

/** What the manager signs for tokens to leave the portfolio's vault; the governor sends it. `nonce` counts such withdrawals. */
export const withdrawalTypedData = (
  chainId: number,
  executor: Address,
  message: {
    readonly portfolioId: Hex
    readonly token: Address
    readonly to: Address
    readonly amount: bigint
    readonly nonce: bigint
  },
) =>
  ({
    domain: domain(chainId, executor),
    types: {
      Withdrawal: [
        { name: 'portfolioId', type: 'bytes32' },
        { name: 'token', type: 'address' },
        { name: 'to', type: 'address' },
        { name: 'amount', type: 'uint256' },
        { name: 'nonce', type: 'uint256' },
      ],
    },
    primaryType: 'Withdrawal',
    message,
  }) as const
