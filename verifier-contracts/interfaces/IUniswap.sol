// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @notice The part of Uniswap V2's factory that settlement uses.
interface IUniswapV2Factory {
    function getPair(address tokenA, address tokenB) external view returns (address pair);
}

/// @notice The part of a Uniswap V2 pair that settlement uses. `token0` is the lower of both addresses.
interface IUniswapV2Pair {
    function getReserves() external view returns (uint112 reserve0, uint112 reserve1, uint32 timestamp);

    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes calldata data) external;
}

/// @notice The part of Uniswap V3's factory that settlement uses.
interface IUniswapV3Factory {
    function getPool(address tokenA, address tokenB, uint24 fee) external view returns (address pool);
}

/// @notice The part of a Uniswap V3 pool that settlement uses. `token0` is the lower of both addresses.
interface IUniswapV3Pool {
    function fee() external view returns (uint24);

    /// @param amountSpecified What goes in, or minus what comes out.
    /// @return amount0        What the pool got of token 0, negative where it gave.
    /// @return amount1        The same of token 1.
    function swap(
        address recipient,
        bool zeroForOne,
        int256 amountSpecified,
        uint160 sqrtPriceLimitX96,
        bytes calldata data
    ) external returns (int256 amount0, int256 amount1);
}

/// @notice What a Uniswap V3 pool calls to be paid.
interface IUniswapV3SwapCallback {
    function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata data) external;
}
