// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Layout} from "./Layout.sol";
import {OptionRow} from "./OptionBlocks.sol";
import {PublicVector} from "./PublicVector.sol";

/// @title  MarketRows
/// @notice Writes one slot's elements into a market vector.
library MarketRows {
    /// @notice Elements before the first slot of a row for `slot`.
    function offset(uint256 slot, uint256 scenarios) internal pure returns (uint256) {
        return Layout.MARKET_HEAD_LENGTH + slot * rowLength(scenarios);
    }

    /// @notice Elements of one slot.
    function rowLength(uint256 scenarios) internal pure returns (uint256) {
        return Layout.MARKET_SLOT_LENGTH + scenarios * Layout.MARKET_SLOT_SCENARIO_LENGTH;
    }

    /// @notice Spot or linear perp: delta is the price, scenario s changes it by price · shock_s / 10 000, rounded away
    ///         from zero so that no loss is understated.
    function linear(
        uint256[] memory vector,
        uint256 start,
        uint256 price,
        uint256 marginBps,
        int32[] memory shocksBps
    ) internal pure {
        vector[start + Layout.MARKET_SLOT_PRICE] = price;
        vector[start + Layout.MARKET_SLOT_DELTA] = price;
        vector[start + Layout.MARKET_SLOT_ABS_DELTA] = price;
        vector[start + Layout.MARKET_SLOT_MARGIN_BPS] = marginBps;
        vector[start + Layout.MARKET_SLOT_TURNOVER_WEIGHT] = price;
        uint256 changes = start + Layout.MARKET_SLOT_LENGTH;
        for (uint256 s; s < shocksBps.length; ++s) {
            int256 shock = shocksBps[s];
            uint256 size = (price * uint256(shock < 0 ? -shock : shock) + 9_999) / 10_000;
            vector[changes + s] = PublicVector.toField(shock < 0 ? -int256(size) : int256(size));
        }
    }

    /// @notice An option's signed numbers.
    function option(uint256[] memory vector, uint256 start, OptionRow calldata row) internal pure {
        uint256 absDelta = uint256(row.delta < 0 ? -row.delta : row.delta);
        vector[start + Layout.MARKET_SLOT_PRICE] = row.price;
        vector[start + Layout.MARKET_SLOT_DELTA] = PublicVector.toField(row.delta);
        vector[start + Layout.MARKET_SLOT_ABS_DELTA] = absDelta;
        vector[start + Layout.MARKET_SLOT_GAMMA] = PublicVector.toField(row.gamma);
        vector[start + Layout.MARKET_SLOT_VEGA] = PublicVector.toField(row.vega);
        vector[start + Layout.MARKET_SLOT_MARGIN_BPS] = row.marginBps;
        vector[start + Layout.MARKET_SLOT_TURNOVER_WEIGHT] = row.price > absDelta ? row.price : absDelta;
        uint256 changes = start + Layout.MARKET_SLOT_LENGTH;
        for (uint256 s; s < row.changes.length; ++s) vector[changes + s] = PublicVector.toField(row.changes[s]);
    }

    /// @notice An expired option: its settlement value, and nothing that moves.
    function settled(uint256[] memory vector, uint256 start, uint256 price) internal pure {
        vector[start + Layout.MARKET_SLOT_PRICE] = price;
        vector[start + Layout.MARKET_SLOT_TURNOVER_WEIGHT] = price;
    }

    /// @notice The slot as it last was, marked suspended.
    function suspended(uint256[] memory vector, uint256 start, uint256[] calldata last, uint256 length) internal pure {
        for (uint256 i; i < length; ++i) vector[start + i] = last[start + i];
        vector[start + Layout.MARKET_SLOT_SUSPENDED] = 1;
    }
}
