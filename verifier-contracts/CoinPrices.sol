// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IMarketSnapshots} from "./interfaces/IMarketSnapshots.sol";
import {Feeds} from "./libraries/Feeds.sol";
import {Instrument, Sources} from "./libraries/Instruments.sol";
import {Jumps, Quote} from "./libraries/Jumps.sol";

/// @title  CoinPrices
/// @dev    The part of the snapshots that decides what a coin is worth: the feed's answer, if it is well, inside the
///         instrument's band, and no jump that nothing confirms.
abstract contract CoinPrices {
    /// @dev By the first slot that is priced from the same feeds on the same terms.
    mapping(uint256 universeId => mapping(uint256 leader => Quote)) internal _quotes;

    /// @dev The coin price of a slot in 1e-8 quote, and what is wrong with it; 0 but for a price that has jumped. The wait
    ///      for that one is kept by captures that publish the slot as suspended: one that reverts keeps nothing.
    function _coinPrice(uint256 universeId, Instrument memory it, Sources memory sources)
        internal
        returns (Feeds.Fault fault, uint256 priceE8)
    {
        (fault, priceE8) = Feeds.read(it.feed, sources.decimals, it.heartbeat);
        if (fault != Feeds.Fault.None) return (fault, 0);
        if (priceE8 < it.minPriceE8 || priceE8 > it.maxPriceE8) return (Feeds.Fault.OutOfBand, 0);
        Quote memory quote = _quotes[universeId][sources.leader];
        if (Jumps.isBelieved(quote, it, sources, priceE8)) {
            _quotes[universeId][sources.leader] = Quote(uint64(priceE8), 0, 0);
            return (Feeds.Fault.None, priceE8);
        }
        Quote memory next = Jumps.seen(quote, it, priceE8);
        _quotes[universeId][sources.leader] = next;
        if (next.jumpedAt != quote.jumpedAt) {
            emit IMarketSnapshots.PriceWaits(universeId, sources.leader, priceE8, next.jumpedAt + it.jumpDelay);
        }
        return (Feeds.Fault.Jumped, priceE8);
    }
}
