// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {TradeExecutor} from "../../verifier-contracts/TradeExecutor.sol";
import {Listing, Venue, VenueKind} from "../../verifier-contracts/interfaces/ISettlementRegistry.sol";
import {Route} from "../../verifier-contracts/interfaces/ITradeExecutor.sol";
import {Instrument} from "../../verifier-contracts/libraries/Instruments.sol";
import {Fixture} from "./Fixture.sol";
import {Relay} from "./Relay.sol";
import {UniswapPools} from "./UniswapPools.sol";

/// @title  ExecutorFixture
/// @notice An executor whose ledger is the test itself, for a portfolio of BTC and ETH spots (slots 0 and 3), a perpetual and
///         a call (1 and 2), with a funded vault and both kinds of venues.
abstract contract ExecutorFixture is Fixture, UniswapPools {
    uint256 internal constant NO_LEG = 1 << 128;
    uint256 internal constant BTC = 0;
    uint256 internal constant ETH = 3;
    uint8 internal constant V2 = 0;
    uint8 internal constant V3 = 1;
    uint256 internal constant VAULT_BTC = 100 * 1e8;
    uint256 internal constant VAULT_ETH = 2_000 * 1e18;
    uint256 internal constant VAULT_USD = 10e6 * 1e6;

    TradeExecutor internal executor;
    address internal vault;

    function setUp() public virtual override {
        super.setUp();
        _deployPools();
        int256[] memory limits = _limits(universeId);
        (limits[13], limits[14], limits[15], limits[16]) = (5, 10_000e8, 0, 5_000);
        _schedule(limits, _terms(), 500);
        mandates.activate(_id());
        executor = new TradeExecutor(mandates, snapshots);
        vm.prank(GOVERNOR);
        executor.list(_id(), _listing());
        vault = executor.vaultOf(_id());
        btc.mint(vault, VAULT_BTC);
        eth.mint(vault, VAULT_ETH);
        usd.mint(vault, VAULT_USD);
    }

    /// @dev What a pool or a token calls in the middle of a trade reaches the executor as from the ledger.
    fallback() external {
        Relay.send(address(executor), msg.data);
    }

    function _instruments() internal view override returns (Instrument[] memory list) {
        Instrument[] memory first = super._instruments();
        list = new Instrument[](4);
        for (uint256 i; i < 3; ++i) list[i] = first[i];
        list[3] = _instrument("ETH", 0, 0);
        (list[3].underlying, list[3].feed) = ("ETH", address(otherFeed));
    }

    function _listing() internal view returns (Listing memory listing) {
        (listing.universeId, listing.account, listing.quote) = (universeId, 0, address(usd));
        listing.tokens = new address[](4);
        (listing.tokens[BTC], listing.tokens[ETH]) = (address(btc), address(eth));
        listing.venues = new Venue[](2);
        listing.venues[V2] = Venue(VenueKind.UniswapV2, address(v2), 3_000);
        listing.venues[V3] = Venue(VenueKind.UniswapV3, address(v3), 0);
    }

    function _legOf(int256 trade, uint256 fill) internal pure returns (uint256) {
        return uint256(trade + (1 << 64)) << 64 | fill;
    }

    /// @dev Legs of which one is traded.
    function _legs(uint256 slot, int256 trade, uint256 fill) internal pure returns (uint256[] memory legs) {
        legs = new uint256[](4);
        for (uint256 i; i < 4; ++i) legs[i] = NO_LEG;
        legs[slot] = _legOf(trade, fill);
    }

    function _route(uint256 slot, uint8 venue, address place, uint256 quantity) internal pure returns (Route memory) {
        return Route(uint8(slot), venue, place, uint64(quantity));
    }

    function _routes(Route memory one) internal pure returns (Route[] memory list) {
        list = new Route[](1);
        list[0] = one;
    }

    function _routes(Route memory one, Route memory other) internal pure returns (Route[] memory list) {
        list = new Route[](2);
        (list[0], list[1]) = (one, other);
    }

    function _execute(uint256[] memory legs, Route[] memory list) internal returns (uint256) {
        return executor.execute(_id(), legs, abi.encode(block.timestamp, list));
    }

    /// @dev Expects exactly this refusal, and nothing changed by it.
    function _refused(uint256[] memory legs, Route[] memory list, bytes memory reason) internal {
        bytes memory trade = abi.encode(block.timestamp, list);
        vm.expectRevert(reason);
        executor.execute(_id(), legs, trade);
    }
}
