// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @title  PackedInts
/// @notice Signed numbers of 64 bits, four to a word: code costs 200 gas a byte.
library PackedInts {
    /// @notice Packs `values[from..]`, each already known to fit.
    function pack(int256[] calldata values, uint256 from) internal pure returns (uint256[] memory words) {
        uint256 count = values.length - from;
        words = new uint256[]((count + 3) / 4);
        for (uint256 i; i < count; ++i) {
            words[i / 4] |= uint256(uint64(int64(values[from + i]))) << (64 * (i % 4));
        }
    }

    /// @notice Writes the packed numbers to `values[from..]`.
    function unpack(uint256[] memory words, int256[] memory values, uint256 from) internal pure {
        for (uint256 i; i + from < values.length; ++i) {
            values[from + i] = int64(uint64(words[i / 4] >> (64 * (i % 4))));
        }
    }
}
