import { expect, test } from 'vitest'
import { affine, LinearProgram } from '#strategy/linear-program.js'

test('the objective is that of the solution, also with variables held at 0, which are free again afterwards', async () => {
  const program = new LinearProgram()
  const [cheap, dear] = [program.variable(0, Infinity, 1), program.variable(0, Infinity, 3)]
  const together = affine(0, [
    [cheap, 1],
    [dear, 1],
  ])
  program.require(affine(2), together)
  const found = await program.open((solver) =>
    [[], [cheap], []].map((zeros) => {
      const { values, objective } = solver.solve(zeros)!
      return [values[cheap], values[dear], objective]
    }),
  )
  expect(found).toEqual([
    [2, 0, 2],
    [0, 2, 6],
    [2, 0, 2],
  ])
})
