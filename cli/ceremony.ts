import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { STATEMENTS, type Statement } from '#circuits/circuit.js'
import manifest from '#circuits/manifest.js'
import type { Tier } from '#portfolio/shape.js'
import { announceBeacon, applyBeacon } from '#prover/ceremony/beacon.js'
import { contribute } from '#prover/ceremony/contribute.js'
import { finalizeCeremony } from '#prover/ceremony/finalize-ceremony.js'
import { initCeremony, type OnCeremonyProgress } from '#prover/ceremony/init-ceremony.js'
import { renderCeremony } from '#prover/ceremony/render-ceremony.js'
import { type VerificationReport, verifyCeremony } from '#prover/ceremony/verify-ceremony.js'
import { keyHashOf } from '#verifier-contracts/encode-key.js'
import { readEntropy } from './ceremony-entropy.js'
import { withBars } from './progress.js'

/** `ballast ceremony …`: the multi-party set-up of production keys. docs/ceremony.md walks through one. */
export function registerCeremony(program: Command): void {
  const ceremony: Command = program
    .command('ceremony')
    .description('make the proving keys together with others')
  const command = (name: string, description: string) =>
    ceremony
      .command(name)
      .description(description)
      .option('--folder <folder>', 'the folder of the ceremony', 'ceremony')
  const json = () => new Option('--json', 'end with one line of JSON')

  command('init', 'begin: check the powers of tau and make the keys that the first participant takes')
    .addOption(
      new Option('--tier <tier>', 'whose circuits')
        .choices(Object.keys(manifest.tiers))
        .default(manifest.defaultTier),
    )
    .addOption(new Option('--ptau <path or URL>', 'a prepared powers-of-tau file').conflicts('localTestPtau'))
    .option('--ptau-blake2b <hash>', 'the hash of a file that is not on the list (tests only)')
    .option('--local-test-ptau', 'make a small one here, from secrets of this machine (tests only)')
    .option('--test', 'make keys for a local chain only')
    .addOption(new Option('--only <statement...>', 'some circuits (tests only)').choices(STATEMENTS))
    .action(async (options: InitOptions) => {
      const source = options.localTestPtau ? 'local' : options.ptau
      if (source === undefined) ceremony.error('error: --ptau or --local-test-ptau is needed')
      const record = await withProgress((onProgress) =>
        initCeremony({
          folder: options.folder,
          tier: options.tier,
          kind: options.test || options.localTestPtau ? 'test' : 'production',
          ptau: source === 'local' ? source : { source, blake2b: options.ptauBlake2b },
          ...(options.only ? { statements: options.only } : {}),
          onProgress,
        }),
      )
      console.log(`ceremony ${record.id} has begun (${record.kind}, ${record.circuits.length} circuits)`)
    })

  command('announce', 'say which public randomness will close the ceremony, before the last contribution')
    .requiredOption('--source <text>', 'where anyone will read it, e.g. "drand quicknet round 20000000"')
    .requiredOption('--not-before <time>', 'when it will be known, ISO 8601 with Z')
    .requiredOption('--iterations <exponent>', 'it is hashed 2^exponent times, 10 to 30', Number)
    .action(async (options: { folder: string; source: string; notBefore: string; iterations: number }) => {
      const { folder, source, notBefore, iterations } = options
      const { announcement } = await announceBeacon(folder, { source, notBefore, iterations })
      console.log(`announced: ${announcement?.source}, not before ${announcement?.notBefore}`)
    })

  command('contribute', 'multiply every key by a secret of your own, and forget it')
    .requiredOption('--name <name>', 'the name in the record')
    .option(
      '--entropy-file <path>',
      'bytes to add to the randomness of the system instead of typing; - is stdin',
    )
    .action(async (options: { folder: string; name: string; entropyFile?: string }) => {
      const { folder, name } = options
      const entropy = await readEntropy(options.entropyFile)
      const { record, attestation } = await withProgress((onProgress) =>
        contribute({ folder, name, entropy, onProgress }),
      )
      console.log(`contribution ${record.contributions.length} by ${name} is in the record`)
      console.log(`sign and publish ${join(folder, attestation)}`)
    })

  command('beacon', 'close the ceremony with the announced randomness')
    .requiredOption('--hash <hex>', 'its value, 32 to 64 bytes')
    .requiredOption('--iterations <exponent>', 'as announced', Number)
    .action(async ({ folder, hash, iterations }: { folder: string; hash: string; iterations: number }) => {
      await withProgress((onProgress) => applyBeacon({ folder, value: hash, iterations, onProgress }))
      console.log('closed')
    })

  const verifying = (name: string, description: string) =>
    command(name, description)
      .option('--ptau <path>', 'the powers-of-tau file, unless it is in the folder')
      .option('--recompute', 'make the initial keys again, byte for byte: minutes instead of seconds')

  verifying('verify', 'check everything, from the sources of the circuits to the last key')
    .option('--unfinished', 'accept a ceremony that still runs')
    .addOption(json())
    .action(async (options: VerifyOptions) => {
      const report = await withProgress((onProgress) => verifyCeremony(requestOf(options, onProgress)))
      print(report, options.json)
    })

  verifying('finalize', 'verify, write the keys to final/, and pin them in the manifest')
    .option('--manifest <path>', 'where to pin them', 'circuits/manifest.json')
    .addOption(json())
    .action(async (options: VerifyOptions & { manifest: string }) => {
      const { pins } = await withProgress((onProgress) =>
        finalizeCeremony({
          ...requestOf(options, onProgress),
          manifestPath: options.manifest,
          keyHash: keyHashOf,
        }),
      )
      for (const [name, { kind, keyHash }] of Object.entries(pins)) {
        console.log(`${name}: ${kind} key ${keyHash}`)
      }
      if (options.json) console.log(JSON.stringify(pins))
    })

  verifying('render', 'verify, and write the transcript as a page')
    .option('--unfinished', 'accept a ceremony that still runs')
    .action(async (options: VerifyOptions) => {
      const report = await withProgress((onProgress) => verifyCeremony(requestOf(options, onProgress)))
      console.log(await renderCeremony(options.folder, report))
    })
}

type InitOptions = {
  folder: string
  tier: Tier
  ptau?: string
  ptauBlake2b?: string
  localTestPtau?: boolean
  test?: boolean
  only?: Statement[]
}

type VerifyOptions = {
  folder: string
  ptau?: string
  recompute?: boolean
  unfinished?: boolean
  json?: boolean
}

function requestOf({ folder, ptau, recompute, unfinished }: VerifyOptions, onProgress: OnCeremonyProgress) {
  return {
    folder,
    ...(ptau === undefined ? {} : { ptauPath: ptau }),
    recompute: recompute ?? false,
    unfinished: unfinished ?? false,
    onProgress,
  }
}

function print(report: VerificationReport, json: boolean | undefined): void {
  if (json) {
    console.log(JSON.stringify(report))
    return
  }
  for (const { check, found } of report.checks) console.log(`${check}: ${found}`)
  console.log(report.finished ? 'the ceremony is valid' : 'the ceremony is valid so far')
}

/**
 * Shows one bar after another. Ctrl-C ends the process where it stands: every file is renamed into place whole, so that the
 * folder stays valid and the same command goes on where it was.
 */
async function withProgress<T>(work: (onProgress: OnCeremonyProgress) => Promise<T>): Promise<T> {
  const stop = () => {
    process.stderr.write(
      '\u001b[?25h\u001b[?7h\nstopped; the folder is as it was, run the same command to go on\n',
    )
    process.exit(130)
  }
  process.once('SIGINT', stop)
  try {
    return await withBars(work)
  } finally {
    process.off('SIGINT', stop)
  }
}
