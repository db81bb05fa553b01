// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Layout} from "./Layout.sol";

/// @notice An option slot's numbers per unit in 1e-8 quote, repriced at coin price `spotE8`: dollar delta, dollar gamma for
///         a 1 % move, dollar vega for one volatility point, margin rate, value change per scenario.
struct OptionRow {
    uint256 slot;
    uint256 spotE8;
    uint256 price;
    int256 delta;
    int256 gamma;
    int256 vega;
    uint256 marginBps;
    int256[] changes;
}

/// @notice Every option slot of a universe at one time, in slot order.
struct OptionBlock {
    uint256 time;
    OptionRow[] rows;
}

/// @title  OptionBlocks
/// @notice EIP-712 hash and checks of what risk signers sign.
library OptionBlocks {
    bytes32 private constant ROW_TYPE = keccak256(
        "OptionRow(uint256 slot,uint256 spotE8,uint256 price,int256 delta,int256 gamma,int256 vega,uint256 marginBps,int256[] changes)"
    );
    bytes32 private constant BLOCK_TYPE = keccak256(
        "OptionBlock(uint256 universeId,uint256 time,OptionRow[] rows)OptionRow(uint256 slot,uint256 spotE8,uint256 price,int256 delta,int256 gamma,int256 vega,uint256 marginBps,int256[] changes)"
    );
    uint256 private constant BPS_MAX = 1_000_000;

    /// @notice The block has no row for option slot `slot` where one is due.
    error MissingOptionRow(uint256 slot);
    /// @notice The block has more rows than the universe has options.
    error ExtraOptionRows(uint256 given, uint256 expected);
    /// @notice Field `field` of the row for `slot` is outside its width.
    error OptionOutOfRange(uint256 slot, string field);
    /// @notice An expired option has a price and nothing else.
    error ExpiredOptionHasRisk(uint256 slot);

    /// @notice EIP-712 struct hash of a block for a universe.
    function hash(uint256 universeId, OptionBlock calldata options) internal pure returns (bytes32) {
        bytes32[] memory rows = new bytes32[](options.rows.length);
        for (uint256 i; i < rows.length; ++i) {
            OptionRow calldata row = options.rows[i];
            rows[i] = keccak256(
                abi.encode(
                    ROW_TYPE,
                    row.slot,
                    row.spotE8,
                    row.price,
                    row.delta,
                    row.gamma,
                    row.vega,
                    row.marginBps,
                    keccak256(abi.encodePacked(row.changes))
                )
            );
        }
        return keccak256(abi.encode(BLOCK_TYPE, universeId, options.time, keccak256(abi.encodePacked(rows))));
    }

    /// @notice Refuses a row with a number outside its width.
    function check(OptionRow calldata row, uint256 scenarios) internal pure {
        if (row.price >> Layout.BITS_PRICE != 0) revert OptionOutOfRange(row.slot, "price");
        if (!_fits(row.delta)) revert OptionOutOfRange(row.slot, "delta");
        if (!_fits(row.gamma)) revert OptionOutOfRange(row.slot, "gamma");
        if (!_fits(row.vega)) revert OptionOutOfRange(row.slot, "vega");
        if (row.marginBps > BPS_MAX) revert OptionOutOfRange(row.slot, "marginBps");
        if (row.changes.length != scenarios) revert OptionOutOfRange(row.slot, "changes");
        for (uint256 s; s < scenarios; ++s) {
            if (!_fits(row.changes[s])) revert OptionOutOfRange(row.slot, "changes");
        }
    }

    /// @notice Refuses a row of an expired option that carries risk.
    function checkSettled(OptionRow calldata row) internal pure {
        bool risk = row.delta != 0 || row.gamma != 0 || row.vega != 0 || row.marginBps != 0;
        for (uint256 s; s < row.changes.length; ++s) risk = risk || row.changes[s] != 0;
        if (risk) revert ExpiredOptionHasRisk(row.slot);
    }

    /// @dev Magnitude below 2^63.
    function _fits(int256 value) private pure returns (bool) {
        int256 bound = int256(1 << Layout.BITS_PRICE);
        return -bound < value && value < bound;
    }
}
