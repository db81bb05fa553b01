import { mnemonicToAccount } from 'viem/accounts'

const MNEMONIC = 'test test test test test test test test test test test junk'
const account = (addressIndex: number) => mnemonicToAccount(MNEMONIC, { addressIndex })

/** Who does what on the test chain; all are anvil's own funded accounts. */
export const ROLES = {
  governor: account(0),
  manager: account(1),
  submitter: account(2),
  attestor: account(3),
  riskSigner: account(4),
  stranger: account(5),
}

export const TERMS = {
  marketMaxAge: 3_600,
  grace: 600,
  heartbeat: 86_400,
  cureTime: 7_200,
  attestationMaxAge: 30 * 86_400,
  flowMaxWait: 86_400,
  minInterval: 86_400,
  attestationTier: 1,
  attestationQuorum: 1,
} as const

export const WINDOW_LENGTH = 86_400
