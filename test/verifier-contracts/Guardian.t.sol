// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IGovernorWithNotice} from "../../verifier-contracts/interfaces/IGovernorWithNotice.sol";
import {IGroth16Verifier, Proof} from "../../verifier-contracts/interfaces/IGroth16Verifier.sol";
import {IKeyGuard} from "../../verifier-contracts/interfaces/IKeyGuard.sol";
import {IRebalanceLedger} from "../../verifier-contracts/interfaces/IRebalanceLedger.sol";
import {Attestation, Kind, Word} from "../../verifier-contracts/libraries/Attestations.sol";
import {PortfolioStatus} from "../../verifier-contracts/libraries/PortfolioStatus.sol";
import {LedgerFixture} from "./LedgerFixture.sol";

/// @notice What the guardian can stop, for how long, and that it can do nothing else.
contract GuardianTest is LedgerFixture {
    IRebalanceLedger.Submission private _step;

    function _pause(uint256 until) private {
        vm.prank(GUARDIAN);
        verifier.pause(REBALANCE, until);
    }

    function _paused(uint256 until) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IKeyGuard.Paused.selector, REBALANCE, until);
    }

    function _is(IRebalanceLedger.Verdict expected, uint256 expectedReasons, string memory when) private view {
        (IRebalanceLedger.Verdict verdict, uint256 reasons) = ledger.status(_id());
        assertEq(uint256(verdict), uint256(expected), when);
        assertEq(reasons, expectedReasons, when);
    }

    function _refusedStep(bytes memory error_) private {
        _step = _submission(_x(2, true), 78);
        IRebalanceLedger.Head memory head = _head();
        vm.expectRevert(error_);
        ledger.rebalance(_id(), head, _step);
    }

    function testWhilePausedNothingMovesAndTheStatusSaysSo() public {
        uint256 until = START + 30 minutes;
        Attestation memory a = _attestation(Kind.Open);
        (a.commitment, a.asOf, a.deadline) = (known.book, START - 1, until);
        Word[] memory words = _attest(a, ATTESTOR_KEY);
        IRebalanceLedger.Submission memory opening = _submission(_x(known.book, true), 77);
        _pause(until);
        vm.warp(until - 1);
        vm.expectRevert(_paused(until));
        ledger.open(_creation(), opening, a, words);
        _is(IRebalanceLedger.Verdict.None, 0, "what is not open is not paused");
        vm.warp(until);
        ledger.open(_creation(), opening, a, words);
        _advance(_x(known.book, true));
        _is(IRebalanceLedger.Verdict.Green, 0, "over in its last second");

        vm.warp(until + 7 days);
        _market(901);
        uint256 second = block.timestamp + 30 minutes;
        _pause(second);
        _is(IRebalanceLedger.Verdict.Paused, PortfolioStatus.PAUSED | PortfolioStatus.SNAPSHOT_OLD, "paused");
        vm.warp(second - 1);
        _is(IRebalanceLedger.Verdict.Paused, PortfolioStatus.PAUSED | PortfolioStatus.SNAPSHOT_OLD, "last second");
        _refusedStep(_paused(second));
        a = _replacement(55);
        words = _attest(a, ATTESTOR_KEY);
        bytes memory authorization = _replaceAuthorization(55, MANAGER_KEY);
        IRebalanceLedger.Head memory head = _head();
        vm.expectRevert(_paused(second));
        ledger.replaceBook(a, words, head, authorization);
        vm.warp(second);
        _is(IRebalanceLedger.Verdict.Stale, PortfolioStatus.SNAPSHOT_OLD, "exactly then");
        ledger.rebalance(_id(), head, _step);
        _advance(_x(2, true));
        _is(IRebalanceLedger.Verdict.Green, 0, "goes on");
    }

    function testAPausedRecordTakesWordsAndFlowsAndCloses() public {
        _openPortfolio();
        _pause(START + 1 days);
        bytes32 head = ledger.portfolio(_id()).head;
        vm.warp(START + 1);
        _flow(5, "f");
        Attestation memory a = _confirm();
        ledger.attest(a, _attest(a, ATTESTOR_KEY), _head(), new IRebalanceLedger.Link[](0));
        bytes memory authorization = _closeAuthorization(MANAGER_KEY);
        vm.prank(GOVERNOR);
        ledger.close(_id(), authorization);
        _is(IRebalanceLedger.Verdict.Closed, PortfolioStatus.PAUSED, "closed");
        assertEq(ledger.portfolio(_id()).head, head, "no head moved");
    }

    function testAPauseLastsAtMost72Hours() public {
        uint256 latest = START + 72 hours;
        vm.prank(GUARDIAN);
        vm.expectRevert(abi.encodeWithSelector(IKeyGuard.PauseTooLong.selector, latest + 1, latest));
        verifier.pause(REBALANCE, latest + 1);
        vm.prank(GUARDIAN);
        vm.expectRevert(abi.encodeWithSelector(IKeyGuard.PauseTooLong.selector, START, latest));
        verifier.pause(REBALANCE, START);
        _pause(latest);
        assertEq(verifier.pausedUntil(REBALANCE), latest, "72 hours");
    }

    /// @dev Exploit 14: not by extending, not by pausing another circuit, not a second too early.
    function testNoPauseIsRenewed() public {
        _pause(START + 72 hours);
        bytes memory soon = abi.encodeWithSelector(IKeyGuard.PausedTooSoon.selector, START + 10 days);
        bytes32[2] memory circuits = [REBALANCE, MARKET];
        uint256[3] memory times = [START, START + 72 hours, START + 10 days - 1];
        for (uint256 i; i < 6; ++i) {
            vm.warp(times[i / 2]);
            vm.prank(GUARDIAN);
            vm.expectRevert(soon);
            verifier.pause(circuits[i % 2], block.timestamp + 1);
        }
        vm.warp(START + 10 days);
        _pause(START + 13 days);
    }

    function testAPauseEndsEarlyAndTheRestCountsFromThere() public {
        _openPortfolio();
        _pause(START + 2 days);
        vm.warp(START + 60);
        vm.prank(GOVERNOR);
        vm.expectRevert(abi.encodeWithSelector(IKeyGuard.NotGuardian.selector, GOVERNOR));
        verifier.unpause(REBALANCE);
        uint256 before = vm.snapshotState();
        vm.prank(GUARDIAN);
        verifier.unpause(REBALANCE);
        _rebalance(2, true);
        vm.revertToState(before);
        verifier.unpause(REBALANCE);
        vm.expectRevert(abi.encodeWithSelector(IKeyGuard.NotPaused.selector, REBALANCE));
        verifier.unpause(REBALANCE);
        vm.warp(START + 60 + 7 days - 1);
        vm.prank(GUARDIAN);
        vm.expectRevert(abi.encodeWithSelector(IKeyGuard.PausedTooSoon.selector, START + 60 + 7 days));
        verifier.pause(REBALANCE, block.timestamp + 1);
        vm.warp(START + 60 + 7 days);
        _pause(block.timestamp + 1);
    }

    function testASuspendedKeyProvesNothingUntilItsGovernorReinstatesIt() public {
        _openPortfolio();
        vm.prank(GUARDIAN);
        verifier.suspendKey(REBALANCE);
        _refusedStep(abi.encodeWithSelector(IKeyGuard.SuspendedKey.selector, REBALANCE));
        _is(IRebalanceLedger.Verdict.Stale, PortfolioStatus.KEY_NOT_LIVE, "dead key");
        vm.warp(START + 365 days);
        assertTrue(!verifier.isLive(REBALANCE), "for ever");
        vm.warp(START);
        // The way on does not need the broken key: attestors and manager together.
        _replace(55);
        vm.prank(GUARDIAN);
        vm.expectRevert(abi.encodeWithSelector(IGovernorWithNotice.NotGovernor.selector, GUARDIAN));
        verifier.reinstateKey(REBALANCE);
        verifier.reinstateKey(REBALANCE);
        vm.expectRevert(abi.encodeWithSelector(IKeyGuard.KeyNotSuspended.selector, REBALANCE));
        verifier.reinstateKey(REBALANCE);
        _rebalance(56, true);
    }

    function testAKeyWaitsForItsNoticeOffTheLocalChain() public {
        vm.chainId(1);
        verifier.registerKey("new", "", false);
        Proof memory proof = verifier.proofOf("new", 1, 2, 3);
        _liveAfterNotice(proof);
        vm.prank(GUARDIAN);
        verifier.suspendKey("new");
        verifier.reinstateKey("new");
        _liveAfterNotice(proof);
    }

    function _liveAfterNotice(Proof memory proof) private {
        uint256 liveFrom = block.timestamp + 2 days;
        (uint256 announced,) = verifier.keyState("new");
        assertEq(announced, liveFrom, "announced");
        vm.warp(liveFrom - 1);
        assertTrue(!verifier.isLive("new"), "last second");
        vm.expectRevert(abi.encodeWithSelector(IKeyGuard.KeyNotLiveYet.selector, bytes32("new"), liveFrom));
        verifier.verify("new", proof, 1, 2, 3);
        vm.warp(liveFrom);
        assertTrue(verifier.isLive("new"), "live");
        verifier.verify("new", proof, 1, 2, 3);
    }

    function testAnotherGuardianTakesOverInTheAnnouncedSecond() public {
        vm.chainId(1);
        address next = address(0x81);
        verifier.scheduleGuardian(next);
        vm.warp(START + 2 days - 1);
        assertTrue(verifier.guardian() == GUARDIAN, "last second");
        vm.warp(START + 2 days);
        assertTrue(verifier.guardian() == next, "the next");
        vm.prank(GUARDIAN);
        vm.expectRevert(abi.encodeWithSelector(IKeyGuard.NotGuardian.selector, GUARDIAN));
        verifier.suspendKey(REBALANCE);
        verifier.scheduleGuardian(address(0));
        assertTrue(verifier.guardian() == next, "until then");
        vm.warp(START + 4 days);
        assertTrue(verifier.guardian() == address(0), "nobody");
    }

    function testUnknownCircuitsHaveNothingToStop() public {
        bytes memory unknown = abi.encodeWithSelector(IGroth16Verifier.UnknownKey.selector, bytes32("unknown"));
        vm.prank(GUARDIAN);
        vm.expectRevert(unknown);
        verifier.suspendKey("unknown");
        vm.prank(GUARDIAN);
        vm.expectRevert(unknown);
        verifier.pause("unknown", START + 1);
        vm.expectRevert(unknown);
        verifier.reinstateKey("unknown");
        vm.expectRevert(unknown);
        verifier.unpause("unknown");
    }
}
