// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Listing} from "../../verifier-contracts/interfaces/ISettlementRegistry.sol";
import {ITradeExecutor, Route} from "../../verifier-contracts/interfaces/ITradeExecutor.sol";
import {TokenTransfer} from "../../verifier-contracts/libraries/TokenTransfer.sol";
import {ExecutorFixture} from "./ExecutorFixture.sol";
import {OddToken, SilentToken} from "./Hostile.sol";

/// @notice Tokens with rules of their own, in a real pair.
contract OddTokensTest is ExecutorFixture {
    OddToken private _odd;

    function _relist(Listing memory listing) private {
        vm.prank(GOVERNOR);
        executor.list(_id(), listing);
        vm.warp(block.timestamp + NOTICE);
    }

    function _listOdd(uint8 decimals) private returns (address oddPair) {
        _odd = new OddToken(decimals);
        Listing memory listing = _listing();
        listing.tokens[BTC] = address(_odd);
        _relist(listing);
        oddPair = v2.createPair(address(_odd), address(usd));
        _odd.mint(address(market), 1_000 * 10 ** decimals);
        _odd.mint(vault, 100 * 10 ** decimals);
        market.provideV2(oddPair, address(_odd), 1_000 * 10 ** decimals, address(usd), 60e6 * 1e6);
    }

    function testTokensThatKeepAFeeAreRefused() public {
        Route[] memory list = _routes(_route(BTC, V2, _listOdd(8), 10e8));
        _odd.setFee(1);
        _refused(_legs(BTC, 10e8, 70_000e8), list, _fill(10e8 - 10e8 / 10_000, 10e8));
        _refused(_legs(BTC, -10e8, 50_000e8), list, abi.encodeWithSignature("Error(string)", "UniswapV2: K"));
        _odd.setFee(0);
        _odd.setSurcharge(1);
        _refused(_legs(BTC, -10e8, 50_000e8), list, _fill(10e8 + 1, 10e8));
        _odd.setSurcharge(0);
        _execute(_legs(BTC, -10e8, 50_000e8), list);
    }

    function testTokensThatRefuseAreRefused() public {
        Route[] memory list = _routes(_route(BTC, V2, _listOdd(8), 10e8));
        _odd.setRefuses(true);
        bytes memory failed = abi.encodeWithSelector(TokenTransfer.TransferFailed.selector, address(_odd));
        _refused(_legs(BTC, -10e8, 50_000e8), list, failed);
    }

    function testATokenWhoseBalancesChangeIsMeasured() public {
        Route[] memory list = _routes(_route(BTC, V2, _listOdd(18), 10e8));
        // The vault loses a unit while it buys, as tokens with shares round.
        _odd.setHook(address(_odd), abi.encodeCall(OddToken.rebase, (vault, -1)));
        _refused(_legs(BTC, 10e8, 70_000e8), list, _fill(10e18 - 1, 10e18));
        _refused(_legs(BTC, -10e8, 50_000e8), list, _fill(10e18 + 1, 10e18));
        _odd.setHook(address(_odd), abi.encodeCall(OddToken.rebase, (vault, 1)));
        _execute(_legs(BTC, 10e8, 70_000e8), list);
        assertEq(_odd.balanceOf(vault), 110e18 + 1, "what is more stays with the fund");
    }

    /// @dev The fraction of a unit that the fund gets more, and gives less, is measured too.
    function testAUnitIsNotLostToAFraction() public {
        uint256 quantity = 10e8 + 1;
        Route[] memory list = _routes(_route(BTC, V2, _listOdd(6), quantity));
        _odd.setHook(address(_odd), abi.encodeCall(OddToken.rebase, (vault, -1)));
        _refused(_legs(BTC, int256(quantity), 70_000e8), list, _fill(10e6, 10e6 + 1));
        _refused(_legs(BTC, -int256(quantity), 50_000e8), list, _fill(10e6 + 1, 10e6));
    }

    function testAHookCannotTradeInsideATrade() public {
        Route[] memory list = _routes(_route(BTC, V2, _listOdd(8), 10e8));
        bytes memory inner = abi.encode(block.timestamp, new Route[](0));
        bytes memory again = abi.encodeCall(executor.execute, (_id(), _legs(BTC, 0, 0), inner));
        _odd.setHook(address(this), again);
        // A vault's transfer keeps the reason to itself.
        uint256[] memory sale = _legs(BTC, -10e8, 50_000e8);
        _refused(sale, list, abi.encodeWithSelector(TokenTransfer.TransferFailed.selector, address(_odd)));
        _odd.setHook(address(0), "");
        _execute(sale, list);
    }

    function testATokenThatReturnsNothingIsFine() public {
        SilentToken silent = new SilentToken();
        Listing memory listing = _listing();
        listing.quote = address(silent);
        _relist(listing);
        address silentPair = v2.createPair(address(silent), address(btc));
        silent.mint(silentPair, 60e6 * 1e6);
        silent.mint(vault, 1e6 * 1e6);
        market.provideV2(silentPair, address(btc), 1_000e8, address(btc), 0);
        _execute(_legs(BTC, 10e8, 70_000e8), _routes(_route(BTC, V2, silentPair, 10e8)));
        assertEq(btc.balanceOf(vault), VAULT_BTC + 10e8, "bought");
    }

    function _fill(uint256 amount, uint256 expected) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ITradeExecutor.WrongFill.selector, BTC, amount, expected);
    }
}
