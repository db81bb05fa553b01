// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Terms} from "../interfaces/IMandates.sol";
import {Layout} from "./Layout.sol";
import {Shape} from "./Shape.sol";

/// @title  Tightening
/// @notice Whether one mandate is nowhere looser than another: what may be put in force without waiting for the notice.
///         Which direction is the stricter one is said once, in the manifest.
library Tightening {
    bytes1 private constant LOWER = 0x01;
    bytes1 private constant HIGHER = 0x02;

    /// @notice True when every element of `to` is at least as strict as that of `from`, and none that has no stricter
    ///         direction (universe, masks) differs. Both are vectors of `shape`.
    function isTightening(int256[] memory from, int256[] memory to, Shape memory shape) internal pure returns (bool) {
        bytes[7] memory rows = [
            Layout.STRICTER_HEAD,
            Layout.STRICTER_SLOT,
            Layout.STRICTER_GROUP,
            Layout.STRICTER_WHOLE,
            Layout.STRICTER_SCENARIO,
            Layout.STRICTER_ACCOUNT,
            Layout.STRICTER_TAIL
        ];
        uint256[7] memory counts =
            [uint256(1), shape.slots, shape.groups, 1, shape.scenarios, shape.accounts, 1];
        uint256 index;
        for (uint256 part; part < rows.length; ++part) {
            bytes memory row = rows[part];
            for (uint256 i; i < counts[part] * row.length; ++i) {
                if (!_isAsStrict(row[i % row.length], from[index], to[index])) return false;
                ++index;
            }
        }
        assert(index == to.length);
        return true;
    }

    /// @notice True when every term of `to` is at least as strict as that of `from`.
    function isTightening(Terms memory from, Terms memory to) internal pure returns (bool) {
        (int256[] memory a, int256[] memory b) = (_words(from), _words(to));
        for (uint256 i; i < a.length; ++i) {
            if (!_isAsStrict(Layout.STRICTER_TERMS[i], a[i], b[i])) return false;
        }
        return true;
    }

    function _isAsStrict(bytes1 direction, int256 from, int256 to) private pure returns (bool) {
        if (direction == LOWER) return to <= from;
        if (direction == HIGHER) return to >= from;
        return to == from;
    }

    /// @dev The terms in their order, each one word.
    function _words(Terms memory terms) private pure returns (int256[] memory) {
        bytes memory encoded = abi.encode(terms);
        assert(encoded.length == 32 * Layout.STRICTER_TERMS.length);
        return abi.decode(bytes.concat(abi.encode(32, encoded.length / 32), encoded), (int256[]));
    }
}
