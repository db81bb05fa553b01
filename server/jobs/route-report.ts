import { formatDecimal, PRICE_DECIMALS, QUANTITY_DECIMALS, VALUE_DECIMALS } from '#portfolio/units.js'
import type { TradeRoute } from '#strategy/trade-route.js'
import type { PlanReport } from '../schemas/plan.js'

const value = (x: bigint) => formatDecimal(x, VALUE_DECIMALS)

/** A route as decimal strings: units, quote, and quote per unit. */
export const routeLine = (route: TradeRoute): NonNullable<PlanReport['trades'][number]['route']> => ({
  orders: route.orders.map(({ venue, quantity, quote, fixedCost, limitPrice, limitQuote }) => ({
    venue,
    quantity: formatDecimal(quantity, QUANTITY_DECIMALS),
    quote: value(quote),
    fixedCost: value(fixedCost),
    limitPrice: formatDecimal(limitPrice, PRICE_DECIMALS),
    limitQuote: value(limitQuote),
  })),
  quote: value(route.quote),
  fixedCost: value(route.fixedCost),
  dropped: [...route.dropped],
  certificate: { ...route.certificate, atMinimum: [...route.certificate.atMinimum] },
})
