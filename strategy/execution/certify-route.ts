import { BaseError } from '#portfolio/base-error.js'
import type { Order, Route } from './route-order.js'
import { signOf } from './supply.js'
import { type Venue, venueFill } from './venue.js'

/**
 * What was checked of a route, as relative gaps, all at most `tolerance`: `quantityGap` between the parts and the order,
 * `quoteGap` between each part's quote and what the venue's own rule asks for it (so every pool keeps its invariant),
 * `marginalGap` by which a unit moved from one venue to another would gain. `atMinimum` lists venues held at their minimum,
 * where the marginal price may be worse.
 *
 * It proves the split optimal for the venues that are not dropped; that the right ones are dropped is the search's word.
 */
export type RouteCertificate = {
  readonly tolerance: number
  readonly quantityGap: number
  readonly quoteGap: number
  readonly marginalGap: number
  readonly atMinimum: readonly number[]
}

const TOLERANCE = 1e-8

/**
 * Checks a route against the conditions of the optimum: each venue in use has paid no worse a marginal price than the
 * route's, and one unit more at any venue that is not dropped would be no better.
 *
 * @throws {@link RouteCertificateError} naming the condition that does not hold.
 */
export function certifyRoute(
  { side, quantity }: Pick<Order, 'side' | 'quantity'>,
  venues: readonly Venue[],
  { legs, marginalPrice, dropped }: Pick<Route, 'legs' | 'marginalPrice' | 'dropped'>,
): RouteCertificate {
  const sign = signOf(side)
  const total = legs.reduce((sum, leg) => sum + leg.quantity, 0)
  const quantityGap = Math.abs(total / quantity - 1)
  const atMinimum: number[] = []
  let quoteGap = 0
  let marginalGap = 0
  venues.forEach((venue, v) => {
    const leg = legs.find((one) => one.venue === v)
    const part = leg?.quantity ?? 0
    const fill = venueFill(venue, side, part)
    if (!fill) throw new RouteCertificateError('quantity')
    if (leg) quoteGap = Math.max(quoteGap, Math.abs(leg.quote / fill.quote - 1))
    if (!dropped.includes(v)) marginalGap = Math.max(marginalGap, sign * (1 - fill.next / marginalPrice))
    if (!leg) return
    if (venue.minimum > 0 && part <= venue.minimum * (1 + TOLERANCE)) atMinimum.push(v)
    else marginalGap = Math.max(marginalGap, sign * (fill.last / marginalPrice - 1))
  })
  for (const [name, gap] of Object.entries({
    quantity: quantityGap,
    quote: quoteGap,
    marginal: marginalGap,
  })) {
    if (!(gap <= TOLERANCE)) throw new RouteCertificateError(name)
  }
  return { tolerance: TOLERANCE, quantityGap, quoteGap, marginalGap, atMinimum }
}

export class RouteCertificateError extends BaseError {
  constructor(condition: string) {
    super(`The route's ${condition} must agree with the venues' own rules and with the optimum.`, {
      code: 'STRATEGY_ROUTE_CERTIFICATE',
      field: `route.${condition}`,
    })
  }
}
