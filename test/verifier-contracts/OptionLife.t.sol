// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IMarketSnapshots} from "../../verifier-contracts/interfaces/IMarketSnapshots.sol";
import {OptionBlock, OptionBlocks, OptionRow} from "../../verifier-contracts/libraries/OptionBlocks.sol";
import {MarketFixture} from "./MarketFixture.sol";

/// @notice Options whose signers fall silent, and options that expire.
contract OptionLifeTest is MarketFixture {
    bytes[] private _unsigned;
    uint256[] private _none;

    function _missing() private pure returns (bytes memory) {
        return abi.encodeWithSelector(OptionBlocks.MissingOptionRow.selector, 2);
    }

    function _empty() private pure returns (OptionBlock memory options) {}

    function _settled(uint256 time, uint256 price) private view returns (OptionBlock memory options) {
        options = _options(time);
        OptionRow memory row = options.rows[0];
        (row.spotE8, row.price, row.delta, row.gamma, row.vega, row.marginBps) = (0, price, 0, 0, 0, 0);
        row.changes = new int256[](2);
    }

    function testSilentSignersSuspendTheirOptionsAndNoCoin() public {
        uint256[] memory last = _captureAt(COIN, _none);
        vm.warp(START + 1 hours);
        _set(61_000e8);
        vm.expectRevert(_missing());
        snapshots.capture(universeId, _empty(), _unsigned, last);
        vm.warp(START + 1 hours + 1);
        _set(61_000e8);
        vm.expectRevert(_missing());
        snapshots.capture(universeId, _empty(), _unsigned, _none);

        uint256[] memory vector = _capture(_empty(), last);
        uint256[] memory expected = _vector(61_000e8, _options(0).rows[0]);
        expected[29] = 1;
        _assertVector(vector, expected, "the coin moves on, the option waits");
        (,, uint256 optionTime) = snapshots.captured(universeId);
        assertEq(optionTime, START, "signed last");

        vm.warp(START + 1 hours + 61);
        _set(62_000e8);
        assertTrue(!_suspended(_captureAt(62_000e8, _none), 2), "back with the first signed block");
        // Speaking again starts their patience anew.
        vm.warp(START + 1 hours + 121);
        vm.expectRevert(_missing());
        snapshots.capture(universeId, _empty(), _unsigned, _none);
    }

    /// @dev Somebody who captures without the options at every chance cannot keep signers who speak again from being heard.
    function testSignersWhoSpeakAgainNeedNotWaitForACaptureWithoutThem() public {
        uint256[] memory last = _captureAt(COIN, _none);
        vm.warp(START + 2 hours);
        _set(COIN);
        last = _capture(_empty(), last);
        bytes4 tooSoon = IMarketSnapshots.CapturedTooSoon.selector;
        bytes memory next = abi.encodeWithSelector(tooSoon, universeId, START + 2 hours + 1);
        _refused(_options(block.timestamp), _none, next);
        vm.warp(START + 2 hours + 1);
        vm.expectRevert(abi.encodeWithSelector(tooSoon, universeId, START + 2 hours + 60));
        snapshots.capture(universeId, _empty(), _unsigned, last);
        assertTrue(!_suspended(_captureAt(COIN, _none), 2), "heard");
        // From then on everybody waits again.
        vm.warp(START + 2 hours + 2);
        next = abi.encodeWithSelector(tooSoon, universeId, START + 2 hours + 61);
        _refused(_options(block.timestamp), _none, next);
    }

    function testNobodyLeavesOutARowThatWasSigned() public {
        uint256[] memory last = _captureAt(COIN, _none);
        vm.warp(START + 2 hours);
        _set(COIN);
        OptionBlock memory options = _options(block.timestamp);
        options.rows[0].slot = 1;
        _refused(options, last, _missing());
    }

    function testTheFirstCaptureNeedsTheSigners() public {
        vm.expectRevert(_missing());
        snapshots.capture(universeId, _empty(), _unsigned, _none);
    }

    function testASettledOptionNeedsNoSigner() public {
        vm.warp(EXPIRY);
        _set(COIN);
        (bool settled, uint256 price) = snapshots.settlement(universeId, 2);
        assertTrue(!settled && price == 0, "not yet");
        _capture(_settled(EXPIRY, 0), _none);
        (settled, price) = snapshots.settlement(universeId, 2);
        assertTrue(settled && price == 0, "worthless, and settled");

        vm.warp(EXPIRY + 60);
        _set(61_000e8);
        uint256[] memory vector = _capture(_empty(), _none);
        _assertVector(vector, _vector(61_000e8, _settled(0, 0).rows[0]), "without a row");
        vm.warp(EXPIRY + 120);
        _set(61_000e8);
        _assertVector(
            _capture(_settled(EXPIRY + 120, 0), _none), _vector(61_000e8, _settled(0, 0).rows[0]), "with its row"
        );
        vm.warp(EXPIRY + 180);
        _set(61_000e8);
        bytes4 changed = IMarketSnapshots.SettlementChanged.selector;
        _refused(_settled(EXPIRY + 180, 1), _none, abi.encodeWithSelector(changed, 2, 1, 0));
    }

    /// @dev Signers silent through an expiry leave the option suspended at its last numbers until they settle it.
    function testAnExpiryWithoutSignersWaitsForThem() public {
        vm.warp(EXPIRY - 1);
        _set(COIN);
        uint256[] memory last = _captureAt(COIN, _none);
        vm.warp(EXPIRY + 1 hours);
        _set(COIN);
        last = _capture(_empty(), last);
        assertTrue(_suspended(last, 2), "suspended");
        (bool settled,) = snapshots.settlement(universeId, 2);
        assertTrue(!settled, "not settled by it");
        vm.warp(EXPIRY + 2 hours);
        _set(COIN);
        _assertVector(
            _capture(_settled(EXPIRY + 2 hours, 77e8), _none), _vector(COIN, _settled(0, 77e8).rows[0]), "settled"
        );
    }

    /// @dev The universe of an expiry that is settled while its coin's feed is dead.
    function testAnOptionSettlesWhateverItsFeedDoes() public {
        vm.warp(EXPIRY - 60);
        _set(COIN);
        uint256[] memory last = _captureAt(COIN, _none);
        vm.warp(EXPIRY + 2 hours);
        uint256[] memory vector = _capture(_settled(EXPIRY + 2 hours, 5e8), last);
        assertTrue(_suspended(vector, 0) && _suspended(vector, 1) && !_suspended(vector, 2), "the coin alone is dead");
        assertEq(_price(vector, 2), 5e8, "settled");
    }
}
