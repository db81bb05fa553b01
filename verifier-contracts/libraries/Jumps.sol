// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Feeds} from "./Feeds.sol";
import {Instrument, Sources} from "./Instruments.sol";

/// @notice What was last believed of a coin's price, and what waits to be believed. Prices in 1e-8 quote.
struct Quote {
    uint64 priceE8; // bits   0–63, captured last, 0 before the first capture
    uint64 jumpE8; // bits  64–127, seen last since the price jumped, 0 while it has not
    uint40 jumpedAt; // bits 128–167, since when it has stood there
}

/// @title  Jumps
/// @notice Whether a price that a feed gives is believed.
/// @dev    Capture is open to anyone, so an attacker chooses when a feed is looked at, and nothing else:
///         - A wrong answer is never believed before `jumpDelay` has passed, unless the second feed is as wrong. Any
///           capture in between that finds the price back where it was ends the wait, and anyone may capture.
///         - Looking does not start the wait anew while the price stays within `jumpBps` of what the capture before saw,
///           and captures in between only make those steps smaller. So a true price is kept out for `jumpDelay` after
///           its last move of more than `jumpBps` between two captures in a row, whoever captures in between, and not at
///           all where the second feed agrees.
///         - Looking at the very moment when one feed has moved and the other has not yet suspends the slot in that one
///           snapshot; the next capture, a minimum interval later, finds both.
///         - The second feed never refuses: dead, wrong or hostile, it leaves the wait as it is.
///         - The first price of a universe has nothing to be compared with. If it is wrong, the true one is a jump and
///           waits: capture a universe before a mandate names it.
///         The limit is no speed limit: a feed that slides by less than it from one capture to the next is believed.
library Jumps {
    /// @notice Whether a price is believed now: it is the first, has not jumped, or has stood; or the second feed agrees.
    function isBelieved(Quote memory quote, Instrument memory it, Sources memory sources, uint256 priceE8)
        internal
        view
        returns (bool)
    {
        if (quote.priceE8 == 0 || !_isOff(priceE8, quote.priceE8, it.jumpBps)) return true;
        if (_stands(quote, it, priceE8) && block.timestamp >= quote.jumpedAt + it.jumpDelay) return true;
        if (it.secondFeed == address(0)) return false;
        // A second feed with a fault says 0, which agrees with nothing.
        (, uint256 secondE8) = Feeds.read(it.secondFeed, sources.secondDecimals, it.secondHeartbeat);
        return !_isOff(priceE8, secondE8, it.agreeBps);
    }

    /// @notice The quote after a capture has seen a price that is not believed yet.
    function seen(Quote memory quote, Instrument memory it, uint256 priceE8) internal view returns (Quote memory) {
        uint40 since = _stands(quote, it, priceE8) ? quote.jumpedAt : uint40(block.timestamp);
        return Quote(quote.priceE8, uint64(priceE8), since);
    }

    function _stands(Quote memory quote, Instrument memory it, uint256 priceE8) private pure returns (bool) {
        return quote.jumpE8 != 0 && !_isOff(priceE8, quote.jumpE8, it.jumpBps);
    }

    /// @dev Whether two prices differ by more than `bps` of the second.
    function _isOff(uint256 priceE8, uint256 fromE8, uint256 bps) private pure returns (bool) {
        uint256 gap = priceE8 > fromE8 ? priceE8 - fromE8 : fromE8 - priceE8;
        return gap * 10_000 > fromE8 * bps;
    }
}
