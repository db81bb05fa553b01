// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {FundVault} from "./FundVault.sol";
import {ITradeExecutor} from "./interfaces/ITradeExecutor.sol";
import {IUniswapV3Factory, IUniswapV3Pool, IUniswapV3SwapCallback} from "./interfaces/IUniswap.sol";
import {Swap} from "./libraries/Swap.sol";

/// @title  UniswapV3Swaps
/// @dev    A pool asks to be paid while it swaps. It is paid once, by the vault of the trade under way, in the token that
///         goes in, and never more than the swap may cost: all of it is remembered here, and nothing taken from what the
///         pool says but the sum.
abstract contract UniswapV3Swaps is IUniswapV3SwapCallback {
    uint160 private constant _SQRT_RATIO_MIN = 4295128739;
    uint160 private constant _SQRT_RATIO_MAX = 1461446703485210103287273052203988822378723970342;

    FundVault internal transient _vault;
    address private transient _pool;
    address private transient _tokenIn;
    uint256 private transient _slot;
    uint256 private transient _most;
    uint256 private transient _paid;

    /// @inheritdoc IUniswapV3SwapCallback
    function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata) external {
        if (msg.sender != _pool) revert ITradeExecutor.UnexpectedCallback(msg.sender);
        _pool = address(0);
        int256 owed = amount0Delta > 0 ? amount0Delta : amount1Delta;
        uint256 amount = owed > 0 ? uint256(owed) : 0;
        if (amount > _most) revert ITradeExecutor.WorseThanProven(_slot, amount, _most);
        _paid = amount;
        _vault.pay(_tokenIn, msg.sender, amount);
    }

    /// @return paid What the vault gave.
    /// @return got  What the pool says it gave.
    function _exchangeV3(Swap memory swap) internal returns (uint256 paid, uint256 got) {
        IUniswapV3Pool pool = IUniswapV3Pool(swap.pool);
        uint24 fee = pool.fee();
        if (IUniswapV3Factory(swap.venue.factory).getPool(swap.tokenIn, swap.tokenOut, fee) != swap.pool) {
            revert ITradeExecutor.WrongPool(swap.pool);
        }
        (_pool, _tokenIn, _slot, _most, _paid) = (swap.pool, swap.tokenIn, swap.slot, swap.most, 0);
        bool first = swap.tokenIn < swap.tokenOut;
        int256 specified = swap.buys ? -int256(swap.amount) : int256(swap.amount);
        (int256 amount0, int256 amount1) = pool.swap(
            address(_vault), first, specified, first ? _SQRT_RATIO_MIN + 1 : _SQRT_RATIO_MAX - 1, ""
        );
        (paid, _pool) = (_paid, address(0));
        int256 given = first ? -amount1 : -amount0;
        got = given > 0 ? uint256(given) : 0;
    }
}
