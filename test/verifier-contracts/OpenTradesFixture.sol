// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {TradeExecutor} from "../../verifier-contracts/TradeExecutor.sol";
import {IRebalanceLedger} from "../../verifier-contracts/interfaces/IRebalanceLedger.sol";
import {Listing, Venue, VenueKind} from "../../verifier-contracts/interfaces/ISettlementRegistry.sol";
import {Route} from "../../verifier-contracts/interfaces/ITradeExecutor.sol";
import {Layout} from "../../verifier-contracts/libraries/Layout.sol";
import {LedgerFixture} from "./LedgerFixture.sol";
import {UniswapPools} from "./UniswapPools.sol";

/// @title  OpenTradesFixture
/// @notice An open portfolio with tokens in its vault, and open steps as an honest manager would send them.
abstract contract OpenTradesFixture is LedgerFixture, UniswapPools {
    uint256 internal constant HEAD = Layout.REBALANCE_HEAD_LENGTH;

    TradeExecutor internal executor;
    address internal vault;

    function setUp() public virtual override {
        super.setUp();
        _deployPools();
        executor = TradeExecutor(address(ledger.EXECUTOR()));
        _list(address(btc));
        vault = executor.vaultOf(_id());
        btc.mint(vault, 100e8);
        usd.mint(vault, 10e6 * 1e6);
        _openPortfolio();
    }

    function _list(address coin) internal {
        Listing memory listing;
        (listing.universeId, listing.quote) = (universeId, address(usd));
        listing.tokens = new address[](3);
        listing.tokens[0] = coin;
        listing.venues = new Venue[](2);
        listing.venues[0] = Venue(VenueKind.UniswapV3, address(v3), 0);
        listing.venues[1] = Venue(VenueKind.UniswapV2, address(v2), 3_000);
        vm.prank(GOVERNOR);
        executor.list(_id(), listing);
    }

    /// @dev The public vector of an open step that trades slot 0, with its payload.
    function _open(uint256 book, int256 trade, uint256 fill)
        internal
        view
        returns (uint256[] memory x, bytes memory payload)
    {
        return _openIn(trade == 0 ? 0 : 1, book, trade, fill);
    }

    /// @dev The same in equal parts.
    function _openIn(uint256 parts, uint256 book, int256 trade, uint256 fill)
        internal
        view
        returns (uint256[] memory x, bytes memory payload)
    {
        Route[] memory list = new Route[](parts);
        for (uint256 i; i < parts; ++i) list[i] = Route(0, 0, pool, uint64(_magnitude(trade) / parts));
        payload = abi.encode(block.timestamp, list);
        uint256[] memory head = _x(book, true);
        x = new uint256[](HEAD + _shape().slots);
        for (uint256 i; i < x.length; ++i) x[i] = i < HEAD ? head[i] : 1 << 128;
        x[Layout.REBALANCE_OPEN] = 1;
        x[Layout.REBALANCE_PAYLOAD] = uint256(keccak256(payload)) >> 8;
        x[HEAD] = uint256(trade + (1 << 64)) << 64 | fill;
    }

    function _signedOpen(uint256[] memory x, bytes memory payload)
        internal
        view
        returns (IRebalanceLedger.Submission memory s, uint256[] memory legs)
    {
        s = _submission(x, 78);
        s.sealedTrade = payload;
        legs = new uint256[](x.length - HEAD);
        for (uint256 i; i < legs.length; ++i) legs[i] = x[HEAD + i];
    }

    function _rebalanceOpen(uint256 book, int256 trade, uint256 fill) internal {
        (uint256[] memory x, bytes memory payload) = _open(book, trade, fill);
        (IRebalanceLedger.Submission memory s, uint256[] memory legs) = _signedOpen(x, payload);
        ledger.rebalanceOpen(_id(), _head(), s, legs);
        _advance(x);
    }
}
