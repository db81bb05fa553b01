import type { AttackClass } from './attack.js'
import { BINDINGS } from './bindings.js'
import { BUDGETS } from './budgets.js'
import { CONSERVATION } from './conservation.js'
import { FLOWS } from './flows.js'
import { LIMITS } from './limits.js'
import { PUBLIC_VECTOR } from './public-vector.js'
import { SLOTS } from './slots.js'
import { VALUES } from './values.js'

/** Every class of malicious witness; a campaign numbers them by their place here. */
export const CLASSES: readonly AttackClass[] = [
  ...VALUES,
  ...SLOTS,
  ...LIMITS,
  ...BINDINGS,
  ...PUBLIC_VECTOR,
  ...FLOWS,
  ...CONSERVATION,
  ...BUDGETS,
]
