/** One trial as a learner sees it: the coin, bits as 0 or 1, bytes, and named magnitudes such as lengths. */
export type Sample = {
  readonly coin: 0 | 1
  readonly bits: Uint8Array
  readonly bytes: Uint8Array
  readonly scalars: Readonly<Record<string, number>>
}
type Guess = (sample: Sample) => number
type Learner = (train: readonly Sample[]) => Guess

/**
 * Right guesses of every learner over all samples: each half is guessed by what was learned from the other half, so no
 * sample is guessed by what has seen it. Learners: the best single bit, the best single byte, one threshold per named
 * magnitude, and logistic regression over all bits and magnitudes.
 */
export function scoreLearned(samples: readonly Sample[]): Record<string, number> {
  const halves = [samples.filter((_, i) => i % 2 === 0), samples.filter((_, i) => i % 2 === 1)] as const
  const names = Object.keys(samples[0]?.scalars ?? {})
  const learners: Record<string, Learner> = {
    'best bit': bestOf((s) => s.bits),
    'best byte': bestOf((s) => s.bytes),
    ...Object.fromEntries(names.map((name) => [`threshold ${name}`, threshold((s) => s.scalars[name]!)])),
    logistic: logistic(names),
  }
  return Object.fromEntries(
    Object.entries(learners).map(([name, learn]) => [
      name,
      correct(taught(learn, halves[0]), halves[1]) + correct(taught(learn, halves[1]), halves[0]),
    ]),
  )
}

/** Who has seen nothing always says the same. */
const taught = (learn: Learner, train: readonly Sample[]): Guess =>
  train.length > 0 ? learn(train) : () => 0

const correct = (guess: Guess, test: readonly Sample[]) => test.filter((s) => guess(s) === s.coin).length

/** Midpoint between the classes' means; all equal means no way to tell. */
function threshold(of: (sample: Sample) => number): Learner {
  return (train) => {
    const [low, high] = [0, 1].map((coin) => mean(train.filter((s) => s.coin === coin).map(of))) as [
      number,
      number,
    ]
    const middle = (low + high) / 2
    return (sample) => (of(sample) > middle === high > low ? 1 : 0)
  }
}

const mean = (list: readonly number[]) => list.reduce((a, b) => a + b, 0) / Math.max(1, list.length)

/** The position whose class means lie farthest apart, measured in its own spread. */
function bestOf(of: (sample: Sample) => Uint8Array): Learner {
  return (train) => {
    const width = Math.min(...train.map((s) => of(s).length))
    const sums = [0, 1].map(() => new Float64Array(width))
    const squares = new Float64Array(width)
    const counts = [0, 0]
    for (const sample of train) {
      const row = of(sample)
      const sum = sums[sample.coin]!
      counts[sample.coin]! += 1
      for (let i = 0; i < width; i++) {
        sum[i]! += row[i]!
        squares[i]! += row[i]! * row[i]!
      }
    }
    let best = 0
    let most = -1
    for (let i = 0; i < width; i++) {
      const all = (sums[0]![i]! + sums[1]![i]!) / train.length
      const spread = Math.sqrt(Math.max(0, squares[i]! / train.length - all * all))
      const apart = Math.abs(sums[0]![i]! / (counts[0]! || 1) - sums[1]![i]! / (counts[1]! || 1))
      const worth = spread === 0 ? 0 : apart / spread
      if (worth > most) [best, most] = [i, worth]
    }
    return threshold((sample) => of(sample)[best]!)(train)
  }
}

const PASSES = 3
const RATE = 0.01

/** Stochastic gradient descent; bits as ±1, magnitudes standardised on the training half. */
function logistic(names: readonly string[]): Learner {
  return (train) => {
    const scales = names.map((name) => {
      const values = train.map((s) => s.scalars[name]!)
      const centre = mean(values)
      return { name, centre, spread: Math.sqrt(mean(values.map((v) => (v - centre) ** 2))) || 1 }
    })
    const width = train[0]?.bits.length ?? 0
    const weights = new Float64Array(width + scales.length + 1)
    const row = new Float64Array(weights.length)
    const fill = (sample: Sample): number => {
      let total = 0
      for (let i = 0; i < width; i++) row[i] = sample.bits[i] === 1 ? 1 : -1
      scales.forEach(({ name, centre, spread }, i) => {
        row[width + i] = (sample.scalars[name]! - centre) / spread
      })
      row[weights.length - 1] = 1
      for (let i = 0; i < row.length; i++) total += weights[i]! * row[i]!
      return 1 / (1 + Math.exp(-total))
    }
    for (let pass = 0; pass < PASSES; pass++) {
      for (const sample of train) {
        const step = RATE * (sample.coin - fill(sample))
        for (let i = 0; i < row.length; i++) weights[i]! += step * row[i]!
      }
    }
    return (sample) => (fill(sample) > 0.5 ? 1 : 0)
  }
}
