// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {FundVault} from "../FundVault.sol";
import {ITradeExecutor} from "../interfaces/ITradeExecutor.sol";
import {IUniswapV2Factory, IUniswapV2Pair} from "../interfaces/IUniswap.sol";
import {ConstantProduct} from "./ConstantProduct.sol";
import {Swap} from "./Swap.sol";

/// @title  UniswapV2Swaps
/// @notice Exchanges in pairs of Uniswap V2 and of what follows its rule, without a router: pay, then take what the pair's
///         own invariant allows.
library UniswapV2Swaps {
    /// @return paid What the vault gave.
    /// @return got  What the pair was asked to give.
    function exchange(Swap memory swap, FundVault vault) internal returns (uint256 paid, uint256 got) {
        if (IUniswapV2Factory(swap.venue.factory).getPair(swap.tokenIn, swap.tokenOut) != swap.pool) {
            revert ITradeExecutor.WrongPool(swap.pool);
        }
        bool first = swap.tokenIn < swap.tokenOut;
        (paid, got) = _amounts(swap, first);
        if (paid > swap.most) revert ITradeExecutor.WorseThanProven(swap.slot, paid, swap.most);
        vault.pay(swap.tokenIn, swap.pool, paid);
        IUniswapV2Pair(swap.pool).swap(first ? 0 : got, first ? got : 0, address(vault), "");
    }

    function _amounts(Swap memory swap, bool first) private view returns (uint256 paid, uint256 got) {
        (uint256 reserveIn, uint256 reserveOut,) = IUniswapV2Pair(swap.pool).getReserves();
        if (!first) (reserveIn, reserveOut) = (reserveOut, reserveIn);
        uint256 fee = swap.venue.feePips;
        if (!swap.buys) return (swap.amount, ConstantProduct.amountOut(swap.amount, reserveIn, reserveOut, fee));
        if (swap.amount >= reserveOut) revert ITradeExecutor.InsufficientLiquidity(swap.pool);
        return (ConstantProduct.amountIn(swap.amount, reserveIn, reserveOut, fee), swap.amount);
    }
}
