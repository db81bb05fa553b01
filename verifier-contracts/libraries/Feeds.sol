// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IPriceFeed} from "../interfaces/IPriceFeed.sol";

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
        OutOfBand,
        Jumped
    }

    uint256 internal constant DECIMALS_MAX = 18;
    uint256 private constant ROUND_BYTES = 160;
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
    /// @notice The coin price has jumped, nothing confirms it yet, and there is no last price to publish as suspended.
    error PriceJumped(uint256 slot, address feed);

    /// @notice Decimals of a feed; reverts when it has none, or more than 18.
    function decimalsOf(address feed, uint256 slot) internal view returns (uint8) {
        (bool known, uint256 decimals) = _decimals(feed);
        if (!known || decimals > DECIMALS_MAX) revert FeedCallFailed(slot, feed);
        return uint8(decimals);
    }

    /// @notice The coin price in 1e-8 quote, rounded down, or the first fault found. `decimals` are those at registration.
    function read(address feed, uint256 decimals, uint256 heartbeat) internal view returns (Fault, uint256 priceE8) {
        (bool known, uint256 decimalsNow) = _decimals(feed);
        if (!known) return (Fault.CallFailed, 0);
        if (decimalsNow != decimals) return (Fault.DecimalsChanged, 0);
        (bool whole, int256 answer,, uint256 updatedAt) = latestRound(feed);
        if (!whole) return (Fault.CallFailed, 0);
        if (answer <= 0) return (Fault.NotPositive, 0);
        if (updatedAt == 0) return (Fault.RoundIncomplete, 0);
        if (updatedAt > block.timestamp) return (Fault.FromFuture, 0);
        if (block.timestamp - updatedAt > heartbeat) return (Fault.Stale, 0);
        if (uint256(answer) > type(uint128).max) return (Fault.OutOfBand, 0);
        priceE8 = decimals <= 8 ? uint256(answer) * 10 ** (8 - decimals) : uint256(answer) / 10 ** (decimals - 8);
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
        if (fault == Fault.OutOfBand) revert PriceOutOfBand(slot, feed);
        revert PriceJumped(slot, feed);
    }

    /// @notice The feed's latest round; not `whole` when the call fails or the answer is too short.
    function latestRound(address feed)
        internal
        view
        returns (bool whole, int256 answer, uint256 startedAt, uint256 updatedAt)
    {
        uint256[5] memory words;
        (whole, words) = _call(feed, IPriceFeed.latestRoundData.selector, ROUND_BYTES);
        return (whole, int256(words[1]), words[2], words[3]);
    }

    function _decimals(address feed) private view returns (bool, uint256) {
        (bool known, uint256[5] memory words) = _call(feed, IPriceFeed.decimals.selector, 32);
        return (known, words[0]);
    }

    /// @dev The first five words of an answer of at least `least` bytes.
    function _call(address feed, bytes4 selector, uint256 least) private view returns (bool, uint256[5] memory words) {
        if (gasleft() < FEED_GAS + FEED_GAS / 63 + GAS_KEPT) revert FeedStarved(gasleft());
        bytes memory data = abi.encodeWithSelector(selector);
        bool done;
        uint256 length;
        // A feed may answer with megabytes, and Solidity would copy all of them at the sender's cost.
        assembly ("memory-safe") {
            done := staticcall(FEED_GAS, feed, add(data, 0x20), mload(data), words, 0xa0)
            length := returndatasize()
        }
        return (done && length >= least, words);
    }
}
