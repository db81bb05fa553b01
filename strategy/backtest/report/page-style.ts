/** The style of a report's page. Series 0 is the engine's own rule; the others' colours are told apart on light and dark. */
export const PAGE_STYLE = `
:root {
  --ink: #1a2530; --paper: #ffffff; --faint: #d5dde4; --muted: #556371; --note: #eef3f7; --focus: #0b62c4;
  --series-0: #c4161c; --series-1: #1f5fa8; --series-2: #b35c00; --series-3: #237a43; --series-4: #7a3fa0; --series-5: #0a7f8c;
  --series-6: #8a6d00; --series-7: #a3316f; --series-8: #4d6b1f; --series-9: #5a5f9e; --series-10: #6b4a36; --series-11: #5d6a75; --series-12: #2a2f36;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e3eaf0; --paper: #10161c; --faint: #2c3945; --muted: #9fb0be; --note: #18222b; --focus: #7db8ff;
    --series-0: #ff6b6b; --series-1: #74aef0; --series-2: #f0a350; --series-3: #6fce8f; --series-4: #c795ec; --series-5: #5fd0dc;
    --series-6: #e0c350; --series-7: #f08abf; --series-8: #b3d27a; --series-9: #a9aef0; --series-10: #d3a98e; --series-11: #a9b7c3; --series-12: #ffffff;
  }
}
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; color: var(--ink); background: var(--paper) }
main { max-width: 86rem; margin: 2rem auto; padding: 0 1rem }
h1, .facts td { overflow-wrap: anywhere }
.caveats { background: var(--note); padding: .6rem 1rem .6rem 2rem; border-left: 4px solid var(--muted) }
.wide { overflow-x: auto; margin: 1rem 0 2rem }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums }
.wide td, .wide caption { white-space: nowrap }
caption { text-align: left; font-weight: 600; padding: .3rem 0 }
th, td { padding: .2rem .5rem; border-bottom: 1px solid var(--faint); text-align: right; vertical-align: bottom }
tbody th, thead th:first-child, .facts td { text-align: left }
tbody th { font-weight: 400; white-space: nowrap }
.facts th { color: var(--muted); vertical-align: top }
figure { margin: 1.5rem 0 2.5rem }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; margin: .4rem 0; font-size: 14px }
.legend label { display: inline-flex; align-items: center; gap: .3rem; cursor: pointer }
.legend svg { width: 1.6rem; height: .9rem }
output { display: block; min-height: 3em; padding-top: .4rem; font-size: 14px; color: var(--muted); font-variant-numeric: tabular-nums }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px }
summary { cursor: pointer; font-weight: 600; padding: .4rem 0 }
.marker { position: absolute; width: 16px; height: 16px; margin: -8px 0 0 -8px; border: 2px solid var(--ink); border-radius: 50%; pointer-events: none; display: none }
.u-select { background: var(--faint); opacity: .5 }
@media print { .legend, output { display: none } }
`
