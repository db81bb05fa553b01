import { deskPlanInput, DESK_DATES } from './desk-example.js'
import { plan } from '#strategy/planner.js'
import { checkMandate } from '#portfolio/mandate.js'
import { checkUniverse } from '#portfolio/universe.js'
for (const d of DESK_DATES) {
  const input = deskPlanInput(d)
  checkMandate(input.mandate, input.shape); checkUniverse(input.universe, input.shape)
  const t = Date.now(); const p = await plan(input); const ms = Date.now()-t
  const t2 = Date.now(); const p2 = await plan(input); 
  console.log(d, p.outcome, ms, Date.now()-t2, 'ms', p.reasons, 'nav', Number(p.verdict.before.nav)/1e16, 'cost', Number(p.expectedCost)/1e16, Number(p.trackingBefore)/1e16, Number(p.trackingAfter)/1e16)
  for (const t of p.trades) console.log('  ', t.symbol, Number(t.quantity)/1e8, Number(t.expectedFill)/1e8, Number(t.cost)/1e16)
  const nav = p.verdict.before.nav
  if (d===DESK_DATES[1]) for (const l of p.limits) { const f=(x:bigint)=> (Number(x)/Number(l.scale)/Number(nav)*1e4).toFixed(1); if (!l.id.startsWith('position')) console.log('  ', l.id.padEnd(20), f(l.before.value).padStart(10), f(l.before.bound).padStart(10), l.before.status.padEnd(10), f(l.after.value).padStart(10), f(l.after.bound).padStart(10), l.after.status) }
  console.log(p.verdict.before.accountEquity.map(x=>Number(x)/1e16), p.verdict.after.accountEquity.map(x=>Number(x)/1e16), p.verdict.outcome, p.verdict.refused.map(c=>c.id))
}
