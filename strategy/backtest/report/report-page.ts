import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Chart } from './chart.js'
import { html, Markup } from './markup.js'
import { PAGE_STYLE } from './page-style.js'

/** What a report was made from. `commit` is that of the program, null where it is not known. */
export type ReportSource = {
  readonly file: string
  readonly sha256: string
  readonly commit: string | null
}

export type PageContent = {
  readonly title: string
  readonly source: ReportSource
  /** What was run: name and value. */
  readonly facts: readonly (readonly [string, string])[]
  /** How the figures are to be read. */
  readonly caveats: readonly string[]
  readonly tables: readonly Markup[]
  readonly charts: readonly Chart[]
  /** Long tables, folded at the end. */
  readonly appendix: readonly { readonly title: string; readonly table: Markup }[]
}

/**
 * One page that asks for nothing else: scripts and styles are inline and named by hash in its policy, data are in it. Tables
 * are plain HTML; only the charts need the script.
 */
export function reportPage({ title, source, facts, caveats, tables, charts, appendix }: PageContent): string {
  const [uplot, uplotStyle, draw] = [
    readUplot('uPlot.iife.min.js'),
    readUplot('uPlot.min.css'),
    readFileSync(new URL('./draw-charts.js', import.meta.url), 'utf8'),
  ]
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(uplot)} ${hashOf(draw)}`,
    `style-src ${hashOf(uplotStyle)} ${hashOf(PAGE_STYLE)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  const run: PageContent['facts'] = [
    ['file', source.file],
    ['SHA-256 of the file', source.sha256],
    ...facts,
    ['program', source.commit === null ? 'commit not known' : `commit ${source.commit}`],
  ]
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Markup(uplotStyle)}</style>
<style>${new Markup(PAGE_STYLE)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<ul class="caveats">
${caveats.map((caveat) => html`<li>${caveat}</li>\n`)}</ul>
<h2>What was run</h2>
<table class="facts"><tbody>
${run.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>\n`)}</tbody></table>
<h2>Figures</h2>
${tables}
<h2>Charts</h2>
<noscript><p>The charts need JavaScript; the tables hold their figures.</p></noscript>
${charts.map(figureOf)}
${appendix.map(({ title: name, table }) => html`<details><summary>${name}</summary>${table}</details>\n`)}
</main>
<script type="application/json" id="charts">${inertJson(charts)}</script>
<script>${new Markup(uplot)}</script>
<script>${new Markup(draw)}</script>
</body>
</html>
`.text
}

const figureOf = ({ title, note }: Chart, k: number): Markup => html`<figure data-chart="${k}">
<figcaption><b>${title}</b> ${note}</figcaption>
<div class="legend" role="group" aria-label="Shown in the chart: ${title}"></div>
<div class="plot" tabindex="0" role="group" aria-label="${title}. Arrow keys go from value to value."></div>
<output></output>
</figure>
`

/** A block of data ends only with a `<`, which JSON can write otherwise. */
const inertJson = (data: unknown): Markup => new Markup(JSON.stringify(data).replaceAll('<', '\\u003c'))

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

const readUplot = (file: string): string =>
  readFileSync(createRequire(import.meta.url).resolve(`uplot/dist/${file}`), 'utf8')
