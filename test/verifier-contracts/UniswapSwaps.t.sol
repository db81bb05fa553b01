// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {ITradeExecutor, Route} from "../../verifier-contracts/interfaces/ITradeExecutor.sol";
import {IUniswapV2Pair} from "../../verifier-contracts/interfaces/IUniswap.sol";
import {ConstantProduct} from "../../verifier-contracts/libraries/ConstantProduct.sol";
import {ExecutorFixture} from "./ExecutorFixture.sol";

/// @notice What the executor does in pools of Uniswap as published, against the pools' own formulas.
contract UniswapSwapsTest is ExecutorFixture {
    function _reserves() private view returns (uint256 coins, uint256 dollars) {
        (uint256 a, uint256 b,) = IUniswapV2Pair(pair).getReserves();
        return address(btc) < address(usd) ? (a, b) : (b, a);
    }

    /// @dev The pair's own judgement of a swap.
    function _pairTakes(uint256 dollarsIn, uint256 coinsOut) private returns (bool taken) {
        uint256 state = vm.snapshotState();
        (uint256 out0, uint256 out1) = address(btc) < address(usd) ? (coinsOut, uint256(0)) : (uint256(0), coinsOut);
        try market.swapV2(pair, address(usd), dollarsIn, out0, out1) {
            taken = true;
        } catch {}
        vm.revertToState(state);
    }

    function testFuzzThePairTakesWhatIsComputedAndNotAUnitLess(uint256 coins, uint256 dollars) public {
        (uint256 coinReserve, uint256 dollarReserve) = _reserves();
        coins = bound(coins, 1, coinReserve - 1);
        uint256 least = ConstantProduct.amountIn(coins, dollarReserve, coinReserve, 3_000);
        if (least < 9e8 * 1e6) {
            assertTrue(_pairTakes(least, coins), "the least input is enough");
            assertTrue(!_pairTakes(least - 1, coins), "a unit less is not");
        }
        dollars = bound(dollars, 100_000, 500e6 * 1e6);
        uint256 most = ConstantProduct.amountOut(dollars, dollarReserve, coinReserve, 3_000);
        if (most != 0) assertTrue(_pairTakes(dollars, most), "the most output is given");
        assertTrue(!_pairTakes(dollars, most + 1), "a unit more is not");
    }

    function testFuzzBuysInThePairByItsFormula(uint256 quantity) public {
        quantity = bound(quantity, 1, 50e8);
        (uint256 coinReserve, uint256 dollarReserve) = _reserves();
        uint256 cost = ConstantProduct.amountIn(quantity, dollarReserve, coinReserve, 3_000);
        _check(true, V2, pair, quantity, cost);
    }

    function testFuzzSellsInThePairByItsFormula(uint256 quantity) public {
        quantity = bound(quantity, 1, VAULT_BTC);
        (uint256 coinReserve, uint256 dollarReserve) = _reserves();
        uint256 proceeds = ConstantProduct.amountOut(quantity, coinReserve, dollarReserve, 3_000);
        if (proceeds != 0) _check(false, V2, pair, quantity, proceeds);
    }

    function testFuzzBuysInThePoolAtItsOwnPrice(uint256 quantity) public {
        quantity = bound(quantity, 1, 100e8);
        _check(true, V3, pool, quantity, _quoteV3(pool, true, btc, quantity));
    }

    function testFuzzSellsInThePoolAtItsOwnPrice(uint256 quantity) public {
        quantity = bound(quantity, 100, VAULT_BTC);
        _check(false, V3, pool, quantity, _quoteV3(pool, false, btc, quantity));
    }

    /// @dev A trade at a wide bound moves exactly the quantity and exactly what the pool's rule says; the rest of the bound,
    ///      less a fraction, is the improvement.
    function _check(bool buys, uint8 venue, address place, uint256 quantity, uint256 dollars) private {
        uint256 fill = buys ? 500_000e8 : 1;
        int256 trade = buys ? int256(quantity) : -int256(quantity);
        uint256 improvement =
            _execute(_legs(BTC, trade, fill), _routes(_route(BTC, venue, place, quantity)));
        uint256 coins = btc.balanceOf(vault);
        uint256 left = usd.balanceOf(vault);
        assertEq(coins, buys ? VAULT_BTC + quantity : VAULT_BTC - quantity, "coins");
        assertEq(left, buys ? VAULT_USD - dollars : VAULT_USD + dollars, "dollars");
        uint256 value = quantity * fill;
        uint256 measured = dollars * 1e10;
        assertEq(improvement, buys ? value - measured : measured - value, "improvement");
        _nothingLeft();
    }

    function _nothingLeft() private view {
        for (uint256 i; i < 2; ++i) {
            address from = i == 0 ? vault : address(executor);
            address[4] memory spenders = [address(executor), pair, pool, address(this)];
            for (uint256 j; j < 4; ++j) {
                assertEq(btc.allowance(from, spenders[j]) + usd.allowance(from, spenders[j]), 0, "allowance");
            }
        }
        assertEq(btc.balanceOf(address(executor)) + usd.balanceOf(address(executor)), 0, "executor's balance");
    }

    function testFuzzPartsOfALegAddUpToIt(uint256 quantity, uint256 part) public {
        quantity = bound(quantity, 2, 50e8);
        part = bound(part, 1, quantity - 1);
        Route[] memory list =
            _routes(_route(BTC, V2, pair, part), _route(BTC, V3, pool, quantity - part));
        _execute(_legs(BTC, int256(quantity), 500_000e8), list);
        assertEq(btc.balanceOf(vault), VAULT_BTC + quantity, "bought");
        _execute(_legs(BTC, -int256(quantity), 0), list);
        assertEq(btc.balanceOf(vault), VAULT_BTC, "sold");
    }

    function testBuysAtTheBoundAndNotAUnitBeyond() public {
        uint256[2] memory costs;
        (uint256 coinReserve, uint256 dollarReserve) = _reserves();
        costs[V2] = ConstantProduct.amountIn(10e8, dollarReserve, coinReserve, 3_000);
        costs[V3] = _quoteV3(pool, true, btc, 10e8);
        for (uint8 venue; venue < 2; ++venue) {
            Route[] memory list = _routes(_route(BTC, venue, venue == V2 ? pair : pool, 10e8));
            uint256 cost = costs[venue];
            // A unit of the dollar is ten of the fill on ten coins.
            _refused(_legs(BTC, 10e8, 10 * cost - 1), list, _worse(BTC, cost, cost - 1));
            assertEq(_execute(_legs(BTC, 10e8, 10 * cost), list), 0, "nothing better");
        }
    }

    function testSellsAtTheBoundAndNotAUnitBeyond() public {
        uint256[2] memory proceeds;
        (uint256 coinReserve, uint256 dollarReserve) = _reserves();
        proceeds[V2] = ConstantProduct.amountOut(10e8, coinReserve, dollarReserve, 3_000);
        proceeds[V3] = _quoteV3(pool, false, btc, 10e8);
        for (uint8 venue; venue < 2; ++venue) {
            Route[] memory list = _routes(_route(BTC, venue, venue == V2 ? pair : pool, 10e8));
            uint256 got = proceeds[venue];
            _refused(_legs(BTC, -10e8, 10 * got + 1), list, _worse(BTC, got, got + 1));
            assertEq(_execute(_legs(BTC, -10e8, 10 * got), list), 0, "nothing better");
        }
    }

    function testTheBoundIsTheLegsNotEachRoutes() public {
        (uint256 coinReserve, uint256 dollarReserve) = _reserves();
        uint256 first = ConstantProduct.amountIn(5e8, dollarReserve, coinReserve, 3_000);
        uint256 second = _quoteV3(pool, true, btc, 5e8);
        Route[] memory list = _routes(_route(BTC, V2, pair, 5e8), _route(BTC, V3, pool, 5e8));
        uint256 fill = 10 * (first + second);
        _refused(_legs(BTC, 10e8, fill - 1), list, _worse(BTC, second, second - 1));
        (list[0], list[1]) = (list[1], list[0]);
        _refused(_legs(BTC, 10e8, fill - 1), list, _worse(BTC, first, first - 1));
        assertEq(_execute(_legs(BTC, 10e8, fill), list), 0, "nothing better");
    }

    function testAPoolThatRunsDryIsNoFill() public {
        uint256 tooMuch = 100_000e8;
        btc.mint(vault, tooMuch);
        uint256[] memory sale = _legs(BTC, -int256(tooMuch), 0);
        bytes memory trade = abi.encode(block.timestamp, _routes(_route(BTC, V3, pool, tooMuch)));
        vm.expectPartialRevert(ITradeExecutor.WrongFill.selector);
        executor.execute(_id(), sale, trade);

        usd.mint(vault, 1e9 * 1e6);
        uint256[] memory purchase = _legs(BTC, 1_000e8, 900_000_000e8);
        trade = abi.encode(block.timestamp, _routes(_route(BTC, V3, pool, 1_000e8)));
        vm.expectPartialRevert(ITradeExecutor.WrongFill.selector);
        executor.execute(_id(), purchase, trade);
        bytes memory dry = abi.encodeWithSelector(ITradeExecutor.InsufficientLiquidity.selector, pair);
        _refused(purchase, _routes(_route(BTC, V2, pair, 1_000e8)), dry);
    }

    function _worse(uint256 slot, uint256 amount, uint256 least) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ITradeExecutor.WorseThanProven.selector, slot, amount, least);
    }
}
