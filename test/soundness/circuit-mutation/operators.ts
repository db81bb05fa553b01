/** One way to get a line of circom wrong; `after` replaces the line's code. */
export type Edit = { readonly operator: string; readonly after: string }

/** Names that are easily taken for one another. Each pair is tried in both directions, whole words only. */
const CONFUSED: readonly (readonly [string, string])[] = [
  ['TAG_BOOK', 'TAG_TRADE'],
  ['TAG_MARKET', 'TAG_MANDATE'],
  ['TAG_BUDGET', 'TAG_REBALANCE'],
  ['MAX_LONG', 'MAX_SHORT'],
  ['NET_HI_BPS', 'NET_LO_BPS'],
  ['COST_BPS', 'GAIN_BPS'],
  ['GAMMA_LO_BPS', 'VEGA_LO_BPS'],
  ['VEGA_HI_BPS', 'GAMMA_HI_BPS'],
  ['old', 'new'],
  ['carryGain', 'carryLoss'],
  ['cost', 'gain'],
  ['turnover', 'traded'],
  ['price', 'weight'],
  ['fill', 'price'],
  ['delta', 'absDelta'],
  ['deltaValue', 'absDeltaValue'],
  ['gamma', 'vega'],
  ['quantity', 'magnitude'],
  ['current', 'previous'],
  ['Current', 'Previous'],
  ['oldCurrent', 'oldPrevious'],
  ['groupNet', 'groupGross'],
  ['netInGroup', 'grossInGroup'],
  ['netSum', 'grossSum'],
  ['valueInAccount', 'marginInAccount'],
  ['equity', 'margin'],
  ['same', 'next'],
  ['bound', 'before'],
  ['domain', 'epoch'],
  ['compliant', 'open'],
  ['M', 'P'],
]

/** Every occurrence of `pattern`, replaced one at a time; a replacement that changes nothing is left out. */
function eachMatch(code: string, pattern: RegExp, to: (match: RegExpMatchArray) => string): string[] {
  return [...code.matchAll(pattern)]
    .map((match) => code.slice(0, match.index) + to(match) + code.slice(match.index + match[0].length))
    .filter((after) => after !== code)
}

const FACTOR = String.raw`(?:\w[\w.]*(?:\[(?:[^\][]|\[[^\]]*\])*\][\w.]*|\([^()]*\))*|\([^()]*\))`
const PRODUCT = new RegExp(String.raw`(${FACTOR}) \* (${FACTOR})(?![^[]*\] <)`, 'g')
const isLoop = (code: string): boolean => /^\s*for \(/.test(code)
const isAssert = (code: string): boolean => /^\s*assert\(/.test(code)
const isDeclared = (code: string): boolean => /^\s*(signal (input|output) |component \w+\[)/.test(code)
const isInstance = (code: string): boolean => / = [A-Z]\w+\(.*\);$/.test(code)

type Operator = (code: string) => string[]

const WIDTH = /\b(InRange|Bits|Signed|LimitOrReduce)\((.+)\);$|\bBITS_\w+\(\) \{ return (\d+)/g
const width = (sign: '-' | '+'): Operator => {
  return (code) =>
    eachMatch(code, WIDTH, ([whole, template, of]) => {
      if (template === undefined) return `${whole} ${sign} 8`
      // Every digit of a mask is read: with fewer nothing compiles.
      if (sign === '-' && !/BITS|n/.test(of!)) return whole
      return `${template}(${of} ${sign} 8);`
    })
}

const narrow = width('-')
const widen = width('+')

const SLACK = /(slack|navRange|elapsed)\.in <== (.+);/g
const slack = (by: string): Operator => {
  return (code) => eachMatch(code, SLACK, ([, name, of]) => `${name}.in <== ${of} ${by};`)
}

/** Removes one addend of the sum on the right, top level only. */
const dropAddend: Operator = (code) => {
  const [, head, sum] = /^(.*?(?:<==|===|\+=| =) )(.+);$/.exec(code) ?? []
  if (!head || !sum) return []
  const terms: string[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at < sum.length; at++) {
    if ('([{'.includes(sum[at]!)) depth++
    if (')]}'.includes(sum[at]!)) depth--
    if (depth === 0 && at > start && /^ [+-] $/.test(sum.slice(at - 1, at + 2))) {
      terms.push(sum.slice(start, at - 1))
      start = at - 1
    }
  }
  terms.push(sum.slice(start))
  if (terms.length < 2) return []
  return terms.map((_, i) => {
    const rest = terms.filter((_, j) => j !== i).join('')
    return `${head}${rest.replace(/^ \+ /, '').replace(/^ - /, '-')};`
  })
}

/** `name` where a statement reads it: a whole word, or `old` and `new` as the beginning of one. */
const readAs = (name: string): RegExp => {
  const end = /^(old|new)$/.test(name) ? '(?=[A-Z])' : '(?![a-zA-Z])'
  return new RegExp(
    String.raw`(?<=(?:<==|===|\+=| =|^ +mandate).*)(?<![a-zA-Z]|Sign\[i\]\.|edge\[i\]\.)${name}${end}`,
    'g',
  )
}

const confuse: Operator = (code) =>
  CONFUSED.flatMap(([a, b]) => [
    ...eachMatch(code, readAs(a), () => b),
    ...eachMatch(code, readAs(b), () => a),
  ])

/** The ways in which a circuit goes wrong, by name. None applies to a declaration of an input or output. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  'drop-check': (code) => (/ === .*;$/.test(code) ? [code.replace(/\S.*$/, '')] : []),
  'drop-range': (code) =>
    eachMatch(
      code,
      /((?:Range(?:\[\w\])?|range\[\w\]|slack|elapsed|digits|isChanged)\.in) <== .+;/g,
      (m) => `${m[1]} <== 0;`,
    ),
  'drop-hashed': (code) => eachMatch(code, /(\.(?:in|x)\[[^\]]*\]) <== .+;$/g, (m) => `${m[1]} <== 0;`),
  unconstrain: (code) => eachMatch(code, / <== /g, () => ' <-- '),
  narrow,
  widen,
  loosen: slack('+ 1'),
  tighten: slack('- 1'),
  confuse,
  sign: (code) => [
    ...eachMatch(code, / \+ (?![^[]*\])/g, () => ' - '),
    ...eachMatch(code, / - (?![^[]*\])/g, () => ' + '),
    ...eachMatch(code, / \+= /g, () => ' -= '),
    ...eachMatch(code, / <== -/g, () => ' <== '),
    ...eachMatch(code, /(?<=var sign.* [[]?.*)-?1(?=[,\]])/g, ([one]) => (one === '1' ? '-1' : '1')),
  ],
  'drop-term': dropAddend,
  'drop-factor': (code) => [
    ...eachMatch(code, PRODUCT, (m) => m[1]!),
    ...eachMatch(code, PRODUCT, (m) => m[2]!),
    ...eachMatch(code, / \/ 2/g, () => ''),
  ],
  constant: (code) => [
    ...eachMatch(code, /(?<![\w[])\d+\b(?![^[]*\])/g, ([n]) => `${BigInt(n) + 1n}`),
    ...eachMatch(code, /(?<![\w[])[1-9]\d*\b(?![^[]*\])/g, ([n]) => `${BigInt(n) - 1n}`),
  ],
  index: (code) =>
    /^function| <== \[/.test(code)
      ? []
      : [
          ...eachMatch(code, /(?<=(?:<==|\+=) .*|^.*===.*|^.*(?==== ))\[[iags]\]/g, () => '[0]'),
          ...eachMatch(code, /(?<=(?:<==|\+=| =) .*) \+ (1|i|j|s|T|PARTIAL)(?=[\]* +])/g, () => ''),
          ...eachMatch(code, /(?<=(?:<==|\+=| =) .*)\[(\d+) ([+*]) /g, () => '['),
          ...eachMatch(
            code,
            /(?<=(?:<==|\+=| =) .*)\[([^\][]+[a-zA-Z)])(?<!UNIVERSE_ID\(\))\]/g,
            (m) => `[${m[1]} - 1]`,
          ),
          ...eachMatch(code, /(?<= === .*)\[([^\][]+[a-zA-Z)])\]/g, (m) => `[${m[1]} + 1]`),
          ...eachMatch(code, /_AT\(([agi])(?=[,)])/g, () => '_AT(0'),
        ],
  book: (code) => [
    ...eachMatch(
      code,
      /(?<=(?:<==|\+=) .*(?:exposure|groupNet|groupGross|whole|loss|equity|margin|marginTotal|required))\[([01])\]/g,
      (m) => (m[1] === '0' ? '[1]' : '[0]'),
    ),
    ...eachMatch(code, /(?<=exposure|margin)\[k\](?!.*<==)/g, () => '[1 - k]'),
  ],
  arguments: (code) =>
    eachMatch(code, /(?<=return .*|= .*)([A-Z_]+_AT)\((\w+), (\w+)/g, (m) => `${m[1]}(${m[3]}, ${m[2]}`),
  comparison: (code) => [
    ...eachMatch(code, / ([<>]) (?=\w+ \?)/g, (m) => ` ${m[1]}= `),
    ...eachMatch(code, / < (?=(?:[n7]\)|HALF - 1 \?))/g, () => ' <= '),
    ...eachMatch(code, /\? 1 : 0/g, () => '? 0 : 1'),
    ...eachMatch(code, /(?<= <-- .*)\? (.+?) : (.+?);/g, (m) => `? ${m[2]} : ${m[1]};`),
  ],
}

const LOOP: Readonly<Record<string, Operator>> = {
  loop: (code) => [
    ...eachMatch(code, /< ([^;]+); (\w)\+\+/g, (m) => `< ${m[1]} - 1; ${m[2]}++`),
    ...eachMatch(code, /var (\w) = 0;/g, (m) => `var ${m[1]} = 1;`),
    ...eachMatch(code, />= 0/g, () => '> 0'),
  ],
}

/** A new component: other parameters of the same kind. */
const INSTANCE: Readonly<Record<string, Operator>> = {
  narrow,
  // Limits are left out: their slack may have more digits than it needs, since only its sign is in question.
  widen: (code) => (/(Range|Sign|isChanged|digits)\b/.test(code) ? widen(code) : []),
  confuse,
}

/** Every edit of a line's code, in the order of the operators and, within one, from left to right; none twice. */
export function editsOf(code: string): Edit[] {
  if (isAssert(code) || isDeclared(code) || /^\s*(template|pragma|include)/.test(code)) return []
  const seen = new Set<string>([code])
  const operators = isLoop(code) ? LOOP : isInstance(code) ? INSTANCE : OPERATORS
  return Object.entries(operators).flatMap(([operator, apply]) =>
    apply(code)
      .filter((after) => !seen.has(after) && seen.add(after))
      .map((after) => ({ operator, after })),
  )
}
