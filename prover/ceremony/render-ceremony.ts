import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BaseError } from '#portfolio/base-error.js'
import { CEREMONY_FILES, readCeremony, writeWhole } from './folder.js'
import { type CeremonyRecord, hashText } from './record.js'
import type { VerificationReport } from './verify-ceremony.js'

/**
 * Writes a ceremony's transcript as one page that asks for nothing else, beside its record. It shows the verification that
 * was just run; a page is no proof, and says how to run one.
 * @returns the page's path
 * @throws {StaleReportError} when the record has changed since
 */
export async function renderCeremony(folder: string, report: VerificationReport): Promise<string> {
  const record = await readCeremony(folder)
  const transcript = hashText(await readFile(join(folder, CEREMONY_FILES.record)))
  if (report.transcript !== transcript) throw new StaleReportError()
  const path = join(folder, CEREMONY_FILES.page)
  await writeWhole(path, pageOf(record, transcript, report))
  return path
}

/** Text of a page element: names come from participants. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** Fills holes with escaped text; what is already a `Markup` goes in as it is. */
class Markup {
  constructor(readonly text: string) {}
}
type Hole = string | number | Markup | readonly Markup[]

function html(parts: TemplateStringsArray, ...holes: readonly Hole[]): Markup {
  const fill = (hole: Hole): string => {
    if (hole instanceof Markup) return hole.text
    if (typeof hole === 'object') return hole.map(({ text }) => text).join('')
    return escapeHtml(String(hole))
  }
  return new Markup(parts.reduce((text, part, i) => text + fill(holes[i - 1] ?? '') + part))
}

const NOTHING = new Markup('')

function pageOf(record: CeremonyRecord, transcript: string, report: VerificationReport): string {
  const { tier, kind, ptau, circuits, announcement, contributions, beacon } = record
  const title = `Ballast ceremony, ${tier} tier`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${styleHash()}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<h1>${title}</h1>
${
  kind === 'test'
    ? html`<p class="test">A test: its keys protect nothing and are accepted on a local chain only.</p>`
    : NOTHING
}
<table>
<tr><th>ceremony</th><td><code>${record.id}</code></td></tr>
<tr><th>record</th><td>SHA-256 <code>${transcript}</code></td></tr>
<tr><th>begun</th><td>${record.created}</td></tr>
<tr><th>powers of tau</th><td>${ptau.name} (2^${ptau.power}), BLAKE2b <code>${ptau.blake2b}</code>${
    ptau.published ? '' : ' — not a published file'
  }</td></tr>
</table>
<h2>Verification</h2>
${verificationOf(report)}
<h2>Circuits</h2>
<table>
<tr><th>circuit</th><th>constraints, SHA-256</th><th>initial key, SHA-256</th></tr>
${circuits.map(
  ({ name, r1cs, initial }) =>
    html`<tr><td>${name}</td><td><code>${r1cs}</code></td><td><code>${initial}</code></td></tr>
`,
)}</table>
<h2>Contributions</h2>
<ol>
${contributions.map(
  (made) => html`<li><b>${made.name}</b>, ${made.date}, attestation <code>${made.attestation}</code>
${stepOf(made.circuits)}</li>
`,
)}</ol>
<h2>Beacon</h2>
${
  announcement
    ? html`<p>Announced ${announcement.announced}: ${announcement.source}, not before ${announcement.notBefore}, through SHA-256 2^${announcement.iterations} times.</p>`
    : html`<p>None has been announced.</p>`
}
${
  beacon
    ? html`<p>Applied ${beacon.date}: <code>${beacon.value}</code></p>
${stepOf(beacon.circuits)}`
    : html`<p>Not applied yet: the ceremony is open.</p>`
}
</body>
</html>
`.text
}

function verificationOf({ date, contributors, finished, checks }: VerificationReport): Markup {
  return html`<p>Passed every check on ${date}, ${contributors} contributors${finished ? '' : ', before its end'}.</p>
<table>
${checks.map(({ check, found }) => html`<tr><th>${check}</th><td>${found}</td></tr>\n`)}</table>
<p>This page proves nothing. Check it yourself, in the folder of the ceremony: <code>ballast ceremony verify --folder .</code></p>`
}

function stepOf(circuits: CeremonyRecord['contributions'][number]['circuits']): Markup {
  const rows = Object.entries(circuits).map(
    ([name, { contribution, zkey }]) =>
      html`<tr><td>${name}</td><td><code>${contribution}</code></td><td><code>${zkey}</code></td></tr>\n`,
  )
  return html`<table>
<tr><th>circuit</th><th>contribution, BLAKE2b</th><th>key, SHA-256</th></tr>
${rows}</table>`
}

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; color: #1a2530; background: #fff }
code { font: 12px/1.4 ui-monospace, monospace; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #d5dde4 }
.test { background: #fff3cd; padding: .6rem; border-left: 4px solid #b58105 }
@media (prefers-color-scheme: dark) {
  body { color: #e3eaf0; background: #10161c }
  th, td { border-color: #2c3945 }
  .test { background: #3a2f10 }
}
`

/** The one style sheet is inline, so the policy names it by its hash. */
function styleHash(): Markup {
  return new Markup(Buffer.from(hashText(STYLE).slice(2), 'hex').toString('base64'))
}

/** The record has changed since it was verified. */
export class StaleReportError extends BaseError {
  constructor() {
    super('The record has changed since it was verified.', {
      code: 'PROVER_CEREMONY_STALE_REPORT',
      hints: ['Verify it again.'],
    })
  }
}
