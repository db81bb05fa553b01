import type { Node } from './syntax.js'

/** The text of a node as it stands in the source. */
export type Text = (node: Node) => string

/** What may stand in place of a node. */
export type Edit = { readonly of: Node; readonly after: string }

type Operator = (node: Node, text: Text) => Edit[]
type Swaps = Readonly<Record<string, string>>

/** A statement that does nothing. */
const NOTHING = 'true'

const BOUNDARY: Swaps = { '<': '<=', '<=': '<', '>': '>=', '>=': '>', '==': '!=', '!=': '==' }
const JUNCTION: Swaps = { '&&': '||', '||': '&&' }
const ARITHMETIC: Swaps = {
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '/',
  '<<': '>>',
  '>>': '<<',
  '&': '|',
  '|': '&',
}
/** The same of assembly, where operators are functions. */
const YUL: Swaps = {
  add: 'sub',
  sub: 'add',
  and: 'or',
  or: 'and',
  lt: 'gt',
  gt: 'lt',
  shl: 'shr',
  shr: 'shl',
}

const swap =
  (by: Swaps): Operator =>
  (node, text) => {
    const { nodeType, operator = '', leftExpression, rightExpression } = node
    if (nodeType !== 'BinaryOperation' || !by[operator]) return []
    return [{ of: node, after: `${text(leftExpression!)} ${by[operator]} ${text(rightExpression!)}` }]
  }

const arithmetic: Operator = (node, text) => {
  const { nodeType, operator = '', leftHandSide, rightHandSide, functionName } = node
  if (nodeType === 'Assignment') {
    const other = ARITHMETIC[operator.slice(0, -1)]
    return other ? [{ of: node, after: `${text(leftHandSide!)} ${other}= ${text(rightHandSide!)}` }] : []
  }
  if (nodeType === 'YulFunctionCall') {
    const other = YUL[functionName!.name!]
    return other ? [{ of: functionName!, after: other }] : []
  }
  return swap(ARITHMETIC)(node, text)
}

const constant: Operator = (node, text) => {
  const { nodeType, kind, value } = node
  if (kind === 'bool') return [{ of: node, after: value === 'true' ? 'false' : 'true' }]
  if (kind !== 'number') return []
  const one =
    nodeType === 'YulLiteral' ? [`add(${text(node)}, 1)`] : [`(${text(node)} + 1)`, `(${text(node)} - 1)`]
  return (Number(value) === 0 ? ['1'] : one).map((after) => ({ of: node, after }))
}

/** Two arguments next to each other, of one type, in a call of a function of these contracts. */
const swapArguments: Operator = (node, text) => {
  const { nodeType, kind, expression, arguments: given = [] } = node
  // What the language itself declares has a negative number.
  const isOwn =
    nodeType === 'FunctionCall' && kind === 'functionCall' && expression!.referencedDeclaration! > 0
  if (!isOwn) return []
  const types = given.map(({ typeDescriptions }) => typeDescriptions!.typeString)
  const texts = given.map(text)
  return texts.slice(1).flatMap((second, i) => {
    const first = texts[i]!
    if (types[i] !== types[i + 1] || first === second) return []
    const swapped = [...texts.slice(0, i), second, first, ...texts.slice(i + 2)]
    return [{ of: node, after: `${text(expression!)}(${swapped.join(', ')})` }]
  })
}

/** What is asked by a condition, or by a part of one. */
const negate: Operator = ({ nodeType, operator = '', condition, leftExpression, rightExpression }, text) => {
  const asked = ['IfStatement', 'Conditional'].includes(nodeType) ? [condition!] : []
  if (operator in JUNCTION) asked.push(leftExpression!, rightExpression!)
  const others = asked.filter((of) => !['==', '!='].includes(of.operator!))
  return others.map((of) => ({ of, after: `!(${text(of)})` }))
}

const drop =
  (...kinds: string[]): Operator =>
  ({ nodeType, expression }) =>
    nodeType === 'ExpressionStatement' && kinds.includes(expression!.nodeType)
      ? [{ of: expression!, after: NOTHING }]
      : []

const dropNode =
  (kind: string): Operator =>
  (node) =>
    node.nodeType === kind ? [{ of: node, after: NOTHING }] : []

/** The ways in which a contract goes wrong, by name. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  boundary: swap(BOUNDARY),
  junction: swap(JUNCTION),
  negate,
  arithmetic,
  constant,
  'drop-check': dropNode('RevertStatement'),
  'drop-event': dropNode('EmitStatement'),
  'drop-call': drop('FunctionCall'),
  'drop-assignment': drop('Assignment', 'UnaryOperation'),
  'drop-modifier': (node) => (node.kind === 'modifierInvocation' ? [{ of: node, after: '' }] : []),
  'swap-arguments': swapArguments,
}
