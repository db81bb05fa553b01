import manifest from './manifest.json' with { type: 'json' }

/** The single list of circuits, tiers, widths, tags and vectors; Solidity and circom constants are generated from it. */
export default manifest
