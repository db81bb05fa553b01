// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @title  ConstantProduct
/// @notice What a Uniswap V2 pair asks and gives, to the unit: (R_in + γ·in)·(R_out − out) ≥ R_in·R_out with γ = 1 − fee.
library ConstantProduct {
    uint256 private constant _PIPS = 1e6;

    /// @notice Least input for `amountOut_`, which must be below `reserveOut`.
    function amountIn(uint256 amountOut_, uint256 reserveIn, uint256 reserveOut, uint256 feePips)
        internal
        pure
        returns (uint256)
    {
        uint256 kept = (reserveOut - amountOut_) * (_PIPS - feePips);
        return (reserveIn * amountOut_ * _PIPS + kept - 1) / kept;
    }

    /// @notice Most output for `amountIn_`.
    function amountOut(uint256 amountIn_, uint256 reserveIn, uint256 reserveOut, uint256 feePips)
        internal
        pure
        returns (uint256)
    {
        uint256 kept = amountIn_ * (_PIPS - feePips);
        return kept * reserveOut / (reserveIn * _PIPS + kept);
    }
}
