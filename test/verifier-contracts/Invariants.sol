// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Test} from "./Test.sol";

/// @title  Invariants
/// @notice Base of tests whose handler plays everybody at once.
abstract contract Invariants is Test {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    /// @dev At the end of a play. Acts that are refused all the time would show nothing; where a file is named, it gets a line
    ///      with how many were tried and how many succeeded.
    function _tally(uint256 tried, uint256 done) internal {
        string memory file = vm.envOr("TALLY", string(""));
        if (bytes(file).length != 0) {
            vm.writeLine(file, string.concat(vm.toString(tried), " ", vm.toString(done)));
        }
        assertTrue(tried < 32 || done * 10 >= tried * 3, "three acts in ten succeed");
    }
}
