// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IPriceFeed} from "../interfaces/IPriceFeed.sol";
import {Instrument} from "./Instruments.sol";

/// @title  Feeds
/// @notice Reads a coin price in 1e-8 quote and says what is wrong with it.
/// @dev    Reads by low-level call: a feed that reverts or answers with other bytes is a fault, not a halt.
library Feeds {
    enum Fault {
        None,
        CallFailed,
        DecimalsChanged,
        NotPositive,
        RoundIncomplete,
        FromFuture,
        Stale,
        OutOfBand
    }

    uint256 internal constant DECIMALS_MAX = 18;
    /// @dev A broken feed may burn what it is given, so it is given little; but never so little because the sender kept
    ///      gas back that a feed which is well would look dead.
    uint256 private constant FEED_GAS = 150_000;
    uint256 private constant GAS_KEPT = 10_000;

    /// @notice The transaction has too little gas left to tell a dead feed from a starved one.
    error FeedStarved(uint256 gas);

    /// @notice The feed reverted, or its answer is too short.
    error FeedCallFailed(uint256 slot, address feed);
    /// @notice The feed has other decimals than when the universe was registered.
    error FeedDecimalsChanged(uint256 slot, address feed);
    /// @notice The feed answers zero or less.
    error AnswerNotPositive(uint256 slot, address feed);
    /// @notice The feed's latest round has no date.
    error RoundIncomplete(uint256 slot, address feed);
    /// @notice The feed's answer is dated after the block.
    error AnswerFromFuture(uint256 slot, address feed);
    /// @notice The feed's answer is older than its heartbeat, and there is no last price to publish as suspended.
    error StaleFeed(uint256 slot, address feed);
    /// @notice The coin price is outside the instrument's sanity band.
    error PriceOutOfBand(uint256 slot, address feed);

    /// @notice Decimals of a feed; reverts when it has none, or more than 18.
    function decimalsOf(address feed, uint256 slot) internal view returns (uint8) {
        (bool known, uint256 decimals) = _decimals(feed);
        if (!known || decimals > DECIMALS_MAX) revert FeedCallFailed(slot, feed);
        return uint8(decimals);
    }

    /// @notice The coin price in 1e-8 quote, rounded down, or the first fault found.
    function read(Instrument memory it, uint8 decimals) internal view returns (Fault, uint256 priceE8) {
        (bool known, uint256 decimalsNow) = _decimals(it.feed);
        if (!known) return (Fault.CallFailed, 0);
        if (decimalsNow != decimals) return (Fault.DecimalsChanged, 0);
        (bool success, bytes memory data) = _call(it.feed, abi.encodeCall(IPriceFeed.latestRoundData, ()));
        if (!success || data.length < 160) return (Fault.CallFailed, 0);
        (, int256 answer,, uint256 updatedAt,) = abi.decode(data, (uint256, int256, uint256, uint256, uint256));
        if (answer <= 0) return (Fault.NotPositive, 0);
        if (updatedAt == 0) return (Fault.RoundIncomplete, 0);
        if (updatedAt > block.timestamp) return (Fault.FromFuture, 0);
        if (block.timestamp - updatedAt > it.heartbeat) return (Fault.Stale, 0);
        if (uint256(answer) > type(uint128).max) return (Fault.OutOfBand, 0);
        priceE8 = decimals <= 8 ? uint256(answer) * 10 ** (8 - decimals) : uint256(answer) / 10 ** (decimals - 8);
        if (priceE8 < it.minPriceE8 || priceE8 > it.maxPriceE8) return (Fault.OutOfBand, 0);
        return (Fault.None, priceE8);
    }

    /// @notice Reverts with the error named like the fault.
    function raise(Fault fault, uint256 slot, address feed) internal pure {
        if (fault == Fault.CallFailed) revert FeedCallFailed(slot, feed);
        if (fault == Fault.DecimalsChanged) revert FeedDecimalsChanged(slot, feed);
        if (fault == Fault.NotPositive) revert AnswerNotPositive(slot, feed);
        if (fault == Fault.RoundIncomplete) revert RoundIncomplete(slot, feed);
        if (fault == Fault.FromFuture) revert AnswerFromFuture(slot, feed);
        if (fault == Fault.Stale) revert StaleFeed(slot, feed);
        revert PriceOutOfBand(slot, feed);
    }

    function _decimals(address feed) private view returns (bool, uint256) {
        (bool success, bytes memory data) = _call(feed, abi.encodeCall(IPriceFeed.decimals, ()));
        if (!success || data.length < 32) return (false, 0);
        return (true, abi.decode(data, (uint256)));
    }

    function _call(address feed, bytes memory data) private view returns (bool, bytes memory) {
        if (gasleft() < FEED_GAS + FEED_GAS / 63 + GAS_KEPT) revert FeedStarved(gasleft());
        return feed.staticcall{gas: FEED_GAS}(data);
    }
}
