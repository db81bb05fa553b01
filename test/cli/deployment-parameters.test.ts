import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getAddress } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, describe, expect, test } from 'vitest'
import { readSigner } from '#cli/signer.js'
import {
  assertSeparateRoles,
  type DeploymentParameters,
  readDeploymentParameters,
} from '#server/chain/deployment-parameters.js'
import { ACCOUNT, parametersFor, writeKey, writeParameters } from './deployment-bench.js'

const FOREIGN = 424_242
const folder = mkdtempSync(join(tmpdir(), 'ballast-parameters-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a file of parameters', () => {
  test('has defaults, and the example as it is stands for itself', () => {
    const { rules, feeds, marketGovernor, tier } = readDeploymentParameters('examples/deployment/local.json')
    expect([tier, feeds, marketGovernor]).toEqual(['desk', {}, undefined])
    expect(rules).toEqual({
      ...{ notice: 86_400, marketNotice: 172_800 },
      ...{ minInterval: 15, optionMaxAge: 300, spotToleranceBps: 50 },
    })
  })

  const address = ACCOUNT.stranger.address
  const slip = address.replace('0xa', '0xA')
  const feed = { address, heartbeat: 1, minPriceE8: '1', maxPriceE8: '2', jumpBps: 1, jumpDelay: 1 }
  test.each<[change: object, ...fields: string[]]>([
    [{ governer: address }, 'governer'],
    [{ rules: { minIntervall: 1, notice: 1 } }, 'rules.notice', 'rules.minIntervall'],
    [{ governor: undefined, guardian: 'me' }, 'governor', 'guardian'],
    [{ governor: slip }, 'governor'],
    [{ submitter: `0x${'00'.repeat(20)}` }, 'submitter'],
    [{ chainId: '1' }, 'chainId'],
    [{ chainId: 1 }, 'keys'],
    [{ tier: 'huge' }, 'tier'],
    [{ riskSigners: [] }, 'riskSigners', 'riskThreshold'],
    [{ riskSigners: [address, address.toLowerCase()] }, 'riskSigners'],
    [{ riskThreshold: 2 }, 'riskThreshold'],
    [{ attestors: [{ address, tier: 4 }] }, 'attestors[0].tier'],
    [{ rules: { sequencer: { feed: address } } }, 'rules.sequencer.grace'],
    [{ feeds: { BTC: { ...feed, heartbeat: 0 } } }, 'feeds.BTC.heartbeat'],
  ])('%j is refused by the name of each field', (change, ...fields) => {
    const read = () => readDeploymentParameters(writeParameters(folder, change))
    const sentence = fields.map((field) => `${field.replace(/[[\].]/g, '\\$&')} must be [^;]+`).join('; ')
    expect(read).toThrow(new RegExp(`^${sentence}\\.$`))
    expect(read).toThrow(expect.objectContaining({ code: 'SERVER_DEPLOYMENT_PARAMETERS', field: fields[0] }))
  })

  test('that is none is refused', () => {
    expect(() => readDeploymentParameters(join(folder, 'nowhere'))).toThrow('file must be a readable file')
  })
})

describe('roles', () => {
  const manager = getAddress(`0x${'aa'.repeat(20)}`)
  const marketGovernor = getAddress(`0x${'bb'.repeat(20)}`)
  const parameters = parametersFor(folder, FOREIGN, { manager, marketGovernor })
  const deployer = ACCOUNT.deployer.address
  type Give = (to: DeploymentParameters, account: `0x${string}`) => DeploymentParameters
  const GIVE: Readonly<Record<string, [account: `0x${string}`, give: Give]>> = {
    governor: [parameters.governor, (to, governor) => ({ ...to, governor })],
    guardian: [parameters.guardian, (to, guardian) => ({ ...to, guardian })],
    publisher: [parameters.publisher, (to, publisher) => ({ ...to, publisher })],
    submitter: [parameters.submitter, (to, submitter) => ({ ...to, submitter })],
    manager: [manager, (to, account) => ({ ...to, manager: account })],
    marketGovernor: [marketGovernor, (to, account) => ({ ...to, marketGovernor: account })],
    'riskSigners[0]': [parameters.riskSigners[0]!, (to, signer) => ({ ...to, riskSigners: [signer] })],
    'attestors[0]': [
      parameters.attestors[0]!.address,
      (to, address) => ({ ...to, attestors: [{ address, tier: 3 }] }),
    ],
  }
  const names = Object.keys(GIVE)
  const pairs = names.flatMap((one, i) => names.slice(i + 1).map((other) => [one, other] as const))

  test.each(pairs)('%s and %s', (one, other) => {
    // In other letters it is the same account.
    const shared = GIVE[other]![1](parameters, GIVE[one]![0].toLowerCase() as `0x${string}`)
    const check = () => assertSeparateRoles(shared, deployer)
    if (one === 'governor' && other === 'marketGovernor') return expect(check).not.toThrow()
    expect(check).toThrow(`${one} and ${other} are one account.`)
    expect(() => assertSeparateRoles({ ...shared, chainId: 31337 }, deployer)).not.toThrow()
  })

  test.each(names)('deployer and %s', (role) => {
    expect(() => assertSeparateRoles(parameters, GIVE[role]![0])).toThrow(
      expect.objectContaining({
        code: 'SERVER_SHARED_ROLE',
        message: `deployer and ${role} are one account.`,
      }),
    )
  })

  test('all apart', () => {
    expect(() => assertSeparateRoles(parameters, deployer)).not.toThrow()
  })
})

describe("a signer's key", () => {
  const secret = (name: string, text: string) => {
    const path = join(folder, name)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }
  const password = secret('password', 'testpassword\n')
  const { address } = privateKeyToAccount(
    '0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d',
  )
  /** The first is the vector of the format's definition, the second was made by ox. */
  const KEYSTORES = {
    pbkdf2: {
      version: 3,
      crypto: {
        ...{ cipher: 'aes-128-ctr', cipherparams: { iv: '6087dab2f9fdbbfaddc31a909735c1e6' } },
        ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46',
        kdf: 'pbkdf2',
        kdfparams: {
          ...{ c: 262_144, dklen: 32, prf: 'hmac-sha256' },
          salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd',
        },
        mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2',
      },
    },
    scrypt: {
      version: 3,
      crypto: {
        ...{ cipher: 'aes-128-ctr', cipherparams: { iv: '935297d146cdd78a0ed33600e5b2cf18' } },
        ciphertext: '31527d7d9f07ac3db74ba23c06c18df873643fbb5b7447b4b4dc552dbd82e858',
        kdf: 'scrypt',
        kdfparams: {
          ...{ n: 8_192, r: 8, p: 1, dklen: 32 },
          salt: '3c49921030c25af8d238a2c06b17928f7026efdcfd6ccb8f63b339255d1cc32e',
        },
        mac: '22e8c7eabb519b6ccd335c7f93a72eeabddc4c6905737f5e1cc202b93022f5c7',
      },
    },
  }
  const open = (keystore: object, passwordFile = password) =>
    readSigner({
      ...{ role: 'deployer', passwordFile },
      keystore: secret('keystore', JSON.stringify(keystore)),
    })

  test.each(Object.entries(KEYSTORES))(
    'is read from a keystore with %s, under its own password',
    (_, keystore) => {
      expect(open(keystore)?.address).toBe(address)
      expect(() => open(keystore, secret('other', 'testpassw0rd'))).toThrow('the key of the deployer must be')
    },
  )

  test('is refused from a damaged keystore, a file others can read, and one that holds no key', () => {
    const { crypto } = KEYSTORES.scrypt
    const ciphertext = crypto.ciphertext.replace('31', '30')
    expect(() => open({ version: 3, crypto: { ...crypto, ciphertext } })).toThrow('must be 32 bytes of hex')
    expect(() => open({ version: 1 })).toThrow('must be 32 bytes of hex')
    const privateKeyFile = writeKey(folder, ACCOUNT.deployer)
    expect(readSigner({ role: 'deployer', privateKeyFile })?.address).toBe(ACCOUNT.deployer.address)
    for (const text of ['', '0x12', `0x${'ff'.repeat(32)}`]) {
      const read = () => readSigner({ role: 'deployer', privateKeyFile: secret('short', text) })
      expect(read).toThrow('must be 32 bytes of hex')
    }
    chmodSync(privateKeyFile, 0o644)
    const shown = () => readSigner({ role: 'deployer', privateKeyFile })
    expect(shown).toThrow(expect.objectContaining({ code: 'SERVER_SECRET_FILE' }))
    expect(readSigner({ role: 'deployer' })).toBeUndefined()
  })
})
