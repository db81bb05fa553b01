import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import type { Circuit } from '#circuits/circuit.js'

/** What a static analyser says about a circuit source. */
export type Finding = {
  readonly tool: 'circom' | 'circomspect'
  /** The tool's own code: CA01…, CS0001…; `error` where it could not read a source. */
  readonly code: string
  /** Below the folder of the sources. */
  readonly file: string
  /** circomspect: the source line; circom: the template's instance and the signals it speaks of. */
  readonly where: string
  readonly message: string
}

/** Findings that are explained. Without `file` or `where` it holds for all files or places with that code. */
export type Explained = Pick<Finding, 'tool' | 'code'> & {
  readonly file?: string
  readonly where?: readonly string[]
  readonly reason: string
}

type Sarif = { runs: { results: SarifResult[] }[] }
type SarifResult = { ruleId: string; message: { text: string }; locations: SarifLocation[] }
type SarifLocation = {
  physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } }
}

const require = createRequire(import.meta.url)
const ROOT = join(import.meta.dirname, '..')

/**
 * Runs `circom --inspect` on each of `circuits`, and circomspect at its most talkative level on every `.circom` file in
 * `sources`, a folder below the project's root. Both are WASM that reads only below its working directory, and circomspect
 * knows no library path: they read a copy that has circomlib beside each folder's sources.
 *
 * @throws Error if a tool stops short, or analyses another number of templates than the sources define.
 */
export async function analyse(circuits: readonly Circuit[], sources = 'circuits'): Promise<Finding[]> {
  const copy = join('circuits', 'build', `static-${randomUUID()}`)
  try {
    const files = (await readdir(join(ROOT, sources), { recursive: true }))
      .filter((file) => file.endsWith('.circom') && !file.startsWith('build'))
      .sort()
    const texts = new Map<string, string>()
    for (const file of files) {
      const target = join(ROOT, copy, file)
      await mkdir(dirname(target), { recursive: true })
      await cp(join(ROOT, sources, file), target)
      texts.set(file, await readFile(target, 'utf8'))
    }
    for (const folder of new Set(files.map(dirname))) {
      await symlink(join(ROOT, 'node_modules', 'circomlib'), join(ROOT, copy, folder, 'circomlib'))
    }
    const found = await Promise.all([
      circomspect(copy, texts),
      ...circuits.map((circuit, index) => inspect(circuit, join(copy, `main-${index}`), copy, texts)),
    ])
    const unique = new Map(found.flat().map((finding) => [JSON.stringify(finding), finding]))
    return [...unique.values()]
  } finally {
    await rm(join(ROOT, copy), { recursive: true, force: true })
  }
}

/** A sentence for each finding that no entry of `list` explains, and for each part of an entry that explains nothing. */
export function unexplained(findings: readonly Finding[], list: readonly Explained[]): string[] {
  const used = new Set<string>()
  const open = findings.filter((finding) => {
    const by = list.flatMap(({ tool, code, file, where = [undefined] }, entry) =>
      where
        .filter((place) => place === undefined || place === finding.where)
        .filter(
          () => tool === finding.tool && code === finding.code && (file ?? finding.file) === finding.file,
        )
        .map((place) => `${entry} ${place}`),
    )
    for (const key of by) used.add(key)
    return by.length === 0
  })
  const stale = list.flatMap(({ tool, code, file = 'any file', where = [undefined] }, entry) =>
    where
      .filter((place) => !used.has(`${entry} ${place}`))
      .map(
        (place) =>
          `static-findings.json explains what ${tool} no longer finds: ${code} ${file} ${place ?? ''}`,
      ),
  )
  return [
    ...open.map(({ tool, code, file, where, message }) => `${tool} ${code} ${file}: ${where}: ${message}`),
    ...stale,
  ]
}

async function circomspect(copy: string, texts: ReadonlyMap<string, string>): Promise<Finding[]> {
  const sarif = join(copy, 'findings.sarif')
  const files = [...texts.keys()].map((file) => join(copy, file))
  const output = await runTool('circomspect', ['--level', 'INFO', '--sarif-file', sarif, ...files])
  const templates = [...texts.values()].flatMap((text) => text.match(/^template \w+/gm) ?? [])
  const analysed = output.match(/analyzing template/g) ?? []
  if (analysed.length !== templates.length) {
    throw new Error(`circomspect analysed ${analysed.length} of ${templates.length} templates:\n${output}`)
  }
  const { runs }: Sarif = JSON.parse(await readFile(join(ROOT, sarif), 'utf8'))
  return runs.flatMap(({ results }) =>
    results.map(({ ruleId, message, locations }) => {
      const { artifactLocation, region } = locations[0]!.physicalLocation
      const file = relative(copy, artifactLocation.uri.replace('file://', ''))
      const where = lineOf(texts, file, region.startLine)
      return { tool: 'circomspect', code: ruleId, file, where, message: message.text }
    }),
  )
}

async function inspect(
  { include, main }: Circuit,
  folder: string,
  copy: string,
  texts: ReadonlyMap<string, string>,
): Promise<Finding[]> {
  const source = join(folder, 'main.circom')
  const path = relative(folder, join(copy, relative('circuits', include)))
  await mkdir(join(ROOT, folder), { recursive: true })
  await writeFile(join(ROOT, source), `pragma circom 2.1.6;\ninclude "${path}";\ncomponent main ${main};\n`)
  const output = await runTool('circom2', [source, '--inspect', '-l', 'node_modules'])
  if (!output.includes('Everything went okay'))
    throw new Error(`circom could not read ${include}:\n${output}`)
  const spoken = output.matchAll(/^(?:warning|error)\[(\w+)\]: (.*)(?:(?:\n .*)*?\n +┌─ "(.*)":(\d+))?/gm)
  return [...spoken].map(([, code, message, path = '', line]) => {
    const at = relative(copy, path)
    const [, instance, template, text] = /^In template "((\w+).*?)": (.*)$/.exec(message!) ?? []
    if (!text)
      return { tool: 'circom', code: code!, file: at, where: lineOf(texts, at, line), message: message! }
    const file = [...texts].find(([, content]) => content.includes(`template ${template}(`))?.[0] ?? ''
    const [, signals, count] = /signals? (\S+)(?: contains a total of (\d+))?/.exec(text) ?? []
    const where = `${instance}: ${count ? `${count} of ` : ''}${signals}`
    return { tool: 'circom', code: code!, file, where, message: text }
  })
}

const lineOf = (
  texts: ReadonlyMap<string, string>,
  file: string,
  line: number | string | undefined,
): string => texts.get(file)?.split('\n')[Number(line) - 1]?.trim() ?? ''

/** Runs the command line of a package and returns what it printed, without colours. */
async function runTool(name: string, args: readonly string[]): Promise<string> {
  const cli = join(dirname(require.resolve(`${name}/package.json`)), 'cli.js')
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  await new Promise((done, fail) => child.on('error', fail).on('close', done))
  const output = Buffer.concat(chunks).toString('utf8')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: both tools colour their messages with escape codes.
  return output.replace(/\u001b\[[0-9;]*m/g, '')
}
