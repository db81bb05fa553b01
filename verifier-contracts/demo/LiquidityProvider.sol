// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IERC20} from "../interfaces/IERC20.sol";
import {IUniswapV2Pair, IUniswapV3Pool, IUniswapV3SwapCallback} from "../interfaces/IUniswap.sol";

interface IMintableV2 {
    function mint(address to) external returns (uint256 liquidity);
}

interface IMintableV3 {
    function mint(address recipient, int24 tickLower, int24 tickUpper, uint128 amount, bytes calldata data)
        external
        returns (uint256 amount0, uint256 amount1);

    function token0() external view returns (address);

    function token1() external view returns (address);
}

/// @title  LiquidityProvider
/// @notice Gives pools their depth, and trades in them, with the tokens it holds: everybody else on the demo's and the tests'
///         chain. Owned, since it pays whichever pool its owner names.
contract LiquidityProvider is IUniswapV3SwapCallback {
    /// @notice `caller` does not own the provider, or is not the pool it deals with.
    error NotExpected(address caller);

    address public immutable OWNER = msg.sender;
    address private _pool;

    modifier dealing(address pool) {
        if (msg.sender != OWNER) revert NotExpected(msg.sender);
        _pool = pool;
        _;
        _pool = address(0);
    }

    /// @notice Puts amounts of both tokens into a Uniswap V2 pair.
    function provideV2(address pair, address tokenA, uint256 amountA, address tokenB, uint256 amountB)
        external
        dealing(pair)
    {
        IERC20(tokenA).transfer(pair, amountA);
        IERC20(tokenB).transfer(pair, amountB);
        IMintableV2(pair).mint(address(this));
    }

    /// @notice Puts liquidity between two ticks of a Uniswap V3 pool.
    function provideV3(address pool, int24 tickLower, int24 tickUpper, uint128 liquidity) external dealing(pool) {
        IMintableV3(pool).mint(address(this), tickLower, tickUpper, liquidity, "");
    }

    /// @notice Pays a pair and takes from it; whether that is enough, the pair says.
    function swapV2(address pair, address tokenIn, uint256 amountIn, uint256 amount0Out, uint256 amount1Out)
        external
        dealing(pair)
    {
        IERC20(tokenIn).transfer(pair, amountIn);
        IUniswapV2Pair(pair).swap(amount0Out, amount1Out, address(this), "");
    }

    /// @notice Swaps in a Uniswap V3 pool; as a call, it quotes.
    function swapV3(address pool, bool zeroForOne, int256 amountSpecified, uint160 sqrtPriceLimitX96)
        external
        dealing(pool)
        returns (int256 amount0, int256 amount1)
    {
        return IUniswapV3Pool(pool).swap(address(this), zeroForOne, amountSpecified, sqrtPriceLimitX96, "");
    }

    function uniswapV3MintCallback(uint256 amount0Owed, uint256 amount1Owed, bytes calldata) external {
        _pay(int256(amount0Owed), int256(amount1Owed));
    }

    /// @inheritdoc IUniswapV3SwapCallback
    function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata) external {
        _pay(amount0Delta, amount1Delta);
    }

    function _pay(int256 owed0, int256 owed1) private {
        if (msg.sender != _pool) revert NotExpected(msg.sender);
        if (owed0 > 0) IERC20(IMintableV3(msg.sender).token0()).transfer(msg.sender, uint256(owed0));
        if (owed1 > 0) IERC20(IMintableV3(msg.sender).token1()).transfer(msg.sender, uint256(owed1));
    }
}
