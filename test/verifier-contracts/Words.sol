// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @title  Words
/// @notice Encoded numbers, changed in place.
library Words {
    /// @notice Adds `by` to word `word` of `data`, modulo 2^256.
    function add(bytes memory data, uint256 word, uint256 by) internal pure {
        assert(32 * (word + 1) <= data.length);
        // Solidity has no way to change one word of a bytes in memory.
        assembly ("memory-safe") {
            let at := add(add(data, 0x20), mul(word, 0x20))
            mstore(at, add(mload(at), by))
        }
    }
}
