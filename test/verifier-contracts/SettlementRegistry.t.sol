// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {FundVault} from "../../verifier-contracts/FundVault.sol";
import {TradeExecutor} from "../../verifier-contracts/TradeExecutor.sol";
import {DemoToken} from "../../verifier-contracts/demo/DemoToken.sol";
import {IFundVaults, Withdrawal} from "../../verifier-contracts/interfaces/IFundVaults.sol";
import {IPortfolioRoles} from "../../verifier-contracts/interfaces/IPortfolioRoles.sol";
import {IRebalanceLedger} from "../../verifier-contracts/interfaces/IRebalanceLedger.sol";
import {
    Asset,
    ISettlementRegistry,
    Listing,
    Settlement,
    Venue,
    VenueKind
} from "../../verifier-contracts/interfaces/ISettlementRegistry.sol";
import {ExecutorFixture} from "./ExecutorFixture.sol";

/// @notice What trades are settled in, by whose word and from when; and how tokens leave a vault otherwise.
contract SettlementRegistryTest is ExecutorFixture {
    address private constant _INVESTOR = address(0x1417e5704);

    function testKeepsWhatTokensAndUniverseSay() public view {
        Settlement memory kept = executor.settlementOf(_id(), universeId);
        assertTrue(kept.quote == address(usd) && kept.quoteDecimals == 6 && kept.account == 0, "quote");
        Asset memory asset = kept.assets[BTC];
        assertTrue(asset.token == address(btc) && asset.decimals == 8 && asset.contractSizeE8 == 1e8, "btc");
        assertTrue(kept.assets[ETH].token == address(eth) && kept.assets[ETH].decimals == 18, "eth");
        assertTrue(kept.assets[1].token == address(0) && kept.assets[2].token == address(0), "not executed");
        assertTrue(kept.venues[V3].factory == address(v3) && kept.venues[V2].feePips == 3_000, "venues");
    }

    function testOnlyTheGovernorLists() public {
        Listing memory listing = _listing();
        address[3] memory others = [address(this), vm.addr(MANAGER_KEY), vault];
        for (uint256 i; i < 3; ++i) {
            vm.prank(others[i]);
            vm.expectRevert(
                abi.encodeWithSelector(IPortfolioRoles.NotGovernor.selector, _id(), others[i])
            );
            executor.list(_id(), listing);
        }
        bytes32 unknown = keccak256("unknown");
        vm.expectRevert(abi.encodeWithSelector(IRebalanceLedger.NoMandate.selector, unknown));
        executor.list(unknown, listing);
    }

    function testAChangeIsInForceAfterTheNotice() public {
        Listing memory listing = _listing();
        listing.tokens[ETH] = address(0);
        vm.prank(GOVERNOR);
        assertEq(executor.list(_id(), listing), START + NOTICE, "due");
        vm.warp(START + NOTICE - 1);
        assertTrue(executor.settlementOf(_id(), universeId).assets[ETH].token == address(eth), "a second before");
        (uint256 dueAt, Settlement memory waiting) = executor.announced(_id(), universeId);
        assertTrue(dueAt == START + NOTICE && waiting.assets[ETH].token == address(0), "announced");
        vm.warp(START + NOTICE);
        assertTrue(executor.settlementOf(_id(), universeId).assets[ETH].token == address(0), "in force");
        vm.expectRevert(abi.encodeWithSelector(ISettlementRegistry.NotListed.selector, _id(), universeId + 1));
        executor.announced(_id(), universeId + 1);
        vm.prank(GOVERNOR);
        assertEq(executor.list(_id(), _listing()), START + 2 * NOTICE, "the next has its own notice");
        assertTrue(executor.settlementOf(_id(), universeId).assets[ETH].token == address(0), "still the second");
        assertTrue(executor.vaultOf(_id()) == vault, "one vault");
    }

    function testAnnouncingAgainStartsTheNoticeAnew() public {
        vm.prank(GOVERNOR);
        executor.list(_id(), _listing());
        vm.warp(START + NOTICE - 1);
        Listing memory listing = _listing();
        listing.tokens[ETH] = address(0);
        vm.prank(GOVERNOR);
        executor.list(_id(), listing);
        vm.warp(START + NOTICE);
        assertTrue(executor.settlementOf(_id(), universeId).assets[ETH].token == address(eth), "the first stands");
    }

    function testRefusesEachBadField() public {
        Listing memory listing = _listing();
        listing.tokens = new address[](3);
        _refusedListing(listing, "tokens", 3);
        listing = _listing();
        listing.tokens[1] = address(new DemoToken("PERP", 8));
        _refusedListing(listing, "kind", 1);
        listing = _listing();
        listing.account = 1;
        _refusedListing(listing, "account", 0);
        listing = _listing();
        listing.tokens[ETH] = address(btc);
        _refusedListing(listing, "tokens", 3);
        listing.tokens[ETH] = address(usd);
        _refusedListing(listing, "tokens", 3);
        listing.tokens[ETH] = address(0xdead);
        _refusedListing(listing, "tokens", 3);
        listing.tokens[ETH] = address(new DemoToken("WIDE", 25));
        _refusedListing(listing, "decimals", 3);
        listing = _listing();
        listing.quote = address(0);
        _refusedListing(listing, "quote", 0);
        _refuseVenues();
        listing = _listing();
        listing.tokens[ETH] = address(new DemoToken("24", 24));
        vm.prank(GOVERNOR);
        executor.list(_id(), listing);
    }

    function _refuseVenues() private {
        Listing memory listing = _listing();
        listing.venues = new Venue[](0);
        _refusedListing(listing, "venues", 0);
        listing.venues = new Venue[](17);
        _refusedListing(listing, "venues", 17);
        listing = _listing();
        listing.venues[V3].factory = address(0xdead);
        _refusedListing(listing, "factory", 1);
        listing = _listing();
        listing.venues[V3].feePips = 3_000;
        _refusedListing(listing, "feePips", 1);
        listing = _listing();
        listing.venues[V2].feePips = 1_000_000;
        _refusedListing(listing, "feePips", 0);
        listing.venues = new Venue[](16);
        for (uint256 i; i < 16; ++i) listing.venues[i] = Venue(VenueKind.UniswapV2, address(v2), 999_999);
        vm.prank(GOVERNOR);
        executor.list(_id(), listing);
    }

    function _refusedListing(Listing memory listing, string memory field, uint256 index) private {
        vm.prank(GOVERNOR);
        vm.expectRevert(abi.encodeWithSelector(ISettlementRegistry.InvalidListing.selector, field, index));
        executor.list(_id(), listing);
    }

    function testAVaultObeysItsExecutorAlone() public {
        assertTrue(FundVault(vault).EXECUTOR() == address(executor), "executor");
        assertEq(FundVault(vault).PORTFOLIO_ID(), _id(), "portfolio");
        address[3] memory others = [address(this), GOVERNOR, vm.addr(MANAGER_KEY)];
        for (uint256 i; i < 3; ++i) {
            vm.prank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(FundVault.NotExecutor.selector, others[i]));
            FundVault(vault).pay(address(usd), others[i], 1);
        }
        (bool taken,) = vault.call{value: 1}("");
        assertTrue(!taken, "no ether comes in");
        (taken,) = address(executor).call{value: 1}("");
        assertTrue(!taken, "nor into the executor");
    }

    function testGovernorAndManagerWithdrawTogetherAndOnce() public {
        Withdrawal memory withdrawal = Withdrawal(address(usd), _INVESTOR, 5e6);
        bytes memory signature = _signed(withdrawal, 0, MANAGER_KEY);
        vm.prank(vm.addr(MANAGER_KEY));
        vm.expectPartialRevert(IPortfolioRoles.NotGovernor.selector);
        executor.withdraw(_id(), withdrawal, signature);
        _refuseWithdrawal(withdrawal, "");
        _refuseWithdrawal(withdrawal, _signed(withdrawal, 0, STRANGER_KEY));
        _refuseWithdrawal(withdrawal, _signed(withdrawal, 1, MANAGER_KEY));
        _refuseWithdrawal(Withdrawal(address(usd), _INVESTOR, 5e6 + 1), signature);
        _refuseWithdrawal(Withdrawal(address(usd), GOVERNOR, 5e6), signature);
        _refuseWithdrawal(Withdrawal(address(btc), _INVESTOR, 5e6), signature);
        _withdraw(withdrawal, signature);
        assertEq(usd.balanceOf(_INVESTOR), 5e6, "withdrawn");
        _refuseWithdrawal(withdrawal, signature);
        assertEq(executor.withdrawalsOf(_id()), 1, "nonce");
        _withdraw(withdrawal, _signed(withdrawal, 1, MANAGER_KEY));
        assertEq(usd.balanceOf(_INVESTOR), 10e6, "twice, signed twice");
    }

    function testTheGovernorAloneWithdrawsOnlyWithNotice() public {
        Withdrawal memory withdrawal = Withdrawal(address(usd), _INVESTOR, 5e6);
        vm.expectPartialRevert(IPortfolioRoles.NotGovernor.selector);
        executor.announceWithdrawal(_id(), withdrawal);
        for (uint256 i; i < 3; ++i) {
            uint256 announcedAt = block.timestamp;
            vm.expectEmit(address(executor));
            emit IFundVaults.WithdrawalAnnounced(
                _id(), withdrawal, announcedAt + NOTICE, announcedAt + 2 * NOTICE
            );
            vm.prank(GOVERNOR);
            executor.announceWithdrawal(_id(), withdrawal);
            vm.warp(announcedAt + NOTICE - 1);
            _refuseWithdrawal(withdrawal, "");
            if (i == 2) {
                vm.warp(announcedAt + 2 * NOTICE + 1);
                _refuseWithdrawal(withdrawal, "");
                return;
            }
            // At its first second and at its last.
            vm.warp(announcedAt + NOTICE + (i == 1 ? NOTICE : 0));
            _refuseWithdrawal(Withdrawal(address(usd), _INVESTOR, 5e6 + 1), "");
            _withdraw(withdrawal, "");
            assertEq(usd.balanceOf(_INVESTOR), (i + 1) * 5e6, "withdrawn");
            _refuseWithdrawal(withdrawal, "");
        }
    }

    function testAPortfolioWithoutAVaultHasNothingToWithdraw() public {
        executor = new TradeExecutor(mandates, snapshots);
        vm.prank(GOVERNOR);
        vm.expectRevert(abi.encodeWithSelector(IFundVaults.NoVault.selector, _id()));
        executor.withdraw(_id(), Withdrawal(address(usd), _INVESTOR, 1), "");
        bytes32 unknown = keccak256("unknown");
        vm.expectRevert(abi.encodeWithSelector(IRebalanceLedger.NoMandate.selector, unknown));
        executor.withdraw(unknown, Withdrawal(address(usd), _INVESTOR, 1), "");
    }

    function _withdraw(Withdrawal memory withdrawal, bytes memory signature) private {
        vm.expectEmit(address(executor));
        emit IFundVaults.Withdrawn(_id(), withdrawal, signature.length != 0);
        vm.prank(GOVERNOR);
        executor.withdraw(_id(), withdrawal, signature);
    }

    function _refuseWithdrawal(Withdrawal memory withdrawal, bytes memory signature) private {
        vm.prank(GOVERNOR);
        vm.expectPartialRevert(IFundVaults.NotWithdrawable.selector);
        executor.withdraw(_id(), withdrawal, signature);
    }

    function _signed(Withdrawal memory withdrawal, uint256 nonce, uint256 key) private view returns (bytes memory) {
        bytes32 type_ = keccak256(
            "Withdrawal(bytes32 portfolioId,address token,address to,uint256 amount,uint256 nonce)"
        );
        return signed(key, _typed(address(executor), keccak256(abi.encode(type_, _id(), withdrawal, nonce))));
    }
}
