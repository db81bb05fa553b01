// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IGroth16Verifier} from "../../verifier-contracts/interfaces/IGroth16Verifier.sol";
import {IRebalanceLedger} from "../../verifier-contracts/interfaces/IRebalanceLedger.sol";
import {Attestation, Kind, Word} from "../../verifier-contracts/libraries/Attestations.sol";
import {Instrument} from "../../verifier-contracts/libraries/Instruments.sol";
import {Layout} from "../../verifier-contracts/libraries/Layout.sol";
import {MarketRows} from "../../verifier-contracts/libraries/MarketRows.sol";
import {PublicVector} from "../../verifier-contracts/libraries/PublicVector.sol";
import {LedgerFixture} from "./LedgerFixture.sol";

/// @notice What happens around steps: opening, flows, changes of mandate and universe, closing.
contract LedgerLifeTest is LedgerFixture {
    function testFlowsAreConsumedBySnapshotsAfterThem() public {
        _openPortfolio();
        vm.warp(START + 60);
        _flow(500, "first");
        vm.warp(START + 61);
        // Recorded after the snapshot in use: it waits, and voids nothing in flight.
        _rebalance(2, true);
        vm.warp(START + 120);
        _flow(-1_200, "second");
        _market(901);
        _flow(7, "third, in its second");
        vm.warp(START + 121);
        _flow(9, "fourth");
        (int256 net, uint256 count) = ledger.netFlowAt(_id(), START + 120);
        assertTrue(net == -693 && count == 3, "first, second, third");
        known.netFlow = -693;
        _rebalance(3, true);
        assertEq(ledger.portfolio(_id()).pendingFlows, 1, "fourth waits");
        _rebalance(4, true);
        vm.warp(START + 180);
        _market(902);
        known.netFlow = 9;
        _rebalance(5, true);
        (net, count) = ledger.netFlowAt(_id(), type(uint256).max);
        assertTrue(net == 0 && count == 0, "all consumed once");
    }

    function testFlowsThatAreDueCannotBeLeftOut() public {
        _openPortfolio();
        _flow(500, "due");
        vm.warp(START + 60);
        _market(901);
        IRebalanceLedger.Submission memory s = _submission(_x(2, true), 78);
        IRebalanceLedger.Head memory head = _head();
        vm.expectPartialRevert(IRebalanceLedger.NotAuthorized.selector);
        ledger.rebalance(_id(), head, s);
    }

    function testAReplacementIsNotDatedBeforeTheLastAttestation() public {
        _openPortfolio();
        vm.warp(START + 60);
        Attestation memory a = _confirm();
        ledger.attest(a, _attest(a, ATTESTOR_KEY), _head(), new IRebalanceLedger.Link[](0));
        a = _replacement(55);
        a.asOf = START + 59;
        Word[] memory words = _attest(a, ATTESTOR_KEY);
        bytes memory manager = _replaceAuthorization(55, MANAGER_KEY);
        IRebalanceLedger.Head memory head = _head();
        bytes4 selector = IRebalanceLedger.AttestationNotNewer.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, START + 59, START + 60));
        ledger.replaceBook(a, words, head, manager);
        _replace(55);
        assertEq(ledger.portfolio(_id()).attestedAt, START + 60, "of the same second");
    }

    function testOpeningIsAttestedCompliantAndUnique() public {
        uint256[] memory x = _x(1, true);
        Attestation memory a = _attestation(Kind.Open);
        a.commitment = 1;
        Word[] memory words = _attest(a, ATTESTOR_KEY);
        IRebalanceLedger.Submission memory s = _submission(_x(1, false), 77);
        vm.expectRevert(abi.encodeWithSelector(IRebalanceLedger.OpeningNotCompliant.selector, _id()));
        ledger.open(_creation(), s, a, words);
        s = _submission(x, 77);
        Word[] memory forged = _attest(a, STRANGER_KEY);
        vm.expectPartialRevert(IRebalanceLedger.NotAttested.selector);
        ledger.open(_creation(), s, a, forged);
        a.commitment = 2;
        words = _attest(a, ATTESTOR_KEY);
        vm.expectRevert(abi.encodeWithSelector(IRebalanceLedger.WrongAttestation.selector, "commitment"));
        ledger.open(_creation(), s, a, words);
        _openPortfolio();
        a.commitment = 1;
        words = _attest(a, ATTESTOR_KEY);
        vm.expectRevert(abi.encodeWithSelector(IRebalanceLedger.PortfolioExists.selector, _id()));
        ledger.open(_creation(), s, a, words);
    }

    function testAnOpeningIsSealed() public {
        uint256[] memory x = _x(1, true);
        x[Layout.REBALANCE_OPEN] = 1;
        IRebalanceLedger.Submission memory s = _submission(x, 77);
        Attestation memory a = _attestation(Kind.Open);
        a.commitment = 1;
        Word[] memory words = _attest(a, ATTESTOR_KEY);
        vm.expectRevert(abi.encodeWithSelector(IRebalanceLedger.WrongTradeForm.selector, _id()));
        ledger.open(_creation(), s, a, words);
    }

    function testAnOpeningIsProven() public {
        IRebalanceLedger.Submission memory s = _submission(_x(1, true), 77);
        Attestation memory a = _attestation(Kind.Open);
        a.commitment = 1;
        Word[] memory words = _attest(a, ATTESTOR_KEY);
        s.proof.a[0] += 1;
        vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.InvalidProof.selector, REBALANCE));
        ledger.open(_creation(), s, a, words);
        s.proof.a[0] -= 1;
        ledger.open(_creation(), s, a, words);
    }

    function testOpeningStartsFromTheEmptyBudget() public {
        known.budget = EMPTY_BUDGET + 1;
        IRebalanceLedger.Submission memory s = _submission(_x(1, true), 77);
        Attestation memory a = _attestation(Kind.Open);
        a.commitment = 1;
        Word[] memory words = _attest(a, ATTESTOR_KEY);
        vm.expectPartialRevert(IRebalanceLedger.NotAuthorized.selector);
        ledger.open(_creation(), s, a, words);
    }

    function testAnotherUniverseComesWithItsMask() public {
        _openPortfolio();
        uint256 first = universeId;
        Instrument[] memory list = _instruments();
        list[1].contractSizeE8 = 2e8;
        uint256 second = snapshots.registerUniverse(list);
        vm.warp(START + 7 days);
        _schedule(_limits(second), _terms(), 501);
        vm.warp(START + 9 days);
        mandates.activate(_id());
        assertEq(ledger.portfolio(_id()).universeId, first, "the book is still of the first");
        (known.mandate, known.oldUniverse, known.changed) = (501, first, 2);
        universeId = second;
        // The perp of the second universe is worth two coins a unit.
        feed.set(60_000e8);
        _captureAndPublishSecond(902);
        _rebalance(2, true);
        assertEq(ledger.portfolio(_id()).universeId, second, "moved");
        _rebalance(3, true);
    }

    function _captureAndPublishSecond(uint256 digest) private {
        snapshots.capture(
            universeId, _options(block.timestamp), _riskSignature(_options(block.timestamp), RISK_KEY), new uint256[](0)
        );
        uint256[] memory x = _vector(60_000e8, _options(0).rows[0]);
        uint256 perp = MarketRows.offset(1, _shape().scenarios);
        x[perp + Layout.MARKET_SLOT_PRICE] = 120_000e8;
        x[perp + Layout.MARKET_SLOT_DELTA] = 120_000e8;
        x[perp + Layout.MARKET_SLOT_ABS_DELTA] = 120_000e8;
        x[perp + Layout.MARKET_SLOT_TURNOVER_WEIGHT] = 120_000e8;
        uint256 changes = perp + Layout.MARKET_SLOT_LENGTH;
        (x[changes], x[changes + 1]) = (PublicVector.FIELD - 24_000e8, 18_000e8);
        (, uint256 alpha, uint256 beta) = PublicVector.signals(MARKET, x, digest);
        snapshots.publish(universeId, x, digest, verifier.proofOf(MARKET, digest, alpha, beta));
        (known.market, known.marketTime) = (digest, block.timestamp);
    }

    function testAStepUnderTheOldMandateIsRefusedOnceAnotherIsActive() public {
        _openPortfolio();
        vm.warp(START + 7 days);
        _schedule(_limits(universeId), _terms(), 501);
        vm.warp(START + 9 days);
        _market(902);
        mandates.activate(_id());
        IRebalanceLedger.Submission memory s = _submission(_x(2, true), 78);
        IRebalanceLedger.Head memory head = _head();
        vm.expectPartialRevert(IRebalanceLedger.NotAuthorized.selector);
        ledger.rebalance(_id(), head, s);
        known.mandate = 501;
        _rebalance(2, true);
    }

    function testClosesByGovernorAndManagerAndForEver() public {
        _openPortfolio();
        bytes memory manager = _closeAuthorization(MANAGER_KEY);
        bytes memory stranger = _closeAuthorization(STRANGER_KEY);
        vm.expectRevert(abi.encodeWithSelector(IRebalanceLedger.WrongCaller.selector, address(this)));
        ledger.close(_id(), manager);
        vm.prank(GOVERNOR);
        vm.expectPartialRevert(IRebalanceLedger.NotAuthorized.selector);
        ledger.close(_id(), stranger);
        vm.prank(GOVERNOR);
        ledger.close(_id(), manager);
        IRebalanceLedger.Submission memory s = _submission(_x(2, true), 78);
        IRebalanceLedger.Head memory head = _head();
        vm.expectRevert(abi.encodeWithSelector(IRebalanceLedger.NotOpen.selector, _id()));
        ledger.rebalance(_id(), head, s);
        vm.prank(GOVERNOR);
        vm.expectRevert(abi.encodeWithSelector(IRebalanceLedger.NotOpen.selector, _id()));
        ledger.close(_id(), manager);
    }

    function testOnlyTheMandatesContractChangesMandates() public {
        _openPortfolio();
        vm.expectRevert(abi.encodeWithSelector(IRebalanceLedger.WrongCaller.selector, address(this)));
        ledger.adoptMandate(_id(), address(this));
        vm.prank(GOVERNOR);
        vm.expectRevert(abi.encodeWithSelector(IRebalanceLedger.WrongCaller.selector, GOVERNOR));
        ledger.adoptMandate(_id(), address(this));
    }
}
