// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IMarketSnapshots} from "../../verifier-contracts/interfaces/IMarketSnapshots.sol";
import {Feeds} from "../../verifier-contracts/libraries/Feeds.sol";
import {Instrument} from "../../verifier-contracts/libraries/Instruments.sol";
import {Quote} from "../../verifier-contracts/libraries/Jumps.sol";
import {OptionBlock} from "../../verifier-contracts/libraries/OptionBlocks.sol";
import {MarketFixture} from "./MarketFixture.sol";
import {Log} from "./Test.sol";

/// @notice A price beyond the jump limit: confirmed by the second feed, or kept out for the wait and no longer.
contract JumpsTest is MarketFixture {
    uint256 private constant _FALL = COIN * 8 / 10;
    uint256 private constant _RISE = COIN * 12 / 10;
    uint256[] private _none;
    uint256[] private _last;

    function setUp() public override {
        super.setUp();
        _last = _captureAt(COIN, _none);
        vm.warp(START + 60);
    }

    /// @dev The first feed alone moves; the second stays where it is, dated now.
    function _jump(uint256 coinE8) private {
        feed.set(int256(coinE8));
        second.set(int256(COIN * 1e10));
    }

    function _jumped() private view returns (bytes memory) {
        return abi.encodeWithSelector(Feeds.PriceJumped.selector, 0, address(feed));
    }

    /// @dev Captures at the feeds as they are and says whether the coin is suspended.
    function _look(uint256 coinE8) private returns (bool) {
        _last = _captureAt(coinE8, _last);
        assertTrue(_suspended(_last, 0) == _suspended(_last, 1), "slots of one source agree");
        assertTrue(_suspended(_last, 0) == _suspended(_last, 2), "options too");
        return _suspended(_last, 0);
    }

    function testTheLimitItselfIsNoJump() public {
        uint256[2] memory edges = [COIN * 9 / 10, COIN * 11 / 10];
        uint256[2] memory beyond = [COIN * 9 / 10 - 1, COIN * 11 / 10 + 1];
        for (uint256 i; i < 2; ++i) {
            uint256 before = vm.snapshotState();
            _jump(beyond[i]);
            _refused(_options(block.timestamp), _none, _jumped());
            _jump(edges[i]);
            uint256[] memory vector = _captureAt(edges[i], _none);
            assertTrue(!_suspended(vector, 0), "believed");
            assertEq(_price(vector, 0), edges[i], "price");
            assertEq(_quote(0).priceE8, edges[i], "kept");
            vm.revertToState(before);
        }
    }

    function testTheSecondFeedConfirmsWithinItsTolerance() public {
        uint256[2] memory jumps = [_FALL, _RISE];
        for (uint256 i; i < 2; ++i) {
            uint256 clean = vm.snapshotState();
            feed.set(int256(jumps[i]));
            // The tolerance is of the second feed's price s: |p − s| · 10 000 ≤ 100 · s.
            uint256 least = (jumps[i] * 10_000 + 10_099) / 10_100;
            uint256 most = jumps[i] * 10_000 / 9_900;
            second.set(int256((least - 1) * 1e10));
            _refused(_options(block.timestamp), _none, _jumped());
            second.set(int256((most + 1) * 1e10));
            _refused(_options(block.timestamp), _none, _jumped());
            second.set(int256(least * 1e10));
            uint256 before = vm.snapshotState();
            assertTrue(!_suspended(_captureAt(jumps[i], _none), 0), "least");
            vm.revertToState(before);
            second.set(int256(most * 1e10));
            assertTrue(!_suspended(_captureAt(jumps[i], _none), 0), "most");
            vm.revertToState(clean);
        }
    }

    function testAFallIsPublishedSuspendedAtTheLastNumbers() public {
        _jump(_FALL);
        uint256[] memory vector = _captureAt(_FALL, _last);
        uint256[] memory expected = _last;
        (expected[1], expected[9], expected[19], expected[29]) = (block.timestamp, 1, 1, 1);
        _assertVector(vector, expected, "last numbers");
        Quote memory quote = _quote(2);
        assertEq(quote.priceE8, COIN, "believed last");
        assertEq(quote.jumpE8, _FALL, "waits");
        assertEq(quote.jumpedAt, block.timestamp, "since");
    }

    function testARiseIsPublishedSuspendedAtThePriceItRoseTo() public {
        _jump(_RISE);
        OptionBlock memory options = _options(block.timestamp);
        options.rows[0].price = 9_000e8;
        uint256[] memory vector = _capture(options, _last);
        uint256[] memory expected = _vector(_RISE, _options(0).rows[0]);
        (expected[9], expected[19], expected[29], expected[22]) = (1, 1, 1, 9_000e8);
        _assertVector(vector, expected, "a short is not cheaper than the feed says");
        // Back below, the higher price stays until the wait is over.
        vm.warp(START + 120);
        _jump(COIN * 115 / 100);
        options = _options(block.timestamp);
        expected[1] = block.timestamp;
        _assertVector(_capture(options, vector), expected, "the highest seen");
    }

    function testTheWaitIsAnnounced() public {
        _jump(_FALL);
        vm.recordLogs();
        OptionBlock memory options = _options(block.timestamp);
        snapshots.capture(universeId, options, _riskSignature(options, RISK_KEY), _last);
        Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 2, "once for all slots of the source");
        assertEq(logs[0].topics[0], IMarketSnapshots.PriceWaits.selector, "event");
        assertEq(logs[0].topics[1], bytes32(universeId), "universe");
        bytes32 data = keccak256(abi.encode(0, _FALL, block.timestamp + DELAY));
        assertEq(keccak256(logs[0].data), data, "slot, price, when");
    }

    function testARefusedCaptureKeepsNoWait() public {
        _jump(_FALL);
        _refused(_options(block.timestamp), _none, _jumped());
        assertEq(_quote(0).jumpedAt, 0, "no wait");
        vm.warp(START + 60 + DELAY);
        _jump(_FALL);
        _refused(_options(block.timestamp), _none, _jumped());
    }

    function testAPriceThatStandsIsBelievedAfterTheWait() public {
        _jump(_FALL);
        assertTrue(_look(_FALL), "waits");
        vm.warp(START + 60 + DELAY - 1);
        _jump(_FALL);
        _refused(_options(block.timestamp), _none, _jumped());
        vm.warp(START + 60 + DELAY);
        _jump(_FALL);
        _assertVector(_captureAt(_FALL, _none), _vector(_FALL, _options(0).rows[0]), "believed, no last vector needed");
        assertEq(_quote(0).jumpE8, 0, "nothing waits");
    }

    function testAPriceThatReturnsEndsTheWait() public {
        _jump(_FALL);
        assertTrue(_look(_FALL), "waits");
        vm.warp(START + 120);
        _jump(COIN);
        assertTrue(!_look(COIN), "back");
        vm.warp(START + 60 + DELAY);
        _jump(_FALL);
        assertTrue(_look(_FALL), "waits anew");
    }

    function testAnotherJumpStartsTheWaitAnew() public {
        _jump(_FALL);
        assertTrue(_look(_FALL), "waits");
        uint256[2] memory steps = [_FALL * 9 / 10, _FALL * 9 / 10 - 1];
        for (uint256 i; i < 2; ++i) {
            uint256 before = vm.snapshotState();
            vm.warp(START + 60 + DELAY);
            _jump(steps[i]);
            assertTrue(_look(steps[i]) == (i == 1), "stands within the limit only");
            if (i == 1) assertEq(_quote(0).jumpedAt, block.timestamp, "anew");
            vm.revertToState(before);
        }
    }

    function testASecondFeedThatIsDeadLeavesTheWait() public {
        vm.etch(address(second), hex"fe");
        feed.set(int256(_FALL));
        assertTrue(_look(_FALL), "waits");
        vm.warp(START + 60 + DELAY);
        feed.set(int256(_FALL));
        assertTrue(!_look(_FALL), "believed");
        // And it is not asked while nothing has jumped.
        vm.warp(START + 120 + DELAY);
        feed.set(int256(_FALL));
        assertTrue(!_look(_FALL), "still");
    }

    function testTheSecondFeedHasAHeartbeatOfItsOwn() public {
        vm.warp(START + 3 hours);
        feed.set(int256(_FALL));
        second.setAt(int256(_FALL * 1e10), block.timestamp - 2 hours - 1);
        assertTrue(_look(_FALL), "stale");
        vm.warp(START + 3 hours + 60);
        feed.set(int256(_FALL));
        second.setAt(int256(_FALL * 1e10), block.timestamp - 2 hours);
        assertTrue(!_look(_FALL), "within");
    }

    function testWithoutASecondFeedOnlyTimeConfirms() public {
        Instrument[] memory list = _instruments();
        for (uint256 i; i < 3; ++i) {
            (list[i].secondFeed, list[i].secondHeartbeat, list[i].agreeBps) = (address(0), 0, 0);
        }
        universeId = snapshots.registerUniverse(list);
        _last = _captureAt(COIN, _none);
        vm.warp(START + 120);
        _set(_FALL);
        assertTrue(_look(_FALL), "waits");
        vm.warp(START + 120 + DELAY);
        _set(_FALL);
        assertTrue(!_look(_FALL), "believed");
    }

    function testSlotsWithOtherTermsWaitOnTheirOwn() public {
        Instrument[] memory list = _instruments();
        list[1].jumpBps = 3_000;
        universeId = snapshots.registerUniverse(list);
        _set(COIN);
        _last = _captureAt(COIN, _none);
        vm.warp(START + 120);
        _jump(_FALL);
        uint256[] memory vector = _captureAt(_FALL, _last);
        assertTrue(_suspended(vector, 0) && !_suspended(vector, 1) && _suspended(vector, 2), "slot 1 alone believes");
        assertEq(_price(vector, 1), _FALL, "at the feed");
    }

    function testQuotesOfPaddingAreEmpty() public view {
        assertEq(_quote(3).priceE8, 0, "padding");
        assertEq(_quote(1).priceE8, COIN, "a follower has its leader's");
    }

    /// @dev Whoever captures in between, and however often, a price that has fallen and stays within the limit of what the
    ///      capture before saw is believed once the wait is over.
    /// forge-config: default.fuzz.runs = 64
    function testNobodyProlongsTheWait(uint256 seed) public {
        uint256 price = _FALL;
        _jump(price);
        assertTrue(_look(price), "waits");
        uint256 end = block.timestamp + DELAY;
        while (block.timestamp + 60 < end) {
            seed = uint256(keccak256(abi.encode(seed)));
            vm.warp(block.timestamp + 60 + seed % 120);
            if (block.timestamp >= end) break;
            // Any move within the limit, either way, that stays a jump from the price believed last.
            price = bound(seed >> 8, price - price / 10, price + price / 10);
            if (price > COIN * 9 / 10 - 1) price = COIN * 9 / 10 - 1;
            _jump(price);
            assertTrue(_look(price), "waits");
        }
        vm.warp(block.timestamp < end ? end : block.timestamp);
        vm.warp(block.timestamp + 60);
        _jump(price);
        assertTrue(!_look(price), "believed");
        assertEq(_price(_last, 0), price, "at the feed's price");
    }

    /// @dev However wild the feeds were, once they have kept still for the wait every slot is back, at the feed's price.
    /// forge-config: default.fuzz.runs = 64
    function testNoHistoryFreezesASlot(uint256 seed) public {
        for (uint256 i; i < 12; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            vm.warp(block.timestamp + 60 + seed % 600);
            uint256 price = bound(seed >> 16, 1_000e8, 1_000_000e8);
            _jump(price);
            OptionBlock memory options = _options(block.timestamp);
            options.rows[0].spotE8 = price;
            _last = _capture(options, _last);
        }
        uint256 calm = bound(seed >> 96, 1_000e8, 1_000_000e8);
        vm.warp(block.timestamp + 60);
        _jump(calm);
        _look(calm);
        vm.warp(block.timestamp + DELAY);
        _jump(calm);
        assertTrue(!_look(calm), "back");
        assertEq(_price(_last, 0), calm, "at the feed's price");
    }
}
