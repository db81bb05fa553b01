// Runs in the page of a report: draws its charts by uPlot and lets keyboard and mouse read them.

const charts = JSON.parse(document.getElementById('charts').textContent)
const styleOf = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
const COLOURS = 13
const colourOf = ({ colour }) => styleOf(`--series-${colour % COLOURS}`)
const DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3]]
const dashOf = ({ colour, ours }) => (ours ? [] : DASHES[colour % DASHES.length])
const HEIGHT = 380

const plainNumber = new Intl.NumberFormat('en', { maximumSignificantDigits: 4, useGrouping: false })
const numberOf = (value) => (value === null || value === undefined ? '' : plainNumber.format(value))
const timeOf = (seconds) =>
  new Date(seconds * 1e3)
    .toISOString()
    .replace('T', ' ')
    .replace(/( 00:00:00)?\.000Z$/, '')

/** Outlines around (0, 0): what colour tells apart, shape does too. */
const SHAPES = [
  [
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1],
  ],
  [
    [0.8, 0.8],
    [-0.8, 0.8],
    [-0.8, -0.8],
    [0.8, -0.8],
  ],
  [
    [0, -1],
    [0.95, 0.75],
    [-0.95, 0.75],
  ],
  [
    [0, 1],
    [0.95, -0.75],
    [-0.95, -0.75],
  ],
  Array.from({ length: 12 }, (_, k) => [Math.cos((k * Math.PI) / 6), Math.sin((k * Math.PI) / 6)]),
]
const shapeOf = ({ colour }) => SHAPES[colour % SHAPES.length]

for (const figure of document.querySelectorAll('figure[data-chart]')) {
  const chart = charts[Number(figure.dataset.chart)]
  drawChart(figure, chart, chart.kind === 'points' ? pointsOf(chart) : linesOf(chart))
}

/** A chart as uPlot wants it: `data` in columns, `say` what is at a position and `visible` whether one can go there. */
function pointsOf({ series, xLabel, yLabel }) {
  const points = series
    .flatMap((one, s) => one.points.map((point) => ({ ...point, s })))
    .filter(({ x, y }) => x > 0 && y > 0)
    .sort((a, b) => a.x - b.x)
  const log = { time: false, distr: 3, range: (_, min, max) => [min / 1.2, max * 1.2] }
  return {
    data: [points.map(({ x }) => x), ...series.map((_, s) => points.map((p) => (p.s === s ? p.y : null)))],
    options: {
      scales: { x: log, y: log },
      axes: [axis(xLabel, 42), axis(yLabel, 64)].map((one) => ({
        ...one,
        splits: decadeSplits,
        filter: fewNumbers,
      })),
      series: [
        {},
        ...series.map(({ shown }) => ({ show: shown, paths: () => null, points: { show: false } })),
      ],
      cursor: { drag: { x: false, y: false }, points: { show: false }, x: false, y: false },
      hooks: {
        drawSeries: [
          (u, s) => {
            for (const [i, y] of u.data[s].entries()) {
              if (y !== null) drawShape(u, series[s - 1], u.data[0][i], y)
            }
          },
        ],
      },
    },
    say: (_, i) => points[i].label,
    visible: (u, i) => u.series[points[i].s + 1].show,
    height: (i) => points[i].y,
  }
}

function linesOf({ times, series, yLabel }) {
  const stroke = (one) => ({
    show: one.shown,
    stroke: () => colourOf(one),
    dash: dashOf(one),
    width: one.ours ? 2.5 : 1.5,
    points: { show: false },
  })
  return {
    data: [times, ...series.map(({ values }) => values)],
    options: {
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1e3), 'Etc/UTC'),
      scales: { x: { time: true } },
      axes: [{ ...axis('UTC', 52), values: undefined }, axis(yLabel, 64)],
      series: [{}, ...series.map(stroke)],
      cursor: { y: false },
    },
    say: (u, i) =>
      [
        timeOf(times[i]),
        ...series
          .filter((_, s) => u.series[s + 1].show)
          .map((one) => `${one.name} ${numberOf(one.values[i])}`),
      ].join(' · '),
    visible: () => true,
    height: () => undefined,
  }
}

function axis(label, size) {
  return {
    label,
    size,
    stroke: () => styleOf('--ink'),
    grid: { stroke: () => styleOf('--faint'), width: 1 },
    ticks: { stroke: () => styleOf('--faint'), width: 1 },
    values: (_, splits) => splits.map(numberOf),
  }
}

/** Of a logarithmic axis every one, two … nine times a power of ten within it; few of them get a number. */
function decadeSplits(_, _axis, min, max) {
  const splits = []
  for (let power = Math.floor(Math.log10(min)); 10 ** power <= max; power++) {
    for (let digit = 1; digit <= 9; digit++) splits.push(Number(`${digit}e${power}`))
  }
  return splits.filter((split) => split >= min && split <= max)
}

function fewNumbers(_, splits) {
  const digits = splits.map((split) => split.toExponential()[0])
  const decades = digits.filter((digit) => digit === '1').length
  const numbered = splits.length <= 10 ? '123456789' : decades <= 2 ? '1235' : '1'
  return splits.map((split, k) => (numbered.includes(digits[k]) ? split : null))
}

function drawShape({ ctx, valToPos }, one, x, y) {
  const [left, top] = [valToPos(x, 'x', true), valToPos(y, 'y', true)]
  const radius = (one.ours ? 5.5 : 4) * devicePixelRatio
  ctx.save()
  ctx.beginPath()
  for (const [dx, dy] of shapeOf(one)) ctx.lineTo(left + radius * dx, top + radius * dy)
  ctx.closePath()
  ctx.fillStyle = colourOf(one)
  ctx.globalAlpha = one.ours ? 1 : 0.75
  ctx.fill()
  ctx.restore()
}

function drawChart(figure, chart, { data, options, say, visible, height }) {
  const plot = figure.querySelector('.plot')
  const output = figure.querySelector('output')
  const count = data[0].length
  let active = -1

  const show = (i) => {
    active = i
    output.textContent = i < 0 ? '' : say(u, i)
    const y = i < 0 ? undefined : height(i)
    marker.style.display = y === undefined ? 'none' : 'block'
    if (y === undefined) return
    marker.style.left = `${u.valToPos(data[0][i], 'x')}px`
    marker.style.top = `${u.valToPos(y, 'y')}px`
  }
  const underMouse = ({ cursor }) => {
    if (cursor.left === undefined || cursor.left < 0) return -1
    if (chart.kind === 'lines') return cursor.idx ?? -1
    let [best, least] = [-1, Infinity]
    for (let i = 0; i < count; i++) {
      if (!visible(u, i)) continue
      const away = Math.hypot(
        u.valToPos(data[0][i], 'x') - cursor.left,
        u.valToPos(height(i), 'y') - cursor.top,
      )
      if (away < least) [best, least] = [i, away]
    }
    return best
  }
  const byMouse = (self) => {
    // uPlot moves its cursor while it is being made and whenever the page scrolls; what the keyboard chose stays.
    const at = underMouse(self)
    if (at >= 0) show(at)
  }
  const size = () => ({ width: Math.max(280, plot.clientWidth), height: HEIGHT })
  const u = new uPlot({ ...size(), ...options, legend: { show: false } }, data, plot)
  const marker = document.createElement('div')
  marker.className = 'marker'
  u.over.append(marker)
  u.hooks.setCursor = [byMouse]
  u.hooks.ready = [() => show(active)]

  plot.addEventListener('keydown', (event) => {
    const steps = { ArrowRight: 1, ArrowLeft: -1, PageDown: 30, PageUp: -30, Home: -count, End: count }
    const step = steps[event.key]
    const reachable = data[0].map((_, i) => i).filter((i) => visible(u, i))
    if (step === undefined || reachable.length === 0) return
    event.preventDefault()
    const wanted = reachable.indexOf(active) + step
    const next = reachable[Math.min(reachable.length - 1, Math.max(0, wanted))]
    u.setCursor({ left: u.valToPos(data[0][next], 'x'), top: HEIGHT / 3 }, false)
    output.setAttribute('aria-live', 'polite')
    show(next)
  })
  new ResizeObserver(() => {
    u.setSize(size())
    show(active)
  }).observe(plot)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => u.redraw(false, true))
  figure.querySelector('.legend').append(
    ...chart.series.map((one, s) =>
      legendEntry(one, chart.kind, (shown) => {
        u.setSeries(s + 1, { show: shown })
        show(-1)
      }),
    ),
  )
}

function legendEntry(one, kind, onChange) {
  const label = document.createElement('label')
  const box = document.createElement('input')
  box.type = 'checkbox'
  box.checked = one.shown
  box.addEventListener('change', () => onChange(box.checked))
  label.append(box, swatch(one, kind), one.name)
  return label
}

function swatch(one, kind) {
  const make = (name, attributes) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name)
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
    return element
  }
  const svg = make('svg', { viewBox: '0 0 32 18', 'aria-hidden': 'true' })
  const colour = `var(--series-${one.colour % COLOURS})`
  const mark =
    kind === 'points'
      ? make('polygon', {
          points: shapeOf(one)
            .map(([x, y]) => `${16 + 7 * x},${9 + 7 * y}`)
            .join(' '),
          fill: colour,
        })
      : make('path', {
          d: 'M0 9H32',
          stroke: colour,
          'stroke-width': one.ours ? 5 : 3,
          'stroke-dasharray': dashOf(one).join(' ') || 'none',
        })
  svg.append(mark)
  return svg
}
