import { existsSync, readFileSync } from 'node:fs'
import manifest from '#circuits/manifest.js'
import { bitsOf, widthLedger } from '#circuits/width-ledger.js'

/** Markdown tables that are made from the manifest and from bench/results, between markers in hand-written pages. */
export function generateReadme(): Record<string, string> {
  return {
    'circuits/README.md': fill('circuits/README.md', {
      constraints: constraintTable(),
      parts: partsTable(),
      widths: widthTable(),
    }),
    'README.md': fill('README.md', { figures: figuresTable() }),
  }
}

/** Replaces what stands between `<!-- NAME -->` and `<!-- /NAME -->`. */
function fill(path: string, blocks: Record<string, string>): string {
  let text = readFileSync(path, 'utf8')
  for (const [name, block] of Object.entries(blocks)) {
    const pattern = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`)
    if (!pattern.test(text)) throw new Error(`${path} has no place for ${name}`)
    text = text.replace(pattern, (_, open, close) => `${open}${block}\n${close}`)
  }
  return text
}

const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

const thousands = (x: number): string => x.toLocaleString('en-US')

export function widthTable(): string {
  const rows = widthLedger(manifest.tiers.fund).map(({ value, formula, most, checked }) => [
    value,
    formula,
    bitsOf(most),
    checked ?? '',
  ])
  return table(['value', 'largest magnitude', 'bits', 'digits checked'], rows)
}

function constraintTable(): string {
  const rows = Object.entries(manifest.circuits as Record<string, { constraints: number }>).map(
    ([name, { constraints }]) => [`\`${name}\``, thousands(constraints)],
  )
  return table(['circuit', 'constraints'], rows)
}

type Figures = { date: string; commit: string; machine: string; figures: Record<string, unknown> }

const results = (suite: string): Figures | undefined => {
  const path = `bench/results/${suite}.json`
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
}

function partsTable(): string {
  const parts = results('circuits')?.figures.parts as Record<string, Record<string, number>> | undefined
  if (!parts) return 'Not measured yet: `npm run bench -- circuits`.'
  const names = Object.keys(parts.desk ?? {})
  return table(
    ['part', 'desk', 'fund'],
    names.map((name) => [name, thousands(parts.desk?.[name] ?? 0), thousands(parts.fund?.[name] ?? 0)]),
  )
}

/** Flattens nested figures to `a.b` keys. */
function flat(figures: Record<string, unknown>, prefix = ''): [string, string][] {
  return Object.entries(figures).flatMap(([key, value]): [string, string][] => {
    if (typeof value === 'object' && value !== null)
      return flat(value as Record<string, unknown>, `${prefix}${key}.`)
    return [
      [prefix + key, typeof value === 'number' ? thousands(value) : value === null ? '–' : String(value)],
    ]
  })
}

function figuresTable(): string {
  const rows = ['circuits', 'keys', 'prover', 'gas', 'strategy', 'service'].flatMap((suite) => {
    const result = results(suite)
    if (!result) return []
    const { parts: _, details: __, ...figures } = result.figures
    return flat(figures).map(([key, value]) => [suite, `\`${key}\``, value, result.date])
  })
  return rows.length === 0
    ? 'Not measured yet: `npm run bench`.'
    : table(['suite', 'figure', 'value', 'date'], rows)
}
