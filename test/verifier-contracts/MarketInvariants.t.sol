// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Invariants} from "./Invariants.sol";
import {MarketHandler} from "./MarketHandler.sol";

/// @notice What holds of snapshots whatever everybody does, in any order.
contract MarketInvariantsTest is Invariants {
    MarketHandler private _handler;
    uint256 private _newest;

    function setUp() public {
        _handler = new MarketHandler();
        _handler.setUp();
    }

    function targetContracts() public view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(_handler);
    }

    function targetSelectors() public view returns (FuzzSelector[] memory list) {
        list = new FuzzSelector[](1);
        list[0].addr = address(_handler);
        bytes4[6] memory each = [
            _handler.pass.selector, _handler.move.selector, _handler.moveSecond.selector, _handler.capture.selector,
            _handler.publish.selector, _handler.forge.selector
        ];
        // Feeds move and captures happen twice as often as the rest.
        list[0].selectors = new bytes4[](8);
        for (uint256 i; i < 8; ++i) list[0].selectors[i] = each[i < 6 ? i : 2 * i - 11];
    }

    /// @dev Time only moves forward; a usable snapshot is of the market captured last, or was superseded less than the grace
    ///      ago. That vectors are what the feeds said, and that nothing else is published, the handler checks as it goes.
    function invariant_SnapshotsAreOfTheCapturedMarketAndMoveForward() public {
        _handler.compare();
        assertTrue(_handler.newestTime() >= _newest, "time moves forward");
        _newest = _handler.newestTime();
    }

    /// @dev Captures are what may be refused.
    function afterInvariant() public {
        _tally(_handler.tried(), _handler.captured());
    }
}
