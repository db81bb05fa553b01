export const HOUR_SECONDS = 3_600
export const DAY_SECONDS = 24 * HOUR_SECONDS
export const WEEK_SECONDS = 7 * DAY_SECONDS

/** Markets of coins do not close, and their options are quoted in years of 365 days. */
export const DAYS_A_YEAR = 365
export const YEAR_SECONDS = DAYS_A_YEAR * DAY_SECONDS
