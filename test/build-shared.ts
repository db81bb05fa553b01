import { circuitOf } from '#circuits/circuit.js'
import { compileCircuit } from '#circuits/compile.js'
import { loadCircuits } from '#prover/circuits.js'
import { compileContracts } from '#verifier-contracts/compile.js'

// What several test files share, built once before any of them runs, or found where an earlier run built it.
const circuits = [loadCircuits('tiny'), compileCircuit(circuitOf('rebalance', 'tiny'), { level: 'O0' })]
compileContracts()
await Promise.all(circuits)
