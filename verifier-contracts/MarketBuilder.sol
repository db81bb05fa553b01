// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IMarketSnapshots} from "./interfaces/IMarketSnapshots.sol";
import {Feeds} from "./libraries/Feeds.sol";
import {Instrument, Instruments} from "./libraries/Instruments.sol";
import {Layout} from "./libraries/Layout.sol";
import {MarketRows} from "./libraries/MarketRows.sol";
import {OptionBlock, OptionBlocks, OptionRow} from "./libraries/OptionBlocks.sol";
import {Shape} from "./libraries/Shape.sol";

/// @title  MarketBuilder
/// @dev    The half of the snapshots that turns feeds and signed option numbers into a market vector.
abstract contract MarketBuilder {
    uint256 public immutable SPOT_TOLERANCE_BPS;
    uint8 internal immutable _SLOTS;
    uint8 internal immutable _GROUPS;
    uint8 internal immutable _ACCOUNTS;
    uint8 internal immutable _SCENARIOS;

    mapping(uint256 universeId => mapping(uint256 slot => uint256)) private _settledPlusOne;

    constructor(Shape memory shape, uint256 spotToleranceBps) {
        (_SLOTS, _GROUPS, _ACCOUNTS, _SCENARIOS) = (shape.slots, shape.groups, shape.accounts, shape.scenarios);
        SPOT_TOLERANCE_BPS = spotToleranceBps;
    }

    /// @dev The whole vector: head, one row per instrument, padding rows left at zero.
    function _build(
        uint256 universeId,
        uint256[] memory words,
        OptionBlock calldata options,
        uint256[] calldata lastVector
    ) internal returns (uint256[] memory vector) {
        uint256 each = Instruments.wordsPer(_SCENARIOS);
        vector = new uint256[](MarketRows.offset(_SLOTS, _SCENARIOS));
        vector[Layout.MARKET_UNIVERSE_ID] = universeId;
        vector[Layout.MARKET_TIME] = block.timestamp;
        uint256 rows;
        for (uint256 i; i < words.length / each; ++i) {
            (Instrument memory it, uint8 decimals) = Instruments.unpack(words, i * each, _SCENARIOS);
            if (it.kind != Instruments.OPTION) {
                _linear(vector, i, it, decimals, lastVector);
                continue;
            }
            if (rows >= options.rows.length || options.rows[rows].slot != i) {
                revert OptionBlocks.MissingOptionRow(i);
            }
            OptionRow calldata row = options.rows[rows++];
            OptionBlocks.check(row, _SCENARIOS);
            if (it.expiry <= block.timestamp) _settle(universeId, vector, row);
            else _option(vector, it, decimals, row, lastVector);
        }
        if (rows != options.rows.length) revert OptionBlocks.ExtraOptionRows(options.rows.length, rows);
    }

    function _linear(
        uint256[] memory vector,
        uint256 slot,
        Instrument memory it,
        uint8 decimals,
        uint256[] calldata lastVector
    ) private view {
        (Feeds.Fault fault, uint256 coinPriceE8) = Feeds.read(it, decimals);
        if (fault != Feeds.Fault.None) return _suspend(vector, slot, it, fault, lastVector);
        uint256 price = coinPriceE8 * it.contractSizeE8 / 1e8;
        uint256 start = MarketRows.offset(slot, _SCENARIOS);
        MarketRows.linear(vector, start, price, it.marginBps, it.shocksBps);
    }

    function _option(
        uint256[] memory vector,
        Instrument memory it,
        uint8 decimals,
        OptionRow calldata row,
        uint256[] calldata lastVector
    ) private view {
        (Feeds.Fault fault, uint256 coinPriceE8) = Feeds.read(it, decimals);
        if (fault != Feeds.Fault.None) return _suspend(vector, row.slot, it, fault, lastVector);
        uint256 gap = row.spotE8 > coinPriceE8 ? row.spotE8 - coinPriceE8 : coinPriceE8 - row.spotE8;
        if (gap > coinPriceE8 * SPOT_TOLERANCE_BPS / 10_000) revert IMarketSnapshots.SpotMismatch(row.slot, row.spotE8, coinPriceE8);
        MarketRows.option(vector, MarketRows.offset(row.slot, _SCENARIOS), row);
    }

    /// @dev An expired option keeps its first signed settlement value, whatever its feed does.
    function _settle(uint256 universeId, uint256[] memory vector, OptionRow calldata row) private {
        OptionBlocks.checkSettled(row);
        uint256 settled = _settledPlusOne[universeId][row.slot];
        if (settled == 0) _settledPlusOne[universeId][row.slot] = row.price + 1;
        else if (settled != row.price + 1) revert IMarketSnapshots.SettlementChanged(row.slot, row.price, settled - 1);
        MarketRows.option(vector, MarketRows.offset(row.slot, _SCENARIOS), row);
    }

    /// @dev A stale feed's slot is published at its last numbers, marked suspended. Any other fault halts the capture by
    ///      name until the last vector is older than the feed's heartbeat (or already has the slot suspended); then the
    ///      feed is dead too.
    function _suspend(
        uint256[] memory vector,
        uint256 slot,
        Instrument memory it,
        Feeds.Fault fault,
        uint256[] calldata lastVector
    ) private view {
        uint256 start = MarketRows.offset(slot, _SCENARIOS);
        if (lastVector.length == 0) Feeds.raise(fault, slot, it.feed);
        bool dead = fault == Feeds.Fault.Stale || lastVector[start + Layout.MARKET_SLOT_SUSPENDED] == 1
            || block.timestamp - lastVector[Layout.MARKET_TIME] > it.heartbeat;
        if (!dead) Feeds.raise(fault, slot, it.feed);
        MarketRows.suspended(vector, start, lastVector, MarketRows.rowLength(_SCENARIOS));
    }
}
