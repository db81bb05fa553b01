// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {CoinPrices} from "./CoinPrices.sol";
import {IMarketSnapshots} from "./interfaces/IMarketSnapshots.sol";
import {Feeds} from "./libraries/Feeds.sol";
import {Instrument, Instruments, Sources} from "./libraries/Instruments.sol";
import {Layout} from "./libraries/Layout.sol";
import {MarketRows} from "./libraries/MarketRows.sol";
import {OptionBlock, OptionBlocks, OptionRow} from "./libraries/OptionBlocks.sol";
import {Shape} from "./libraries/Shape.sol";

/// @title  MarketBuilder
/// @dev    The half of the snapshots that turns feeds and signed option numbers into a market vector.
abstract contract MarketBuilder is CoinPrices {
    /// @dev What a feed says in this capture, once it has been asked.
    struct Reading {
        bool known;
        Feeds.Fault fault;
        uint256 coinPriceE8;
    }

    /// @dev What a capture is made of. `signedAt` is when option numbers were signed last; `unsigned` says whether options
    ///      are suspended for want of them.
    struct Draft {
        uint256 universeId;
        uint256 signedAt;
        uint256[] vector;
        Reading[] readings;
        uint256 rows;
        bool unsigned;
    }

    uint256 public immutable SPOT_TOLERANCE_BPS;
    uint8 internal immutable _SLOTS;
    uint8 internal immutable _GROUPS;
    uint8 internal immutable _ACCOUNTS;
    uint8 internal immutable _SCENARIOS;

    mapping(uint256 universeId => mapping(uint256 slot => uint256)) internal _settledPlusOne;

    constructor(Shape memory shape, uint256 spotToleranceBps) {
        (_SLOTS, _GROUPS, _ACCOUNTS, _SCENARIOS) = (shape.slots, shape.groups, shape.accounts, shape.scenarios);
        SPOT_TOLERANCE_BPS = spotToleranceBps;
    }

    /// @dev The whole vector: head, one row per instrument, padding rows left at zero; and whether it lacks signed options.
    function _build(
        uint256 universeId,
        uint256 signedAt,
        uint256[] memory words,
        OptionBlock calldata options,
        uint256[] calldata lastVector
    ) internal returns (uint256[] memory vector, bool unsigned) {
        uint256 each = Instruments.wordsPer(_SCENARIOS);
        Draft memory draft;
        (draft.universeId, draft.signedAt) = (universeId, signedAt);
        draft.vector = new uint256[](MarketRows.offset(_SLOTS, _SCENARIOS));
        draft.vector[Layout.MARKET_UNIVERSE_ID] = universeId;
        draft.vector[Layout.MARKET_TIME] = block.timestamp;
        draft.readings = new Reading[](words.length / each);
        for (uint256 i; i < draft.readings.length; ++i) {
            (Instrument memory it, Sources memory sources) = Instruments.unpack(words, i * each, _SCENARIOS);
            if (it.kind == Instruments.OPTION) _option(draft, i, it, sources, options, lastVector);
            else _linear(draft, i, it, sources, lastVector);
        }
        if (draft.rows != options.rows.length) {
            revert OptionBlocks.ExtraOptionRows(options.rows.length, draft.rows);
        }
        return (draft.vector, draft.unsigned);
    }

    function _linear(
        Draft memory draft,
        uint256 slot,
        Instrument memory it,
        Sources memory sources,
        uint256[] calldata lastVector
    ) private {
        Reading memory reading = _reading(draft, it, sources);
        uint256 start = MarketRows.offset(slot, _SCENARIOS);
        uint256 price = reading.coinPriceE8 * it.contractSizeE8 / 1e8;
        if (reading.fault != Feeds.Fault.None) {
            _suspend(draft.vector, slot, it, reading.fault, lastVector);
            // A short is valued at no less than what the feed says while nobody knows: a fund gains nothing by a jump.
            if (price <= draft.vector[start + Layout.MARKET_SLOT_PRICE]) return;
        }
        MarketRows.linear(draft.vector, start, price, it.marginBps, it.shocksBps);
    }

    function _option(
        Draft memory draft,
        uint256 slot,
        Instrument memory it,
        Sources memory sources,
        OptionBlock calldata options,
        uint256[] calldata lastVector
    ) private {
        bool expired = it.expiry <= block.timestamp;
        uint256 settled = expired ? _settledPlusOne[draft.universeId][slot] : 0;
        uint256 start = MarketRows.offset(slot, _SCENARIOS);
        if (draft.rows == options.rows.length || options.rows[draft.rows].slot != slot) {
            if (settled != 0) MarketRows.settled(draft.vector, start, settled - 1);
            else _unsigned(draft, slot, it, options, lastVector);
            return;
        }
        OptionRow calldata row = options.rows[draft.rows++];
        OptionBlocks.check(row, _SCENARIOS);
        if (expired) return _settle(draft, row, settled);

        Reading memory reading = _reading(draft, it, sources);
        if (reading.fault != Feeds.Fault.None) {
            _suspend(draft.vector, slot, it, reading.fault, lastVector);
            uint256 price = start + Layout.MARKET_SLOT_PRICE;
            bool dearer = reading.fault == Feeds.Fault.Jumped && row.price > draft.vector[price];
            if (dearer) draft.vector[price] = row.price;
            return;
        }
        uint256 coinE8 = reading.coinPriceE8;
        uint256 gap = row.spotE8 > coinE8 ? row.spotE8 - coinE8 : coinE8 - row.spotE8;
        if (gap > coinE8 * SPOT_TOLERANCE_BPS / 10_000) {
            revert IMarketSnapshots.SpotMismatch(slot, row.spotE8, coinE8);
        }
        MarketRows.option(draft.vector, start, row);
    }

    /// @dev An expired option keeps its first signed settlement value, whatever its feed does, and needs no signer then.
    function _settle(Draft memory draft, OptionRow calldata row, uint256 settled) private {
        OptionBlocks.checkSettled(row);
        if (settled == 0) _settledPlusOne[draft.universeId][row.slot] = row.price + 1;
        else if (settled != row.price + 1) revert IMarketSnapshots.SettlementChanged(row.slot, row.price, settled - 1);
        MarketRows.settled(draft.vector, MarketRows.offset(row.slot, _SCENARIOS), row.price);
    }

    /// @dev Risk signers who are silent for longer than the feed may be are dead like a feed: a block without any row then
    ///      publishes the option suspended, so that they halt no coin of the universe.
    function _unsigned(
        Draft memory draft,
        uint256 slot,
        Instrument memory it,
        OptionBlock calldata options,
        uint256[] calldata lastVector
    ) private view {
        bool silent = options.rows.length == 0 && block.timestamp - draft.signedAt > it.heartbeat;
        if (!silent || lastVector.length == 0) revert OptionBlocks.MissingOptionRow(slot);
        draft.unsigned = true;
        uint256 start = MarketRows.offset(slot, _SCENARIOS);
        MarketRows.suspended(draft.vector, start, lastVector, MarketRows.rowLength(_SCENARIOS));
    }

    /// @dev Slots that share feeds and terms share the answer, so that no vector holds two prices of one source.
    function _reading(Draft memory draft, Instrument memory it, Sources memory sources)
        private
        returns (Reading memory reading)
    {
        reading = draft.readings[sources.leader];
        if (reading.known) return reading;
        reading.known = true;
        (reading.fault, reading.coinPriceE8) = _coinPrice(draft.universeId, it, sources);
    }

    /// @dev The slot of a stale feed, or of a price that has jumped, is published at its last numbers, marked suspended.
    ///      Any other fault halts the capture by name until the last vector is older than the feed's heartbeat (or already
    ///      has the slot suspended); then the feed is dead too.
    function _suspend(
        uint256[] memory vector,
        uint256 slot,
        Instrument memory it,
        Feeds.Fault fault,
        uint256[] calldata lastVector
    ) private view {
        uint256 start = MarketRows.offset(slot, _SCENARIOS);
        if (lastVector.length == 0) Feeds.raise(fault, slot, it.feed);
        bool dead = fault == Feeds.Fault.Stale || fault == Feeds.Fault.Jumped
            || lastVector[start + Layout.MARKET_SLOT_SUSPENDED] == 1
            || block.timestamp - lastVector[Layout.MARKET_TIME] > it.heartbeat;
        if (!dead) Feeds.raise(fault, slot, it.feed);
        MarketRows.suspended(vector, start, lastVector, MarketRows.rowLength(_SCENARIOS));
    }
}
