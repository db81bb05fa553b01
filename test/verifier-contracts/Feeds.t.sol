// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IMarketSnapshots} from "../../verifier-contracts/interfaces/IMarketSnapshots.sol";
import {Feeds} from "../../verifier-contracts/libraries/Feeds.sol";
import {OptionBlock, OptionBlocks, OptionRow} from "../../verifier-contracts/libraries/OptionBlocks.sol";
import {Fixture} from "./Fixture.sol";

/// @notice What the snapshots do with bad answers and bad option numbers.
contract FeedsTest is Fixture {
    uint256[] private _none;

    function _captureNow(uint256[] memory last) private {
        OptionBlock memory options = _options(block.timestamp);
        snapshots.capture(universeId, options, _riskSignature(options, RISK_KEY), last);
    }

    function _faulty(bytes4 selector) private {
        bytes memory error_ = abi.encodeWithSelector(selector, uint256(0), address(feed));
        OptionBlock memory options = _options(block.timestamp);
        bytes[] memory signatures = _riskSignature(options, RISK_KEY);
        vm.expectRevert(error_);
        snapshots.capture(universeId, options, signatures, _none);
    }

    function testNonPositiveAnswers() public {
        int256[4] memory answers = [int256(0), -1, -60_000e8, type(int256).min];
        for (uint256 i; i < 4; ++i) {
            feed.set(answers[i]);
            _faulty(Feeds.AnswerNotPositive.selector);
        }
    }

    function testAnswersOutOfTheBand() public {
        int256[6] memory answers = [
            int256(1), 1_000e8 - 1, 1_000_000e8 + 1, int256(uint256(type(uint64).max)),
            int256(uint256(type(uint128).max)) + 1, type(int256).max
        ];
        for (uint256 i; i < 6; ++i) {
            feed.set(answers[i]);
            _faulty(Feeds.PriceOutOfBand.selector);
        }
    }

    function testTheBandItselfIsBelieved() public {
        int256[2] memory answers = [int256(1_000e8), 1_000_000e8];
        for (uint256 i; i < 2; ++i) {
            uint256 before = vm.snapshotState();
            feed.set(answers[i]);
            OptionBlock memory options = _options(block.timestamp);
            options.rows[0].spotE8 = uint256(answers[i]);
            snapshots.capture(universeId, options, _riskSignature(options, RISK_KEY), _none);
            vm.revertToState(before);
        }
    }

    function testDates() public {
        feed.setAt(60_000e8, 0);
        _faulty(Feeds.RoundIncomplete.selector);
        feed.setAt(60_000e8, START + 1);
        _faulty(Feeds.AnswerFromFuture.selector);
        feed.setAt(60_000e8, type(uint256).max);
        _faulty(Feeds.AnswerFromFuture.selector);
        feed.setAt(60_000e8, START - 1 hours - 1);
        _faulty(Feeds.StaleFeed.selector);
        feed.setAt(60_000e8, 1);
        _faulty(Feeds.StaleFeed.selector);
        feed.setAt(60_000e8, START - 1 hours);
        _captureNow(_none);
    }

    function testDecimalsThatChange() public {
        feed.setDecimals(18);
        _faulty(Feeds.FeedDecimalsChanged.selector);
        feed.setDecimals(0);
        _faulty(Feeds.FeedDecimalsChanged.selector);
    }

    function testFeedsThatRevertOrAnswerRubbish() public {
        vm.etch(address(feed), hex"fe");
        _faulty(Feeds.FeedCallFailed.selector);
        vm.etch(address(feed), hex"00");
        _faulty(Feeds.FeedCallFailed.selector);
        vm.etch(address(feed), "");
        _faulty(Feeds.FeedCallFailed.selector);
        // Answers every call with the number 8: decimals are right, the round is too short.
        vm.etch(address(feed), hex"600860005260206000f3");
        _faulty(Feeds.FeedCallFailed.selector);
    }

    /// @dev A sender who keeps gas back must not make a feed that is well look dead.
    function testAStarvedFeedIsNotADeadFeed() public {
        _captureNow(_none);
        uint256[] memory last = _last();
        vm.warp(START + 2 hours);
        feed.set(60_000e8);
        OptionBlock memory options = _options(block.timestamp);
        bytes[] memory signatures = _riskSignature(options, RISK_KEY);
        bytes memory call = abi.encodeCall(snapshots.capture, (universeId, options, signatures, last));
        for (uint256 gas = 30_000; gas < 800_000; gas += 5_000) {
            uint256 before = vm.snapshotState();
            (bool done,) = address(snapshots).call{gas: gas}(call);
            if (done) {
                (, bytes32 hash,) = snapshots.captured(universeId);
                assertEq(hash, keccak256(abi.encodePacked(_vector(60_000e8, options.rows[0]))), "not suspended");
            }
            assertTrue(gas < 700_000 || done, "done with enough");
            vm.revertToState(before);
        }
    }

    function _suspendedVector(uint256[] memory last) private view returns (uint256[] memory x) {
        x = last;
        x[1] = block.timestamp;
        (x[2 + 7], x[12 + 7], x[22 + 7]) = (1, 1, 1);
    }

    function _last() private view returns (uint256[] memory) {
        return _vector(60_000e8, _options(0).rows[0]);
    }

    function testAStaleFeedIsPublishedSuspendedAtItsLastNumbers() public {
        _captureNow(_none);
        uint256[] memory last = _last();
        vm.warp(START + 1 hours + 1);
        _faulty(Feeds.StaleFeed.selector);
        _captureNow(last);
        (, bytes32 hash,) = snapshots.captured(universeId);
        assertEq(hash, keccak256(abi.encodePacked(_suspendedVector(last))), "suspended");
    }

    function testAnyFaultIsDeathOnceTheLastVectorIsOlderThanTheHeartbeat() public {
        _captureNow(_none);
        uint256[] memory last = _last();
        vm.warp(START + 1 hours);
        feed.set(-1);
        OptionBlock memory options = _options(block.timestamp);
        bytes[] memory signatures = _riskSignature(options, RISK_KEY);
        vm.expectRevert(abi.encodeWithSelector(Feeds.AnswerNotPositive.selector, 0, address(feed)));
        snapshots.capture(universeId, options, signatures, last);
        vm.warp(START + 1 hours + 1);
        _captureNow(last);
        last = _suspendedVector(last);
        // Once suspended it stays so without another wait, and comes back with the first good answer.
        vm.warp(START + 1 hours + 61);
        _captureNow(last);
        vm.warp(START + 1 hours + 121);
        feed.set(60_000e8);
        _captureNow(_none);
        (, bytes32 hash,) = snapshots.captured(universeId);
        assertEq(hash, keccak256(abi.encodePacked(_vector(60_000e8, _options(0).rows[0]))), "back");
    }

    function testTheLastVectorMustBeTheLastVector() public {
        _captureNow(_none);
        uint256[] memory last = _last();
        last[2] = 1;
        vm.warp(START + 2 hours);
        OptionBlock memory options = _options(block.timestamp);
        bytes[] memory signatures = _riskSignature(options, RISK_KEY);
        vm.expectPartialRevert(IMarketSnapshots.WrongLastVector.selector);
        snapshots.capture(universeId, options, signatures, last);
    }

    function _refusedBlock(OptionBlock memory options, bytes memory error_) private {
        bytes[] memory signatures = _riskSignature(options, RISK_KEY);
        vm.expectRevert(error_);
        snapshots.capture(universeId, options, signatures, _none);
    }

    function testOptionTimes() public {
        bytes4 time = IMarketSnapshots.OptionTime.selector;
        _refusedBlock(_options(START + 1), abi.encodeWithSelector(time, START + 1, 0, 300));
        _refusedBlock(_options(START - 301), abi.encodeWithSelector(time, START - 301, 0, 300));
        OptionBlock memory options = _options(START - 300);
        snapshots.capture(universeId, options, _riskSignature(options, RISK_KEY), _none);
        vm.warp(START + 60);
        _refusedBlock(_options(START - 240 - 60), abi.encodeWithSelector(time, START - 300, START - 300, 300));
    }

    function testSpotsMatchTheFeedWithinTheTolerance() public {
        uint256[2] memory beyond = [uint256(60_000e8) - 300e8 - 1, 60_000e8 + 300e8 + 1];
        for (uint256 i; i < 2; ++i) {
            OptionBlock memory options = _options(START);
            options.rows[0].spotE8 = beyond[i];
            bytes4 mismatch = IMarketSnapshots.SpotMismatch.selector;
            _refusedBlock(options, abi.encodeWithSelector(mismatch, 2, beyond[i], 60_000e8));
        }
        OptionBlock memory edge = _options(START);
        edge.rows[0].spotE8 = 60_000e8 + 300e8;
        snapshots.capture(universeId, edge, _riskSignature(edge, RISK_KEY), _none);
    }

    function testOptionWidths() public {
        for (uint256 i; i < 11; ++i) {
            OptionBlock memory options = _options(START);
            (string memory field) = _widen(options.rows[0], i);
            bytes4 range = OptionBlocks.OptionOutOfRange.selector;
            _refusedBlock(options, abi.encodeWithSelector(range, 2, field));
        }
        OptionBlock memory widest = _options(START);
        OptionRow memory row = widest.rows[0];
        (row.price, row.delta, row.gamma) = ((1 << 63) - 1, (1 << 63) - 1, -(1 << 63) + 1);
        (row.vega, row.marginBps, row.changes[0]) = (-(1 << 63) + 1, 1_000_000, -(1 << 63) + 1);
        snapshots.capture(universeId, widest, _riskSignature(widest, RISK_KEY), _none);
    }

    function _widen(OptionRow memory row, uint256 i) private pure returns (string memory) {
        if (i == 0) row.price = 1 << 63;
        if (i == 0) return "price";
        if (i == 1) row.delta = 1 << 63;
        if (i == 2) row.delta = -(1 << 63);
        if (i <= 2) return "delta";
        if (i == 3) row.gamma = 1 << 63;
        if (i == 4) row.gamma = -(1 << 63);
        if (i <= 4) return "gamma";
        if (i == 5) row.vega = 1 << 63;
        if (i == 6) row.vega = type(int256).min;
        if (i <= 6) return "vega";
        if (i == 7) row.marginBps = 1_000_001;
        if (i == 7) return "marginBps";
        if (i == 8) row.changes[1] = 1 << 63;
        if (i == 9) row.changes[1] = -(1 << 63);
        if (i == 10) row.changes = new int256[](3);
        return "changes";
    }

    function testRowsAreThoseOfTheOptionSlots() public {
        OptionBlock memory options = _options(START);
        options.rows[0].slot = 1;
        _refusedBlock(options, abi.encodeWithSelector(OptionBlocks.MissingOptionRow.selector, 2));
        options = _options(START);
        OptionRow[] memory two = new OptionRow[](2);
        (two[0], two[1]) = (options.rows[0], options.rows[0]);
        options.rows = two;
        _refusedBlock(options, abi.encodeWithSelector(OptionBlocks.ExtraOptionRows.selector, 2, 1));
    }

    function testAnExpiredOptionIsItsSettlementValueAndNothingElse() public {
        vm.warp(EXPIRY);
        feed.set(60_000e8);
        OptionBlock memory options = _options(EXPIRY);
        _refusedBlock(options, abi.encodeWithSelector(OptionBlocks.ExpiredOptionHasRisk.selector, 2));
        OptionRow memory row = options.rows[0];
        (row.delta, row.gamma, row.vega, row.marginBps, row.spotE8) = (0, 0, 0, 0, 0);
        row.changes = new int256[](2);
        snapshots.capture(universeId, options, _riskSignature(options, RISK_KEY), _none);
        (, bytes32 hash,) = snapshots.captured(universeId);
        assertEq(hash, keccak256(abi.encodePacked(_vector(60_000e8, row))), "settled");

        vm.warp(EXPIRY + 60);
        (options.time, row.price) = (EXPIRY + 60, 2_500e8 + 1);
        bytes4 changed = IMarketSnapshots.SettlementChanged.selector;
        _refusedBlock(options, abi.encodeWithSelector(changed, 2, 2_500e8 + 1, 2_500e8));
    }
}
