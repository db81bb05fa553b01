import type { CoolingConfig } from './cooling.js'
import type { DelistingTrigger } from './delisting.js'
import type { DeltaBandTrigger } from './delta-band.js'
import type { ExpiryTrigger } from './expiry.js'
import type { GreekBudgetTrigger } from './greek-budget.js'
import type { HeadroomTrigger } from './headroom.js'
import type { LimitBreachedTrigger } from './limit-breached.js'
import type { LiquidityConfig } from './liquidity.js'
import type { MarginBufferTrigger } from './margin-buffer.js'
import type { RedemptionTrigger } from './redemption.js'
import type { ThresholdTrigger } from './threshold.js'
import type { TimeTrigger } from './time.js'
import type { TrackingErrorTrigger } from './tracking-error.js'
import type { VolatilityRegimeTrigger } from './volatility-regime.js'

/** Rules that fire nothing and make ordinary triggers wait. */
export type PostponingConfig = LiquidityConfig | CoolingConfig

/** One configured trigger, told apart by `kind`. A fund's list of them is private, like the rest of its strategy. */
export type TriggerConfig =
  | TimeTrigger
  | ThresholdTrigger
  | DeltaBandTrigger
  | GreekBudgetTrigger
  | TrackingErrorTrigger
  | MarginBufferTrigger
  | HeadroomTrigger
  | RedemptionTrigger
  | DelistingTrigger
  | ExpiryTrigger
  | LimitBreachedTrigger
  | VolatilityRegimeTrigger
  | PostponingConfig
