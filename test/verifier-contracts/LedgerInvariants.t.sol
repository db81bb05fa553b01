// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Invariants} from "./Invariants.sol";
import {LedgerHandler} from "./LedgerHandler.sol";

/// @notice What holds of every record whatever everybody does, in any order.
contract LedgerInvariantsTest is Invariants {
    LedgerHandler private _handler;

    function setUp() public {
        _handler = new LedgerHandler();
        _handler.setUp();
    }

    function targetContracts() public view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(_handler);
    }

    function targetSelectors() public view returns (FuzzSelector[] memory list) {
        list = new FuzzSelector[](1);
        list[0].addr = address(_handler);
        bytes4[16] memory each = [
            _handler.step.selector, _handler.flow.selector, _handler.attest.selector, _handler.open.selector,
            _handler.pass.selector, _handler.batch.selector, _handler.replace.selector, _handler.publish.selector,
            _handler.schedule.selector, _handler.activate.selector, _handler.rotate.selector,
            _handler.pause.selector, _handler.suspend.selector, _handler.list.selector,
            _handler.trespass.selector, _handler.close.selector
        ];
        // The first ones happen more often than the rest.
        list[0].selectors = new bytes4[](30);
        for (uint256 i; i < 30; ++i) list[0].selectors[i] = each[i < 16 ? i : (i - 16) % 7 == 6 ? 0 : (i - 16) % 7];
    }

    /// @dev Every act knew beforehand whether it may succeed: heads move by declared statements and attested replacements alone,
    ///      nothing is used twice, no notice is cut short, no snapshot is too old, and nothing moves while paused. After every
    ///      act the record is what was done, its status what the table says at this second, and its events lead to it.
    function invariant_TheRecordIsWhatWasDoneAndWhatItsEventsSay() public {
        _handler.compare();
    }

    function afterInvariant() public {
        _tally(_handler.tried(), _handler.done());
    }
}
