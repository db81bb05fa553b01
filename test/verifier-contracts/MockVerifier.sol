// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {KeyGuard} from "../../verifier-contracts/KeyGuard.sol";
import {Claim, CLAIM_BYTES, Proof} from "../../verifier-contracts/interfaces/IGroth16Verifier.sol";

/// @title  MockVerifier
/// @notice Stands for the pairing in tests of what surrounds a proof: it accepts exactly the proof whose first word is the
///         hash of circuit and public signals, so that a caller who binds anything else is refused. Keys are guarded as
///         they really are; their bytes are nothing.
contract MockVerifier is KeyGuard {
    mapping(bytes32 circuitId => bytes32) public predecessorOf;

    constructor(address governor) KeyGuard(governor) {}

    function proofOf(bytes32 circuitId, uint256 c, uint256 alpha, uint256 beta) public pure returns (Proof memory p) {
        p.a[0] = uint256(keccak256(abi.encode(circuitId, c, alpha, beta)));
    }

    function verifyBatch(bytes32 circuitId, bytes calldata claims) external view {
        _liveKey(circuitId);
        if (claims.length == 0) revert EmptyBatch();
        if (claims.length % CLAIM_BYTES != 0) revert WrongBatchLength(claims.length, CLAIM_BYTES);
        for (uint256 i; i < claims.length; i += CLAIM_BYTES) {
            Claim memory claim = abi.decode(claims[i:i + CLAIM_BYTES], (Claim));
            if (!_holds(circuitId, claim.proof, claim.c, claim.alpha, claim.beta)) revert InvalidProof(circuitId);
        }
    }

    function verify(bytes32 circuitId, Proof calldata proof, uint256 c, uint256 alpha, uint256 beta) external view {
        _liveKey(circuitId);
        if (!_holds(circuitId, proof, c, alpha, beta)) revert InvalidProof(circuitId);
    }

    function _holds(bytes32 circuitId, Proof memory proof, uint256 c, uint256 alpha, uint256 beta)
        internal
        view
        virtual
        returns (bool)
    {
        return proof.a[0] == proofOf(circuitId, c, alpha, beta).a[0];
    }

    function registerKey(bytes32 circuitId, bytes calldata, bool development) external onlyGovernor {
        _announce(circuitId, address(this), development);
    }

    function registerSuccessor(bytes32 predecessor, bytes32 circuitId, bytes calldata, bool development)
        external
        onlyGovernor
    {
        _announce(circuitId, address(this), development);
        predecessorOf[circuitId] = predecessor;
    }

    function keyOf(bytes32) external pure returns (bytes memory) {}

    function keyHash(bytes32 circuitId) external pure returns (bytes32) {
        return circuitId;
    }

    function isLive(bytes32 circuitId) external view returns (bool) {
        return _isLive(circuitId);
    }
}
