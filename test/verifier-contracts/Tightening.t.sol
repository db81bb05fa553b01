// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Terms} from "../../verifier-contracts/interfaces/IMandates.sol";
import {Layout} from "../../verifier-contracts/libraries/Layout.sol";
import {Shape} from "../../verifier-contracts/libraries/Shape.sol";
import {Tightening} from "../../verifier-contracts/libraries/Tightening.sol";
import {Fixture} from "./Fixture.sol";

/// @notice What counts as tightening, against a comparison that knows nothing of the manifest's table.
contract TighteningTest is Fixture {
    uint256 private constant LENGTH = 44;
    uint256 private constant TERMS = 9;

    /// @dev Whether a book (or step) that measures `measured` in field `index` is inside the limit `limit` there: what each
    ///      limit means, written out for the fixture's shape. The head and the masks have no measure, only themselves.
    function _permits(uint256 index, int256 limit, int256 measured) private pure returns (bool) {
        if (index == 0) return measured == limit;
        if (index < 17) return (index - 1) % 4 == 0 ? measured == limit : measured <= limit;
        // Lowest net exposure per group and of the whole book, lowest gamma and vega.
        if (index == 17 || index == 20 || index == 23 || index == 26 || index == 28) return measured >= limit;
        if (index < 32) return measured <= limit;
        // Equity over margin is at least the multiple; an account's share of NAV is at most the cap.
        if (index < 36) return index % 2 == 0 ? measured >= limit : measured <= limit;
        // Free collateral is at least the floor; every cap of the tail is a highest value.
        return index == 36 ? measured >= limit : measured <= limit;
    }

    /// @dev Ages and waits are at most what the term says; interval, tier and quorum are at least that.
    function _permitsTerm(uint256 index, uint256 term, uint256 measured) private pure returns (bool) {
        return index < 6 ? measured <= term : measured >= term;
    }

    /// @dev All that a limit permits is permitted by another one if its own extreme value is.
    function _everythingPermitted(int256[] memory from, int256[] memory to) private pure returns (bool) {
        for (uint256 i; i < LENGTH; ++i) if (!_permits(i, from[i], to[i])) return false;
        return true;
    }

    function testFuzzIsWhatPermitsNothingMore(uint256 seed) public pure {
        int256[] memory from = new int256[](LENGTH);
        int256[] memory to = new int256[](LENGTH);
        // Most fields of most pairs move to the stricter side or not at all; up to a few anywhere.
        uint256 loose = seed % 4;
        for (uint256 i; i < LENGTH; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            from[i] = int256(random % 2_001) - 1_000;
            int256 by = int256((random >> 64) % 3);
            to[i] = _permits(i, 0, by) ? from[i] + by : from[i] - by;
            if (!_permits(i, from[i], to[i])) to[i] = from[i];
        }
        for (uint256 k; k < loose; ++k) {
            uint256 random = uint256(keccak256(abi.encode(seed, "loose", k)));
            to[random % LENGTH] += int256((random >> 64) % 5) - 2;
        }
        bool expected = _everythingPermitted(from, to);
        assertTrue(Tightening.isTightening(from, to, _shape()) == expected, "as compared field by field");
        if (loose == 0) assertTrue(expected, "a pair made stricter is stricter");
    }

    function testFuzzTermsTooAreWhatPermitsNothingMore(uint256 seed) public pure {
        (Terms memory from, Terms memory to) = (_terms(), _terms());
        bool expected = true;
        for (uint256 i; i < TERMS; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            uint256 value = 100 + random % 100;
            uint256 other = (random >> 64) % 8 == 0 ? value + (random >> 128) % 3 - 1 : value;
            (from, to) = (_withTerm(from, i, value), _withTerm(to, i, other));
            expected = expected && _permitsTerm(i, value, other);
        }
        assertTrue(Tightening.isTightening(from, to) == expected, "as compared term by term");
    }

    /// @dev Each field of the manifest's table, moved by one alone, either way.
    function testEachFieldLoosenedByOneIsNoTightening() public view {
        bytes memory table = _table();
        assertEq(table.length, LENGTH, "every field has its entry");
        int256[] memory from = _limits(universeId);
        for (uint256 i; i < LENGTH; ++i) {
            assertTrue(_tightens(from, i, 0), "the same mandate");
            assertTrue(_tightens(from, i, 1) == (uint8(table[i]) == 2), "raised by one");
            assertTrue(_tightens(from, i, -1) == (uint8(table[i]) == 1), "lowered by one");
        }
    }

    function testEachTermLoosenedByOneIsNoTightening() public pure {
        assertEq(Layout.STRICTER_TERMS.length, TERMS, "every term has its entry");
        Terms memory from = _terms();
        for (uint256 i; i < TERMS; ++i) from = _withTerm(from, i, 100);
        for (uint256 i; i < TERMS; ++i) {
            bool up = Tightening.isTightening(from, _withTerm(_copy(from), i, 101));
            bool down = Tightening.isTightening(from, _withTerm(_copy(from), i, 99));
            assertTrue(up == (uint8(Layout.STRICTER_TERMS[i]) == 2), "raised by one");
            assertTrue(down == (uint8(Layout.STRICTER_TERMS[i]) == 1), "lowered by one");
        }
    }

    function testOneLooserFieldIsNotPaidForByStricterOnes() public view {
        (int256[] memory from, int256[] memory to) = (_limits(universeId), _limits(universeId));
        for (uint256 i = 1; i < LENGTH; ++i) {
            if ((i - 1) % 4 == 0 && i < 17) continue;
            to[i] = _permits(i, 0, 1) ? from[i] + 1 : from[i] - 1;
        }
        assertTrue(Tightening.isTightening(from, to, _shape()), "stricter everywhere");
        to[38] = from[38] + 1;
        assertTrue(!Tightening.isTightening(from, to, _shape()), "but for the cost cap");
    }

    function _tightens(int256[] memory from, uint256 index, int256 by) private pure returns (bool) {
        int256[] memory to = new int256[](LENGTH);
        for (uint256 i; i < LENGTH; ++i) to[i] = i == index ? from[i] + by : from[i];
        return Tightening.isTightening(from, to, _shape());
    }

    function _copy(Terms memory terms) private pure returns (Terms memory) {
        return abi.decode(abi.encode(terms), (Terms));
    }

    function _table() private pure returns (bytes memory table) {
        Shape memory shape = _shape();
        table = Layout.STRICTER_HEAD;
        for (uint256 i; i < shape.slots; ++i) table = bytes.concat(table, Layout.STRICTER_SLOT);
        for (uint256 i; i < shape.groups; ++i) table = bytes.concat(table, Layout.STRICTER_GROUP);
        table = bytes.concat(table, Layout.STRICTER_WHOLE);
        for (uint256 i; i < shape.scenarios; ++i) table = bytes.concat(table, Layout.STRICTER_SCENARIO);
        for (uint256 i; i < shape.accounts; ++i) table = bytes.concat(table, Layout.STRICTER_ACCOUNT);
        table = bytes.concat(table, Layout.STRICTER_TAIL);
    }
}
