// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @notice What attestors sign about. OPEN: the first book. CONFIRM: a recent head. REPLACE: a reconciled book.
///         FLOW: money that came or went.
enum Kind {
    Open,
    Confirm,
    Replace,
    Flow
}

/// @notice What one or more attestors state alike. `head` and `epoch` name the head it speaks of (0 for OPEN and FLOW),
///         `commitment` the book (0 for FLOW), `amount` the signed flow in 1e-16 quote and `flowId` its one use (0
///         otherwise). `asOf` is the time of the evidence.
struct Attestation {
    Kind kind;
    bytes32 portfolioId;
    uint256 epoch;
    bytes32 head;
    uint256 commitment;
    int256 amount;
    bytes32 flowId;
    uint256 asOf;
    uint256 deadline;
}

/// @notice One attestor's word on an attestation: the strength of its own evidence, that evidence's hash, its signature.
struct Word {
    address attestor;
    uint8 tier;
    bytes32 evidence;
    bytes signature;
}

/// @title  Attestations
/// @notice EIP-712 struct hash of an attestation with one attestor's part.
library Attestations {
    bytes32 private constant TYPE = keccak256(
        "Attestation(uint8 kind,bytes32 portfolioId,uint256 epoch,bytes32 head,uint256 commitment,int256 amount,bytes32 flowId,uint256 asOf,uint256 deadline,uint8 tier,bytes32 evidence,address attestor)"
    );

    /// @notice Struct hash to put under the ledger's domain.
    function hash(Attestation calldata attestation, Word calldata word) internal pure returns (bytes32) {
        return keccak256(abi.encode(TYPE, attestation, word.tier, word.evidence, word.attestor));
    }
}
