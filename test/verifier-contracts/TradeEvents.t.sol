// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {TradeExecutor} from "../../verifier-contracts/TradeExecutor.sol";
import {IFundVaults} from "../../verifier-contracts/interfaces/IFundVaults.sol";
import {Asset, ISettlementRegistry, Settlement} from "../../verifier-contracts/interfaces/ISettlementRegistry.sol";
import {ITradeExecutor} from "../../verifier-contracts/interfaces/ITradeExecutor.sol";
import {ExecutorFixture} from "./ExecutorFixture.sol";

/// @notice What is listed and traded is said by events, with what it came to.
contract TradeEventsTest is ExecutorFixture {
    function testAListing() public {
        TradeExecutor fresh = new TradeExecutor(mandates, snapshots);
        Settlement memory kept;
        (kept.quoteDecimals, kept.quote, kept.venues) = (6, address(usd), _listing().venues);
        kept.assets = new Asset[](4);
        kept.assets[BTC] = Asset(address(btc), 8, 1e8);
        kept.assets[ETH] = Asset(address(eth), 18, 1e8);
        uint256 state = vm.snapshotState();
        vm.prank(GOVERNOR);
        fresh.list(_id(), _listing());
        address made = fresh.vaultOf(_id());
        vm.revertToState(state);
        vm.expectEmit(address(fresh));
        emit IFundVaults.VaultMade(_id(), made);
        vm.expectEmit(address(fresh));
        emit ISettlementRegistry.SettlementListed(_id(), universeId, START, made, kept);
        vm.prank(GOVERNOR);
        fresh.list(_id(), _listing());
    }

    function testLegs() public {
        uint256 cost = _quoteV3(pool, true, btc, 10e8);
        vm.expectEmit(address(executor));
        emit ITradeExecutor.LegExecuted(_id(), BTC, 10e8, -int256(cost));
        _execute(_legs(BTC, 10e8, 61_000e8), _routes(_route(BTC, V3, pool, 10e8)));
        uint256 gain = _quoteV3(ethPool, false, eth, 5e18);
        vm.expectEmit(address(executor));
        emit ITradeExecutor.LegExecuted(_id(), ETH, -5e18, int256(gain));
        _execute(_legs(ETH, -5e8, 2_900e8), _routes(_route(ETH, V3, ethPool, 5e8)));
    }
}
