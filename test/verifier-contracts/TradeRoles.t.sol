// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {FundVault} from "../../verifier-contracts/FundVault.sol";
import {IFundVaults, Withdrawal} from "../../verifier-contracts/interfaces/IFundVaults.sol";
import {IPortfolioRoles} from "../../verifier-contracts/interfaces/IPortfolioRoles.sol";
import {IRebalanceLedger} from "../../verifier-contracts/interfaces/IRebalanceLedger.sol";
import {ISettlementRegistry} from "../../verifier-contracts/interfaces/ISettlementRegistry.sol";
import {ITradeExecutor, Route} from "../../verifier-contracts/interfaces/ITradeExecutor.sol";
import {IUniswapV3SwapCallback} from "../../verifier-contracts/interfaces/IUniswap.sol";
import {Layout} from "../../verifier-contracts/libraries/Layout.sol";
import {RolesFixture} from "./RolesFixture.sol";

/// @notice Who may have trades executed, and move what is in a vault.
contract TradeRolesTest is RolesFixture {
    uint256 private constant NO_LEG = 1 << 128;
    bytes4 private constant NOT_GOVERNOR = IPortfolioRoles.NotGovernor.selector;

    function _noLegs() private pure returns (uint256[] memory legs) {
        legs = new uint256[](_shape().slots);
        for (uint256 i; i < legs.length; ++i) legs[i] = NO_LEG;
    }

    function testLedger() public {
        _openPortfolio();
        bytes memory payload = abi.encode(block.timestamp, new Route[](0));
        uint256[] memory head = _x(2, true);
        uint256[] memory x = new uint256[](Layout.REBALANCE_HEAD_LENGTH + _shape().slots);
        for (uint256 i; i < x.length; ++i) x[i] = i < head.length ? head[i] : NO_LEG;
        x[Layout.REBALANCE_OPEN] = 1;
        x[Layout.REBALANCE_PAYLOAD] = uint256(keccak256(payload)) >> 8;
        IRebalanceLedger.Submission memory s = _submission(x, 78);
        s.sealedTrade = payload;
        bytes memory data = abi.encodeCall(IRebalanceLedger.rebalanceOpen, (_id(), _head(), s, _noLegs()));
        _sent(Call("RebalanceLedger.rebalanceOpen", address(ledger), data));
    }

    function testExecutor() public {
        address to = address(executor);
        bytes memory trade = abi.encode(block.timestamp, new Route[](0));
        bytes memory data = abi.encodeCall(ITradeExecutor.execute, (_id(), _noLegs(), trade));
        _sent(Call("TradeExecutor.execute", to, data), LEDGER_CONTRACT, ITradeExecutor.NotLedger.selector);
        data = abi.encodeCall(IUniswapV3SwapCallback.uniswapV3SwapCallback, (0, 0, ""));
        bytes4 unexpected = ITradeExecutor.UnexpectedCallback.selector;
        _sent(Call("TradeExecutor.uniswapV3SwapCallback", to, data), NOBODY, unexpected);
        data = abi.encodeCall(ISettlementRegistry.list, (_id(), _listing()));
        _sent(Call("TradeExecutor.list", to, data), GOVERNS, NOT_GOVERNOR);
        Withdrawal memory withdrawal = Withdrawal(address(quote), NEXT, 1);
        data = abi.encodeCall(IFundVaults.announceWithdrawal, (_id(), withdrawal));
        _sent(Call("TradeExecutor.announceWithdrawal", to, data), GOVERNS, NOT_GOVERNOR);
        vm.prank(GOVERNOR);
        executor.announceWithdrawal(_id(), withdrawal);
        vm.warp(START + NOTICE);
        data = abi.encodeCall(IFundVaults.withdraw, (_id(), withdrawal, ""));
        _sent(Call("TradeExecutor.withdraw", to, data), GOVERNS, NOT_GOVERNOR);
    }

    function testVault() public {
        bytes memory data = abi.encodeCall(FundVault.pay, (address(quote), NEXT, 1));
        _sent(Call("FundVault.pay", vault, data), EXECUTOR_CONTRACT, FundVault.NotExecutor.selector);
    }
}
