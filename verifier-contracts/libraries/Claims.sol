// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {CLAIM_BYTES, Proof} from "../interfaces/IGroth16Verifier.sol";

/// @title  Claims
/// @notice The list that a batch is checked as, {CLAIM_BYTES} a claim. Written word by word: a list of structs, which the
///         compiler would make twice and copy once, costs 3,000 gas more a claim.
library Claims {
    /// @notice Room for `count` claims.
    function room(uint256 count) internal pure returns (bytes memory) {
        return new bytes(CLAIM_BYTES * count);
    }

    /// @notice Writes claim `index`, of those there is room for.
    function put(bytes memory list, uint256 index, Proof calldata proof, uint256 c, uint256 alpha, uint256 beta)
        internal
        pure
    {
        assert(CLAIM_BYTES * (index + 1) <= list.length);
        assembly ("memory-safe") {
            let at := add(add(list, 0x20), mul(index, CLAIM_BYTES))
            calldatacopy(at, proof, 0x100)
            mstore(add(at, 0x100), c)
            mstore(add(at, 0x120), alpha)
            mstore(add(at, 0x140), beta)
        }
    }

    /// @notice Leaves the first `count` claims, of those there is room for.
    function cut(bytes memory list, uint256 count) internal pure {
        assert(CLAIM_BYTES * count <= list.length);
        assembly ("memory-safe") {
            mstore(list, mul(count, CLAIM_BYTES))
        }
    }

    /// @notice The end of memory in use, for {release}.
    function mark() internal pure returns (uint256 free) {
        assembly ("memory-safe") {
            free := mload(0x40)
        }
    }

    /// @notice Gives back all memory taken since {mark}, which nothing may read any more: kept, a batch would pay for the
    ///         square of its length.
    function release(uint256 free) internal pure {
        assembly ("memory-safe") {
            mstore(0x40, free)
        }
    }
}
