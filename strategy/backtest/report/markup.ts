/** A piece of a page, escaped already. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Hole = string | number | Markup | readonly Markup[]

/** Fills holes with escaped text; what is already a {@link Markup} goes in as it is. */
export function html(parts: TemplateStringsArray, ...holes: readonly Hole[]): Markup {
  const fill = (hole: Hole): string => {
    if (hole instanceof Markup) return hole.text
    if (typeof hole === 'object') return hole.map(({ text }) => text).join('')
    return String(hole).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
  }
  return new Markup(parts.reduce((text, part, i) => text + fill(holes[i - 1] ?? '') + part))
}

/**
 * A table with its caption, one heading a column; the first cell of a row heads it. It scrolls by itself where it is wider
 * than the page, by keyboard too.
 */
export const htmlTable = (
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): Markup => html`<div class="wide" tabindex="0" role="region" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>
${rows.map(
  ([first = '', ...cells]) =>
    html`<tr><th scope="row">${first}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>\n`,
)}</tbody>
</table></div>`
