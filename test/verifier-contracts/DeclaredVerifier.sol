// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Proof} from "../../verifier-contracts/interfaces/IGroth16Verifier.sol";
import {MockVerifier} from "./MockVerifier.sol";

/// @title  DeclaredVerifier
/// @notice Of one circuit it accepts exactly the statements that were declared true, whatever the proof; the others are as
///         with {MockVerifier}.
contract DeclaredVerifier is MockVerifier {
    bytes32 private immutable _CIRCUIT;
    mapping(uint256 statement => bool) private _isTrue;

    constructor(address governor, bytes32 circuitId) MockVerifier(governor) {
        _CIRCUIT = circuitId;
    }

    function declare(uint256 c, uint256 alpha, uint256 beta) external {
        _isTrue[proofOf(_CIRCUIT, c, alpha, beta).a[0]] = true;
    }

    function _holds(bytes32 circuitId, Proof memory proof, uint256 c, uint256 alpha, uint256 beta)
        internal
        view
        override
        returns (bool)
    {
        if (circuitId != _CIRCUIT) return super._holds(circuitId, proof, c, alpha, beta);
        return _isTrue[proofOf(circuitId, c, alpha, beta).a[0]];
    }
}
