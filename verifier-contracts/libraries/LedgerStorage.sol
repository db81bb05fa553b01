// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @notice A portfolio in storage. A step writes slots 0 and 1; slot 2 is touched by attestations, by the first step of an
///         amber spell and by steps that consume flows; slot 3 by a change of universe.
struct Stored {
    bytes32 head; // slot 0, keccak256 of the head before, the book and the budget
    address mandate; // slot 1, bits   0–159, blob of the active mandate
    uint32 epoch; // slot 1, bits 160–191
    uint40 snapshotTime; // slot 1, bits 192–231
    uint8 flags; // slot 1, bits 232–239, see Flags
    uint16 pendingFlows; // slot 1, bits 240–255
    uint40 attestedAt; // slot 2, bits   0–39
    uint8 attestedTier; // slot 2, bits  40–47, the weakest of them
    uint40 amberSince; // slot 2, bits  48–87
    uint32 consumedFlows; // slot 2, bits  88–119
    uint32 provenEpoch; // slot 2, bits 120–151, epoch of the last proof, while the book is a replaced one
    uint40 bookAsOf; // slot 2, bits 152–191, date of the last attested book: earlier flows are in it
    uint16 attestedBy; // slot 2, bits 192–207, how many attestors stood for the last attestation
    uint256 bookUniverse; // slot 3, the book's universe, while the mandate's is another
}

/// @notice A recorded flow in 1e-16 quote.
struct Flow {
    int128 amount; // slot 0, bits   0–127
    uint40 recordedAt; // slot 0, bits 128–167
    uint40 asOf; // slot 0, bits 168–207
}

/// @title  Flags
/// @notice Bits of {Stored.flags}.
library Flags {
    uint8 internal constant OPEN = 1 << 0;
    uint8 internal constant COMPLIANT = 1 << 1;
    uint8 internal constant MANDATE_CHANGED = 1 << 2;
    uint8 internal constant UNIVERSE_CHANGED = 1 << 3;
    uint8 internal constant REPLACED = 1 << 4;
    uint8 internal constant CLOSED = 1 << 5;
}
