// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {OptionBlock, OptionRow} from "../../verifier-contracts/libraries/OptionBlocks.sol";
import {PublicVector} from "../../verifier-contracts/libraries/PublicVector.sol";
import {MarketFixture} from "./MarketFixture.sol";

/// @title  MarketHandler
/// @notice Plays everybody at once: clocks, feeds, publishers, forgers. Keeps its own account of what must have happened,
///         from what it told the feeds, and compares.
contract MarketHandler is MarketFixture {
    enum Feed {
        Well,
        Jumped,
        Stale,
        Wrong
    }

    struct Captured {
        uint256[] vector;
        uint256 next; // when the market was captured next, 0 while it was not
        uint256 digest; // 0 while not published
    }

    uint256 private constant _HEARTBEAT = 1 hours;
    uint256 private constant _MIN_INTERVAL = 60;

    Captured[] private _captures;
    int256 private _answer;
    uint256 private _answeredAt;
    uint256 private _second;
    uint256 private _believed;
    uint256 private _seen;
    uint256 private _since;
    uint256 private _signedAt;
    bool private _unsigned;
    uint256 public newestTime;
    uint256 public newestDigest;
    uint256 public tried;
    uint256 public captured;
    uint256 public published;

    function setUp() public override {
        super.setUp();
        (_answer, _answeredAt, _second) = (int256(COIN), block.timestamp, COIN);
    }

    function pass(uint256 seed) external {
        vm.warp(block.timestamp + bound(seed, 1, seed % 8 == 0 ? 2 hours : 10 minutes));
    }

    /// @dev Mostly small moves, at times a jump, a wrong answer, or one that is dated back.
    function move(uint256 seed) external {
        uint256 kind = seed % 16;
        uint256 from = _answer > 0 ? uint256(_answer) : COIN;
        uint256 reach = kind < 11 ? from / 50 : kind < 14 ? from / 3 : 0;
        _answer = int256(bound(seed >> 8, from - reach, from + reach));
        if (kind == 14) _answer = [int256(0), -1, 999e8, 1_000_001e8][(seed >> 8) % 4];
        _answeredAt = kind == 15 ? block.timestamp - _HEARTBEAT - (seed >> 8) % 2 : block.timestamp;
        feed.setAt(_answer, _answeredAt);
    }

    function _repair() private {
        (_answer, _answeredAt) = (int256(_believed == 0 ? COIN : _believed), block.timestamp);
        feed.set(_answer);
    }

    /// @dev Follows the first feed, or stays apart from it.
    function moveSecond(uint256 seed) external {
        uint256 from = _answer > 0 ? uint256(_answer) : COIN;
        _second = seed % 2 == 0 ? from : bound(seed >> 8, from * 9 / 10, from * 11 / 10);
        second.set(int256(_second * 1e10));
    }

    /// @dev Anyone captures, with and without the last vector and the option numbers; mostly when it is time.
    function capture(uint256 seed) external {
        if (seed % 8 != 0 && _captures.length != 0) {
            uint256 due = _captures[_captures.length - 1].vector[1] + _MIN_INTERVAL;
            if (block.timestamp < due) vm.warp(due);
        }
        if ((seed >> 40) % 2 == 0 && _feed() != Feed.Well && _feed() != Feed.Jumped) _repair();
        uint256[] memory last;
        if ((seed >> 4) % 8 != 0 && _captures.length != 0) last = _captures[_captures.length - 1].vector;
        OptionBlock memory options;
        if ((seed >> 8) % 8 != 0) {
            options = _options(block.timestamp);
            options.rows[0].price = bound(seed >> 16, 1, 10_000e8);
            if (_answer > 0) options.rows[0].spotE8 = uint256(_answer);
        }
        (bool possible, uint256[] memory expected) = _expected(last, options);
        ++tried;
        bytes memory call = abi.encodeCall(
            snapshots.capture,
            (universeId, options, options.rows.length == 0 ? new bytes[](0) : _riskSignature(options, RISK_KEY), last)
        );
        (bool done,) = address(snapshots).call(call);
        assertTrue(done == possible, "captured exactly when it may be");
        if (!done) return;
        (, bytes32 hash,) = snapshots.captured(universeId);
        assertEq(hash, keccak256(abi.encodePacked(expected)), "what the feeds said");
        _keep(expected, options);
    }

    function _keep(uint256[] memory vector, OptionBlock memory options) private {
        ++captured;
        _unsigned = options.rows.length == 0;
        if (!_unsigned) _signedAt = block.timestamp;
        Feed state = _feed();
        if (state == Feed.Well) (_believed, _seen, _since) = (uint256(_answer), 0, 0);
        if (state == Feed.Jumped) (_since, _seen) = (_stands() ? _since : block.timestamp, uint256(_answer));
        if (_captures.length != 0) _captures[_captures.length - 1].next = block.timestamp;
        _captures.push(Captured(vector, 0, 0));
    }

    function _near(uint256 a, uint256 b, uint256 bps) private pure returns (bool) {
        return b != 0 && a * 10_000 <= b * (10_000 + bps) && a * 10_000 >= b * (10_000 - bps);
    }

    function _stands() private view returns (bool) {
        return _near(uint256(_answer), _seen, LIMIT);
    }

    function _feed() private view returns (Feed) {
        if (_answer <= 0) return Feed.Wrong;
        if (block.timestamp - _answeredAt > _HEARTBEAT) return Feed.Stale;
        if (_answer < 1_000e8 || _answer > 1_000_000e8) return Feed.Wrong;
        uint256 price = uint256(_answer);
        if (_believed == 0 || _near(price, _believed, LIMIT)) return Feed.Well;
        if (_stands() && block.timestamp >= _since + DELAY) return Feed.Well;
        return _near(price, _second, AGREE) && block.timestamp - _secondAt() <= 2 hours ? Feed.Well : Feed.Jumped;
    }

    function _secondAt() private view returns (uint256 time) {
        (,,, time,) = second.latestRoundData();
    }

    function _expected(uint256[] memory last, OptionBlock memory options)
        private
        view
        returns (bool, uint256[] memory x)
    {
        if (_captures.length != 0) {
            uint256 wait = _unsigned && options.rows.length != 0 ? 1 : _MIN_INTERVAL;
            if (block.timestamp < _captures[_captures.length - 1].vector[1] + wait) return (false, x);
        }
        Feed state = _feed();
        bool silent = options.rows.length == 0;
        if (silent && (last.length == 0 || block.timestamp - _signedAt <= _HEARTBEAT)) return (false, x);
        if (state != Feed.Well && last.length == 0) return (false, x);
        bool old = last.length != 0 && block.timestamp - last[1] > _HEARTBEAT;
        if (state == Feed.Wrong && !(old || _suspended(last, 0) && (silent || _suspended(last, 2)))) return (false, x);

        OptionRow memory row = silent ? _options(0).rows[0] : options.rows[0];
        x = _vector(_answer > 0 ? uint256(_answer) : 0, row);
        bool rose = state == Feed.Jumped && uint256(_answer) > _price(last, 0);
        if (state != Feed.Well && !rose) _copy(x, last, 0, 2);
        if (state != Feed.Well || silent) _copy(x, last, 2, 3);
        if (state != Feed.Well) (x[9], x[19]) = (1, 1);
        if (state != Feed.Well || silent) x[29] = 1;
        if (state == Feed.Jumped && !silent && row.price > x[22]) x[22] = row.price;
        return (true, x);
    }

    function _copy(uint256[] memory to, uint256[] memory from, uint256 slot, uint256 end) private pure {
        for (uint256 i = 2 + 10 * slot; i < 2 + 10 * end; ++i) to[i] = from[i];
    }

    /// @dev Anyone publishes anything that was captured, in any order.
    function publish(uint256 seed) external {
        if (_captures.length == 0) return;
        Captured storage it = _captures[seed % _captures.length];
        uint256 digest = 1_000 + published;
        (bool done,) = _publish(universeId, it.vector, digest);
        assertTrue(done == (it.vector[1] > newestTime), "published exactly when it is newer");
        if (!done) return;
        (it.digest, newestTime, newestDigest) = (digest, it.vector[1], digest);
        ++published;
    }

    /// @dev Nobody publishes what was not captured, or under another universe, or unproven.
    function forge(uint256 seed) external {
        if (_captures.length == 0) return;
        uint256[] memory x = _captures[seed % _captures.length].vector;
        uint256 i = (seed >> 16) % x.length;
        x[i] = (x[i] + 1 + (seed >> 32) % (PublicVector.FIELD - 1)) % PublicVector.FIELD;
        (bool done,) = _publish(universeId, x, 1);
        assertTrue(!done, "a forged vector");
        x = _captures[seed % _captures.length].vector;
        (done,) = _publish(universeId + 1, x, 1);
        assertTrue(!done, "of another universe");
        (done,) = address(snapshots).call(
            abi.encodeCall(snapshots.publish, (universeId, x, 1, verifier.proofOf(MARKET, 2, 3, 4)))
        );
        assertTrue(!done, "unproven");
    }

    function _publish(uint256 universe, uint256[] memory x, uint256 digest) private returns (bool, bytes memory) {
        (, uint256 alpha, uint256 beta) = PublicVector.signals(MARKET, x, digest);
        return address(snapshots).call(
            abi.encodeCall(snapshots.publish, (universe, x, digest, verifier.proofOf(MARKET, digest, alpha, beta)))
        );
    }

    /// @notice Compares what the contract says of every snapshot with this account.
    function compare() external view {
        (uint256 time, uint256 digest) = snapshots.newest(universeId);
        assertEq(time, newestTime, "newest time");
        assertEq(digest, newestDigest, "newest digest");
        uint256[3] memory graces = [uint256(0), 60, 1 hours];
        for (uint256 i; i < _captures.length; ++i) {
            Captured storage it = _captures[i];
            if (it.digest == 0) continue;
            for (uint256 j; j < 3; ++j) {
                bool within = it.next == 0 || block.timestamp < it.next + graces[j];
                bool usable = snapshots.isUsable(universeId, it.digest, type(uint128).max, graces[j], 0);
                assertTrue(usable == within, "usable until the grace after the next capture");
                usable = snapshots.isUsable(universeId, it.digest, 1 hours, graces[j], it.vector[1]);
                assertTrue(usable == (within && block.timestamp - it.vector[1] <= 1 hours), "and within its age");
                assertTrue(!snapshots.isUsable(universeId, it.digest, 1 hours, 1 hours, it.vector[1] + 1), "no way back");
            }
        }
        assertTrue(!snapshots.isUsable(universeId, 1, type(uint128).max, 1 hours, 0), "nothing forged is known");
    }
}
