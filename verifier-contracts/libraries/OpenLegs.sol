// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Asset} from "../interfaces/ISettlementRegistry.sol";

/// @title  OpenLegs
/// @notice What a leg of the public vector says, in the smallest units of its tokens.
/// @dev    Quantities and fills have less than 64 bits, contract sizes 63, decimals at most 24 (80 bits): no product here
///         reaches 2^208.
library OpenLegs {
    uint256 private constant _FILL_BITS = 64;
    uint256 private constant _SCALE = 1e16;

    /// @notice Reads (trade + 2^64)·2^64 + fill.
    /// @return buys     Whether the trade is positive.
    /// @return quantity Its magnitude in 1e-8 unit; 0 for a slot that is not traded.
    /// @return fill     The proven price in 1e-8 quote per unit.
    function read(uint256 leg) internal pure returns (bool buys, uint256 quantity, uint256 fill) {
        int256 trade = int256(leg >> _FILL_BITS) - int256(1 << _FILL_BITS);
        buys = trade > 0;
        quantity = uint256(buys ? trade : -trade);
        fill = leg & ((1 << _FILL_BITS) - 1);
    }

    /// @notice Smallest units of the asset's token in `quantity` (1e-8 unit), rounded up or down.
    function tokensOf(uint256 quantity, Asset memory asset, bool up) internal pure returns (uint256) {
        return _scaled(quantity * asset.contractSizeE8 * 10 ** asset.decimals, _SCALE, up);
    }

    /// @notice Smallest units of the quote token in `value` (1e-16 quote), rounded up or down.
    function quoteOf(uint256 value, uint8 decimals, bool up) internal pure returns (uint256) {
        return _scaled(value * 10 ** decimals, _SCALE, up);
    }

    /// @notice Value in 1e-16 quote of smallest units of the quote token, rounded up or down.
    function valueOf(uint256 amount, uint8 decimals, bool up) internal pure returns (uint256) {
        return _scaled(amount * _SCALE, 10 ** decimals, up);
    }

    function _scaled(uint256 product, uint256 scale, bool up) private pure returns (uint256) {
        return up ? (product + scale - 1) / scale : product / scale;
    }
}
