// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {DemoToken} from "../../verifier-contracts/demo/DemoToken.sol";
import {FundVault} from "../../verifier-contracts/FundVault.sol";
import {IRebalanceLedger} from "../../verifier-contracts/interfaces/IRebalanceLedger.sol";
import {Asset, ISettlementRegistry, Listing} from "../../verifier-contracts/interfaces/ISettlementRegistry.sol";
import {ITradeExecutor, Route} from "../../verifier-contracts/interfaces/ITradeExecutor.sol";
import {Instrument} from "../../verifier-contracts/libraries/Instruments.sol";
import {OpenLegs} from "../../verifier-contracts/libraries/OpenLegs.sol";
import {ExecutorFixture} from "./ExecutorFixture.sol";

/// @notice Which trades the executor does, and which it refuses.
contract TradeExecutorTest is ExecutorFixture {
    uint256 private constant _DEAR = 500_000e8;

    function testExecutesAllLegsInTheOrderOfTheRoutes() public {
        uint256[] memory legs = _legs(BTC, -20e8, 59_000e8);
        legs[ETH] = _legOf(300e8, 3_100e8);
        uint256 proceeds = _quoteV3(pool, false, btc, 20e8);
        uint256 cost = _quoteV3(ethPool, true, eth, 300e18);
        Route[] memory list = _routes(_route(BTC, V3, pool, 20e8), _route(ETH, V3, ethPool, 300e8));
        uint256 improvement = _execute(legs, list);
        assertEq(btc.balanceOf(vault), VAULT_BTC - 20e8, "btc");
        assertEq(eth.balanceOf(vault), VAULT_ETH + 300e18, "eth");
        assertEq(usd.balanceOf(vault), VAULT_USD + proceeds - cost, "usd");
        uint256 better = (proceeds * 1e10 - 20e8 * 59_000e8) + (300e8 * 3_100e8 - cost * 1e10);
        assertEq(improvement, better, "improvement of both");
    }

    /// @dev A vault without a dollar: the sale pays for the purchase, and only in this order.
    function testASaleMayPayForAPurchase() public {
        vm.prank(address(executor));
        FundVault(vault).pay(address(usd), address(market), VAULT_USD);
        uint256[] memory legs = _legs(BTC, -20e8, 59_000e8);
        legs[ETH] = _legOf(300e8, 3_100e8);
        Route memory sale = _route(BTC, V3, pool, 20e8);
        Route memory purchase = _route(ETH, V3, ethPool, 300e8);
        bytes memory empty = abi.encodeWithSignature("TransferFailed(address)", address(usd));
        _refused(legs, _routes(purchase, sale), empty);
        _execute(legs, _routes(sale, purchase));
    }

    function testTheDeadlineIsTheLastSecond() public {
        uint256[] memory legs = _legs(BTC, 1e8, _DEAR);
        bytes memory trade = abi.encode(block.timestamp, _routes(_route(BTC, V3, pool, 1e8)));
        uint256 deadline = block.timestamp;
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(ITradeExecutor.DeadlinePassed.selector, deadline));
        executor.execute(_id(), legs, trade);
        vm.warp(deadline);
        executor.execute(_id(), legs, trade);
    }

    function testRoutesAddUpToTheLegExactly() public {
        uint256[] memory legs = _legs(BTC, 1e8, _DEAR);
        _refused(legs, _routes(_route(BTC, V3, pool, 1e8 - 1)), _quantity(BTC, 1e8 - 1, 1e8));
        _refused(legs, _routes(_route(BTC, V3, pool, 1e8 + 1)), _quantity(BTC, 1e8 + 1, 1e8));
        Route memory most = _route(BTC, V3, pool, 1e8 - 1);
        _refused(legs, _routes(most, _route(BTC, V2, pair, 2)), _quantity(BTC, 1e8 + 1, 1e8));
        _refused(legs, _routes(most, _route(BTC, V2, pair, 0)), _quantity(BTC, 1e8 - 1, 1e8));
        _execute(legs, _routes(most, _route(BTC, V2, pair, 1)));
    }

    function testNoLegIsLeftOut() public {
        uint256[] memory legs = _legs(BTC, 1e8, _DEAR);
        _refused(legs, new Route[](0), _quantity(BTC, 0, 1e8));
        legs[ETH] = _legOf(-5, 0);
        _refused(legs, _routes(_route(BTC, V3, pool, 1e8)), _quantity(ETH, 0, 5));
    }

    function testNothingIsTradedThatWasNotProven() public {
        uint256[] memory legs = _legs(BTC, 1e8, _DEAR);
        Route memory proven = _route(BTC, V3, pool, 1e8);
        _refused(legs, _routes(proven, _route(ETH, V3, ethPool, 1)), _quantity(ETH, 1, 0));
        legs[ETH] = NO_LEG | _DEAR;
        _refused(legs, _routes(proven, _route(ETH, V3, ethPool, 0)), _quantity(ETH, 0, 0));
        assertTrue(_execute(legs, _routes(proven)) != 0, "a fill without a trade is no leg");
    }

    function testNoTradesAreNoTransfers() public {
        assertEq(_execute(_legs(BTC, 0, 0), new Route[](0)), 0, "nothing");
        assertEq(usd.balanceOf(vault), VAULT_USD, "vault");
    }

    function testRoutesOfASlotStandTogether() public {
        uint256[] memory legs = _legs(BTC, 2e8, _DEAR);
        legs[ETH] = _legOf(1e8, _DEAR);
        Route[] memory list = new Route[](3);
        list[0] = _route(BTC, V3, pool, 2e8);
        list[1] = _route(ETH, V3, ethPool, 1e8);
        list[2] = _route(BTC, V2, pair, 1e8);
        bytes memory apart = abi.encodeWithSelector(ITradeExecutor.RouteOutOfPlace.selector, 2);
        _refused(legs, list, apart);
        bytes memory beyond = abi.encodeWithSelector(ITradeExecutor.RouteOutOfPlace.selector, 0);
        _refused(legs, _routes(_route(4, V3, pool, 1)), beyond);
        _refused(legs, _routes(_route(255, V3, pool, 1)), beyond);
    }

    /// @dev A leg of 0 would be a trade of −2^64: no vector of an open step has one, and none is executed.
    function testAVectorOfAnotherLengthIsRefused() public {
        uint256[] memory legs = new uint256[](5);
        for (uint256 i; i < 4; ++i) legs[i] = NO_LEG;
        _refused(legs, new Route[](0), _quantity(4, 0, 1 << 64));
        legs[4] = _legOf(1e8, _DEAR);
        bytes memory reason = abi.encodeWithSelector(ITradeExecutor.NotExecutable.selector, 4);
        _refused(legs, _routes(_route(4, V3, pool, 1e8)), reason);
    }

    function testPerpetualsAndOptionsAreRefusedByName() public {
        for (uint256 slot = 1; slot < 3; ++slot) {
            uint256[] memory legs = _legs(slot, 1e8, _DEAR);
            bytes memory reason = abi.encodeWithSelector(ITradeExecutor.NotExecutable.selector, slot);
            _refused(legs, _routes(_route(slot, V3, pool, 1e8)), reason);
        }
    }

    function testOnlyAPoolOfTheVenuesFactoryAndOfTheTokensIsPaid() public {
        uint256[] memory legs = _legs(BTC, 1e8, _DEAR);
        address other = v3.createPool(address(eth), address(btc), 500);
        address[3] memory wrong = [ethPool, other, address(new CopiedPool())];
        for (uint256 i; i < 3; ++i) {
            _refused(legs, _routes(_route(BTC, V3, wrong[i], 1e8)), _wrongPool(wrong[i]));
        }
        address otherPair = v2.createPair(address(eth), address(btc));
        _refused(legs, _routes(_route(BTC, V2, otherPair, 1e8)), _wrongPool(otherPair));
        _refused(legs, _routes(_route(BTC, V2, pool, 1e8)), _wrongPool(pool));
        bytes memory unknown = abi.encodeWithSelector(ITradeExecutor.UnknownVenue.selector, 2);
        _refused(legs, _routes(_route(BTC, 2, pool, 1e8)), unknown);
    }

    function testOnlyTheLedgerHasTradesExecuted() public {
        bytes memory trade = abi.encode(block.timestamp, new Route[](0));
        vm.prank(GOVERNOR);
        vm.expectRevert(abi.encodeWithSelector(ITradeExecutor.NotLedger.selector, GOVERNOR));
        executor.execute(_id(), _legs(BTC, 0, 0), trade);
    }

    function testAPortfolioWithoutAListingTradesNothing() public {
        bytes memory trade = abi.encode(block.timestamp, new Route[](0));
        bytes32 other = keccak256("other");
        vm.expectRevert(abi.encodeWithSelector(IRebalanceLedger.NoMandate.selector, other));
        executor.execute(other, _legs(BTC, 0, 0), trade);
        // The next mandate's universe has no listing yet, and that of the one before is not used for it.
        uint256 first = universeId;
        Instrument[] memory instruments = _instruments();
        instruments[BTC].contractSizeE8 = 2e8;
        universeId = snapshots.registerUniverse(instruments);
        int256[] memory limits = _limits(universeId);
        limits[13] = 5;
        _schedule(limits, _terms(), 501);
        vm.warp(START + 8 days);
        mandates.activate(_id());
        trade = abi.encode(block.timestamp, new Route[](0));
        vm.expectRevert(abi.encodeWithSelector(ISettlementRegistry.NotListed.selector, _id(), universeId));
        executor.execute(_id(), _legs(BTC, 0, 0), trade);
        assertTrue(executor.settlementOf(_id(), first).assets.length == 4, "the first is still there");
    }

    function testNobodyCallsBackButThePoolOfASwapUnderWay() public {
        address[3] memory callers = [address(this), pool, GOVERNOR];
        for (uint256 i; i < 3; ++i) {
            vm.prank(callers[i]);
            vm.expectRevert(abi.encodeWithSelector(ITradeExecutor.UnexpectedCallback.selector, callers[i]));
            executor.uniswapV3SwapCallback(1, -1, "");
        }
    }

    /// @dev A unit with six decimals where quantities have eight: the fund gets the next whole one and gives the last.
    function testFractionsOfATokenAreForTheFund() public {
        DemoToken coin = new DemoToken("COIN", 6);
        Listing memory listing = _listing();
        listing.tokens[BTC] = address(coin);
        vm.prank(GOVERNOR);
        executor.list(_id(), listing);
        vm.warp(block.timestamp + NOTICE);
        address coinPair = v2.createPair(address(coin), address(usd));
        coin.mint(address(market), 1_000e6);
        coin.mint(vault, 10e6);
        market.provideV2(coinPair, address(coin), 1_000e6, address(usd), 60e6 * 1e6);
        Route[] memory list = _routes(_route(BTC, V2, coinPair, 1e8 + 1));
        _execute(_legs(BTC, 1e8 + 1, 70_000e8), list);
        assertEq(coin.balanceOf(vault), 11e6 + 1, "bought");
        _execute(_legs(BTC, -(1e8 + 1), 50_000e8), list);
        assertEq(coin.balanceOf(vault), 10e6 + 1, "sold");
        _execute(_legs(BTC, 2e8, 70_000e8), _routes(_route(BTC, V2, coinPair, 1), _route(BTC, V2, coinPair, 2e8 - 1)));
        assertEq(coin.balanceOf(vault), 12e6 + 1, "parts are not rounded one by one");
    }

    /// @dev What the fund gets is rounded up and what it gives down, for every size, price, contract size and decimals.
    function testFuzzFractionsAreForTheFund(uint256 quantity, uint256 fill, uint256 contractSize, uint8 decimals)
        public
        pure
    {
        quantity = bound(quantity, 0, (1 << 64) - 1);
        fill = bound(fill, 0, (1 << 63) - 1);
        Asset memory asset = Asset(address(1), decimals % 25, uint64(bound(contractSize, 1, (1 << 63) - 1)));
        uint256 exact = quantity * asset.contractSizeE8 * 10 ** asset.decimals;
        uint256 got = OpenLegs.tokensOf(quantity, asset, true);
        uint256 given = OpenLegs.tokensOf(quantity, asset, false);
        assertTrue(got * 1e16 >= exact && (got == 0 || (got - 1) * 1e16 < exact), "got");
        assertTrue(given * 1e16 <= exact && (given + 1) * 1e16 > exact, "given");
        (bool buys, uint256 q, uint256 e) = OpenLegs.read(_legOf(-int256(quantity), fill));
        assertTrue(!buys && q == quantity && e == fill, "sale");
        (buys, q, e) = OpenLegs.read(_legOf(int256(quantity), fill));
        assertTrue(buys == (quantity != 0) && q == quantity && e == fill, "purchase");
        uint256 value = quantity * fill;
        uint256 most = OpenLegs.quoteOf(value, asset.decimals, false);
        uint256 least = OpenLegs.quoteOf(value, asset.decimals, true);
        assertTrue(OpenLegs.valueOf(most, asset.decimals, true) <= value, "a purchase at its bound costs no more");
        assertTrue(OpenLegs.valueOf(least, asset.decimals, false) >= value, "a sale at its bound brings no less");
    }

    function _quantity(uint256 slot, uint256 routed, uint256 traded) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ITradeExecutor.WrongQuantity.selector, slot, routed, traded);
    }

    function _wrongPool(address given) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ITradeExecutor.WrongPool.selector, given);
    }
}

/// @notice Says of itself what a real pool says.
contract CopiedPool {
    uint24 public constant fee = 3_000;
}
