// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {PriceFeed} from "../../verifier-contracts/demo/PriceFeed.sol";
import {IMarketSnapshots} from "../../verifier-contracts/interfaces/IMarketSnapshots.sol";
import {Instrument} from "../../verifier-contracts/libraries/Instruments.sol";
import {Quote} from "../../verifier-contracts/libraries/Jumps.sol";
import {Layout} from "../../verifier-contracts/libraries/Layout.sol";
import {OptionBlock} from "../../verifier-contracts/libraries/OptionBlocks.sol";
import {Fixture} from "./Fixture.sol";
import {Log} from "./Test.sol";

/// @title  MarketFixture
/// @notice The fixture's universe with a jump limit of 10 %, a wait of 15 minutes, and a second feed that agrees within 1 %.
abstract contract MarketFixture is Fixture {
    uint256 internal constant LIMIT = 1_000;
    uint256 internal constant AGREE = 100;
    uint256 internal constant DELAY = 15 minutes;
    uint256 internal constant COIN = 60_000e8;

    PriceFeed internal second;

    function setUp() public virtual override {
        second = new PriceFeed("BTC / USD, again", 18);
        second.set(60_000e18);
        super.setUp();
    }

    function _instruments() internal view virtual override returns (Instrument[] memory list) {
        list = super._instruments();
        for (uint256 i; i < list.length; ++i) {
            (list[i].jumpBps, list[i].jumpDelay) = (uint32(LIMIT), uint32(DELAY));
            (list[i].secondFeed, list[i].secondHeartbeat, list[i].agreeBps) =
                (address(second), 2 hours, uint32(AGREE));
        }
    }

    /// @dev Both feeds give this coin price, dated now.
    function _set(uint256 coinE8) internal {
        feed.set(int256(coinE8));
        second.set(int256(coinE8 * 1e10));
    }

    /// @dev Captures now, option numbers priced at `coinE8`, and returns the vector.
    function _captureAt(uint256 coinE8, uint256[] memory last) internal returns (uint256[] memory) {
        OptionBlock memory options = _options(block.timestamp);
        options.rows[0].spotE8 = coinE8;
        return _capture(options, last);
    }

    function _capture(OptionBlock memory options, uint256[] memory last) internal returns (uint256[] memory vector) {
        bytes[] memory signatures = _riskSignature(options, RISK_KEY);
        vm.recordLogs();
        snapshots.capture(universeId, options, signatures, last);
        (, vector) = abi.decode(_logged(IMarketSnapshots.MarketCaptured.selector), (uint256, uint256[]));
        (, bytes32 hash,) = snapshots.captured(universeId);
        assertEq(hash, keccak256(abi.encodePacked(vector)), "the vector of the event is the one kept");
    }

    /// @dev Data of the one event of a kind since logs were recorded.
    function _logged(bytes32 selector) internal returns (bytes memory data) {
        Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] == selector) data = logs[i].data;
        }
    }

    function _refused(OptionBlock memory options, uint256[] memory last, bytes memory error_) internal {
        bytes[] memory signatures = _riskSignature(options, RISK_KEY);
        vm.expectRevert(error_);
        snapshots.capture(universeId, options, signatures, last);
    }

    function _quote(uint256 slot) internal view returns (Quote memory) {
        return snapshots.quote(universeId, slot);
    }

    function _price(uint256[] memory vector, uint256 slot) internal pure returns (uint256) {
        return vector[2 + 10 * slot + Layout.MARKET_SLOT_PRICE];
    }

    function _suspended(uint256[] memory vector, uint256 slot) internal pure returns (bool) {
        return vector[2 + 10 * slot + Layout.MARKET_SLOT_SUSPENDED] == 1;
    }

    function _assertVector(uint256[] memory vector, uint256[] memory expected, string memory what) internal pure {
        assertEq(keccak256(abi.encodePacked(vector)), keccak256(abi.encodePacked(expected)), what);
    }
}
