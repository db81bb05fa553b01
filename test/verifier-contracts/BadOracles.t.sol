// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {MarketSettings} from "../../verifier-contracts/MarketSettings.sol";
import {MarketSnapshots} from "../../verifier-contracts/MarketSnapshots.sol";
import {UniverseRules} from "../../verifier-contracts/UniverseRules.sol";
import {IMarketSettings, Settings} from "../../verifier-contracts/interfaces/IMarketSettings.sol";
import {Feeds} from "../../verifier-contracts/libraries/Feeds.sol";
import {Instrument} from "../../verifier-contracts/libraries/Instruments.sol";
import {OptionBlock} from "../../verifier-contracts/libraries/OptionBlocks.sol";
import {MarketFixture} from "./MarketFixture.sol";
import {OddFeed} from "./OddFeed.sol";

/// @notice Every bad answer we know of, from every feed there is: a capture succeeds in full, publishes the slot suspended as
///         documented, or is refused by name and leaves nothing behind.
contract BadOraclesTest is MarketFixture {
    uint256 private constant _KINDS = 38;
    uint256 private constant _GRACE = 1 hours;
    uint256 private constant _FALL = COIN * 8 / 10;

    OddFeed private _first;
    OddFeed private _second;
    OddFeed private _sequencer;
    uint256[] private _none;
    uint256[] private _last;

    function setUp() public override {
        vm.warp(START);
        (_first, _second, _sequencer) = (new OddFeed(), new OddFeed(), new OddFeed());
        super.setUp();
        _heal();
        _sequencer.setRound(0, START - _GRACE);
        address[] memory one = new address[](1);
        one[0] = vm.addr(RISK_KEY);
        settings = new MarketSettings(GOVERNOR, NOTICE, one, 1, address(_sequencer), _GRACE);
        snapshots = new MarketSnapshots(
            verifier, settings, new UniverseRules(), MARKET, _shape(), MarketSnapshots.Rules(60, 300, 50)
        );
        snapshots.registerUniverse(_instruments());
        _last = _captureAt(COIN, _none);
        vm.warp(START + 60);
        _heal();
    }

    function _instruments() internal view override returns (Instrument[] memory list) {
        list = super._instruments();
        for (uint256 i; i < list.length; ++i) (list[i].feed, list[i].secondFeed) = (address(_first), address(_second));
    }

    /// @dev The coin's feeds answer well, dated now.
    function _heal() private {
        _first.setRound(int256(COIN), block.timestamp);
        _second.setRound(int256(COIN), block.timestamp);
    }

    /// @dev Makes a feed answer in the way of kind `i`, and says how a coin's first feed is then refused: 0 for not at all.
    ///      `price` is what it would answer if it were well.
    function _spoil(OddFeed odd, uint256 i, int256 price) private returns (bytes4) {
        uint256 time = block.timestamp;
        if (i < 4) odd.setRound([int256(0), -1, -price, type(int256).min][i], time);
        if (i < 4) return Feeds.AnswerNotPositive.selector;
        if (i < 12) odd.setRound(_unbelievable(i), time);
        if (i < 12) return Feeds.PriceOutOfBand.selector;
        if (i == 12) odd.setRound(price, 0);
        if (i == 12) return Feeds.RoundIncomplete.selector;
        if (i < 16) odd.setRound(price, [time + 1, 1 << 40, type(uint256).max][i - 13]);
        if (i < 16) return Feeds.AnswerFromFuture.selector;
        if (i < 18) odd.setRound(price, [time - 2 hours - 1, 1][i - 16]);
        if (i < 18) return Feeds.StaleFeed.selector;
        if (i < 22) odd.setDecimals(abi.encode([uint256(0), 18, 255, type(uint256).max][i - 18]));
        if (i < 22) return Feeds.FeedDecimalsChanged.selector;
        if (i < 24) odd.setDecimals(new bytes(i == 22 ? 0 : 31));
        if (i >= 24 && i < 29) odd.setRaw(_cut(abi.encode(1, price, time, time, 1), [0, 32, 64, 128, 159][i - 24]));
        if (i >= 29 && i < 35) odd.setManner(_manner(i - 29), false);
        if (i == 35) odd.setManner(OddFeed.Manner.Reverts, true);
        if (i == 36) odd.setManner(OddFeed.Manner.NeverEnds, true);
        if (i == 37) vm.etch(address(odd), "");
        return Feeds.FeedCallFailed.selector;
    }

    function _unbelievable(uint256 i) private pure returns (int256) {
        int256[8] memory answers = [
            int256(1), 1_000e8 - 1, 1_000_000e8 + 1, int256(uint256(type(uint64).max)),
            int256(uint256(type(uint64).max)) + 60_000e8, int256(uint256(type(uint128).max)),
            int256(uint256(type(uint128).max)) + 1, type(int256).max
        ];
        return answers[i - 4];
    }

    function _manner(uint256 i) private pure returns (OddFeed.Manner) {
        OddFeed.Manner[6] memory manners = [
            OddFeed.Manner.Reverts, OddFeed.Manner.RevertsAtLength, OddFeed.Manner.HitsInvalidOpcode,
            OddFeed.Manner.NeverEnds, OddFeed.Manner.WritesFirst, OddFeed.Manner.NeedsMoreGas
        ];
        return manners[i];
    }

    function _cut(bytes memory data, uint256 length) private pure returns (bytes memory cut) {
        cut = new bytes(length);
        for (uint256 i; i < length; ++i) cut[i] = data[i];
    }

    /// @dev Everything that a capture may change.
    function _state() private view returns (bytes32) {
        (uint256 time, bytes32 hash, uint256 optionTime) = snapshots.captured(universeId);
        (uint256 newest, uint256 digest) = snapshots.newest(universeId);
        return keccak256(abi.encode(time, hash, optionTime, newest, digest, _quote(0)));
    }

    function _untouched(uint256[] memory last, bytes memory error_) private {
        bytes32 before = _state();
        _refused(_options(block.timestamp), last, error_);
        assertEq(_state(), before, "nothing is left behind");
    }

    function _suspendedAll(uint256[] memory vector) private view {
        uint256[] memory expected = _last;
        (expected[1], expected[9], expected[19], expected[29]) = (block.timestamp, 1, 1, 1);
        _assertVector(vector, expected, "suspended at the last numbers");
    }

    function testAFirstFeedIsRefusedByNameOrItsSlotsAreSuspended() public {
        for (uint256 i; i < _KINDS; ++i) {
            uint256 before = vm.snapshotState();
            bytes4 selector = _spoil(_first, i, int256(COIN));
            bytes memory error_ = abi.encodeWithSelector(selector, 0, address(_first));
            _untouched(_none, error_);
            // A fresh last vector is published anew only in place of a stale answer.
            if (selector == Feeds.StaleFeed.selector) _suspendedAll(_captureAt(COIN, _last));
            else _untouched(_last, error_);
            vm.revertToState(before);

            // Whatever is wrong, it halts nobody for longer than the heartbeat.
            vm.warp(START + 1 hours + 1);
            _spoil(_first, i, int256(COIN));
            _suspendedAll(_captureAt(COIN, _last));
            vm.revertToState(before);
        }
    }

    function testASecondFeedConfirmsNothingAndRefusesNothing() public {
        for (uint256 i; i < _KINDS; ++i) {
            uint256 before = vm.snapshotState();
            _spoil(_second, i, int256(_FALL));
            // Without a jump nobody asks it.
            assertTrue(!_suspended(_captureAt(COIN, _none), 0), "believed");
            vm.revertToState(before);

            _spoil(_second, i, int256(_FALL));
            _first.setRound(int256(_FALL), block.timestamp);
            _untouched(_none, abi.encodeWithSelector(Feeds.PriceJumped.selector, 0, address(_first)));
            uint256[] memory vector = _captureAt(_FALL, _last);
            _suspendedAll(vector);
            assertEq(_quote(0).jumpE8, _FALL, "waits");
            // The wait passes without it.
            vm.warp(block.timestamp + DELAY);
            _first.setRound(int256(_FALL), block.timestamp);
            assertTrue(!_suspended(_captureAt(_FALL, _none), 0), "believed after the wait");
            vm.revertToState(before);
        }
    }

    /// @dev An uptime feed says 0 for up and 1 for down, and when that began. Its update and its decimals are not asked.
    function testASequencerFeedIsRefusedByName() public {
        for (uint256 i; i < _KINDS; ++i) {
            uint256 before = vm.snapshotState();
            _spoil(_sequencer, i, 1);
            if (i > 17 && i < 24 || i == 35 || i == 36) {
                assertTrue(!_suspended(_captureAt(COIN, _none), 0), "up");
            } else {
                bool down = i == 4 || i == 16 || i == 17;
                bytes4 selector = IMarketSettings.SequencerFeedFailed.selector;
                if (down) selector = IMarketSettings.SequencerDown.selector;
                bytes memory error_ = abi.encodeWithSelector(selector, address(_sequencer));
                bytes4 grace = IMarketSettings.SequencerGrace.selector;
                if (i == 0) error_ = abi.encodeWithSelector(grace, block.timestamp + _GRACE);
                _untouched(_none, error_);
                _untouched(_last, error_);
            }
            vm.revertToState(before);
        }
    }

    function testTheSequencersGraceToTheSecond() public {
        uint256 up = START + 100;
        vm.warp(up);
        _heal();
        _sequencer.setRound(1, START + 70);
        bytes memory down = abi.encodeWithSelector(IMarketSettings.SequencerDown.selector, address(_sequencer));
        _untouched(_none, down);
        _sequencer.setRound(0, up);
        bytes memory grace = abi.encodeWithSelector(IMarketSettings.SequencerGrace.selector, up + _GRACE);
        _untouched(_none, grace);
        vm.warp(up + _GRACE - 1);
        _heal();
        _untouched(_none, grace);
        vm.warp(up + _GRACE);
        _heal();
        _captureAt(COIN, _none);
    }

    /// @dev A feed that has died is put out of use with notice, for good, and nothing else can be put in its place.
    function testASequencerFeedThatHasDiedHaltsNobodyForEver() public {
        vm.etch(address(_sequencer), "");
        Settings memory next = settings.active();
        next.sequencerAsked = false;
        vm.prank(GOVERNOR);
        settings.schedule(next);
        vm.warp(block.timestamp + NOTICE);
        _heal();
        _untouched(_none, abi.encodeWithSelector(IMarketSettings.SequencerFeedFailed.selector, address(_sequencer)));
        settings.activate();
        _captureAt(COIN, _none);
        next.sequencerAsked = true;
        vm.prank(GOVERNOR);
        vm.expectRevert(abi.encodeWithSelector(IMarketSettings.InvalidSetting.selector, "sequencerAsked"));
        settings.schedule(next);
    }

    /// @dev Answers that look odd and are not: more bytes than a round, and a round number wider than it may be.
    function testOddAnswersThatAreWell() public {
        uint256 time = block.timestamp;
        bytes[2] memory rounds = [
            abi.encode(1, COIN, time, time, 1, new bytes(500)), abi.encode(type(uint256).max, COIN, 0, time, 0)
        ];
        for (uint256 i; i < 3; ++i) {
            uint256 before = vm.snapshotState();
            if (i < 2) _first.setRaw(rounds[i]);
            else _first.setManner(OddFeed.Manner.AnswersAtLength, false);
            _assertVector(_captureAt(COIN, _none), _vector(COIN, _options(0).rows[0]), "believed");
            vm.revertToState(before);
        }
    }

    /// @dev Both feeds of every coin answer at length, or never end: a capture still fits into a block.
    function testTheWorstFeedsCostABoundedAmount() public {
        OddFeed.Manner[3] memory worst =
            [OddFeed.Manner.AnswersAtLength, OddFeed.Manner.RevertsAtLength, OddFeed.Manner.NeverEnds];
        vm.warp(START + 1 hours + 1);
        OptionBlock memory options = _options(block.timestamp);
        bytes[] memory signatures = _riskSignature(options, RISK_KEY);
        for (uint256 i; i < 3; ++i) {
            uint256 before = vm.snapshotState();
            _first.setRound(int256(_FALL), block.timestamp);
            if (i > 0) _first.setManner(worst[i], false);
            _second.setManner(worst[i], true);
            uint256 gas = gasleft();
            snapshots.capture(universeId, options, signatures, _last);
            assertTrue(gas - gasleft() < 1_200_000, "four calls of at most 150,000 gas, and the capture itself");
            vm.revertToState(before);
        }
    }
}
