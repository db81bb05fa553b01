// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IRebalanceLedger} from "../../verifier-contracts/interfaces/IRebalanceLedger.sol";
import {Terms} from "../../verifier-contracts/interfaces/IMandates.sol";
import {Attestation, Word} from "../../verifier-contracts/libraries/Attestations.sol";
import {PortfolioStatus} from "../../verifier-contracts/libraries/PortfolioStatus.sol";
import {LedgerFixture} from "./LedgerFixture.sol";

/// @notice The verdict's table, with each condition at its last second and one beyond.
contract StatusTest is LedgerFixture {
    function _is(IRebalanceLedger.Verdict expected, uint256 expectedReasons, string memory when) private view {
        (IRebalanceLedger.Verdict verdict, uint256 reasons) = ledger.status(_id());
        assertEq(uint256(verdict), uint256(expected), when);
        assertEq(reasons, expectedReasons, when);
    }

    function testNothingThenGreen() public {
        _is(IRebalanceLedger.Verdict.None, 0, "before opening");
        _openPortfolio();
        _is(IRebalanceLedger.Verdict.Green, 0, "opened");
    }

    function testGreenEndsWithTheSnapshotsHeartbeatNotTheProofs() public {
        vm.warp(START + 30 minutes);
        _openPortfolio();
        vm.warp(START + 1 days);
        _is(IRebalanceLedger.Verdict.Green, 0, "last second");
        vm.warp(START + 1 days + 1);
        _is(IRebalanceLedger.Verdict.Stale, PortfolioStatus.SNAPSHOT_OLD, "snapshot old");
    }

    function testAmberThenRedThenGreenAgain() public {
        _openPortfolio();
        vm.warp(START + 60);
        _rebalance(2, false);
        _is(IRebalanceLedger.Verdict.Amber, PortfolioStatus.REDUCING, "reducing");
        vm.warp(START + 60 + 1 hours);
        _market(901);
        _rebalance(3, false);
        vm.warp(START + 60 + 2 hours);
        _is(IRebalanceLedger.Verdict.Amber, PortfolioStatus.REDUCING, "another step does not restart the cure time");
        vm.warp(START + 61 + 2 hours);
        uint256 red = PortfolioStatus.REDUCING | PortfolioStatus.CURE_TIME_OVER;
        _is(IRebalanceLedger.Verdict.Red, red, "cure time over");
        vm.warp(START + 3 days);
        _is(IRebalanceLedger.Verdict.Red, red | PortfolioStatus.SNAPSHOT_OLD, "silence does not turn red into stale");
        _market(902);
        _rebalance(4, true);
        _is(IRebalanceLedger.Verdict.Green, 0, "compliant again");
        _rebalance(5, false);
        _is(IRebalanceLedger.Verdict.Amber, PortfolioStatus.REDUCING, "a new spell has a new cure time");
    }

    function testAttestationAge() public {
        _openPortfolio();
        vm.warp(START + 30 days - 1);
        _market(901);
        _rebalance(2, true);
        _is(IRebalanceLedger.Verdict.Green, 0, "last second");
        vm.warp(START + 30 days);
        _is(IRebalanceLedger.Verdict.Stale, PortfolioStatus.ATTESTATION_OLD, "old");
        // A silent attestor does not stop the fund.
        _rebalance(3, true);
        Attestation memory a = _confirm();
        ledger.attest(a, _attest(a, ATTESTOR_KEY), _head(), new IRebalanceLedger.Link[](0));
        _is(IRebalanceLedger.Verdict.Green, 0, "confirmed");
    }

    function testAStricterTierMakesAWeakAttestationStale() public {
        _openPortfolio();
        vm.warp(START + 7 days);
        _scheduleTier(2);
        vm.warp(START + 9 days);
        mandates.activate(_id());
        uint256 both = PortfolioStatus.MANDATE_CHANGED | PortfolioStatus.ATTESTATION_WEAK | PortfolioStatus.SNAPSHOT_OLD;
        _is(IRebalanceLedger.Verdict.Stale, both, "adopted");
        known.mandate = 501;
        _market(901);
        _rebalance(2, true);
        _is(IRebalanceLedger.Verdict.Stale, PortfolioStatus.ATTESTATION_WEAK, "weak");
        Attestation memory a = _confirm();
        Word[] memory words = new Word[](1);
        words[0] = _word(a, ATTESTOR_KEY, 2);
        ledger.attest(a, words, _head(), new IRebalanceLedger.Link[](0));
        _is(IRebalanceLedger.Verdict.Green, 0, "strong");
    }

    function _scheduleTier(uint8 tier) private {
        (int256[] memory limits) = _limits(universeId);
        _schedule(limits, _termsOf(tier), 501);
    }

    function _termsOf(uint8 tier) private pure returns (Terms memory terms) {
        terms = _terms();
        terms.attestationTier = tier;
    }

    function testAMandateChangeIsStaleUntilAProofUnderIt() public {
        _openPortfolio();
        vm.warp(START + 7 days);
        _schedule(_limits(universeId), _terms(), 501);
        vm.warp(START + 9 days);
        _market(901);
        _rebalance(2, true);
        _is(IRebalanceLedger.Verdict.Green, 0, "scheduled only");
        mandates.activate(_id());
        _is(IRebalanceLedger.Verdict.Stale, PortfolioStatus.MANDATE_CHANGED, "active");
        assertTrue(!ledger.lastProof(_id()).underActiveMandate, "last proof");
        known.mandate = 501;
        _rebalance(3, true);
        _is(IRebalanceLedger.Verdict.Green, 0, "proven");
    }

    function testAReplacementIsStaleUntilAProof() public {
        _openPortfolio();
        _replace(55);
        _is(IRebalanceLedger.Verdict.Stale, PortfolioStatus.BOOK_REPLACED, "replaced");
        _rebalance(56, true);
        _is(IRebalanceLedger.Verdict.Green, 0, "proven");
    }

    function testAnOverdueFlowIsStale() public {
        _openPortfolio();
        _flow(5, "f");
        _is(IRebalanceLedger.Verdict.Green, 0, "waiting");
        vm.warp(START + 23 hours);
        _market(901);
        vm.warp(START + 1 days);
        _flow(6, "g");
        vm.warp(START + 1 days + 1);
        uint256 both = PortfolioStatus.FLOW_OVERDUE | PortfolioStatus.SNAPSHOT_OLD;
        _is(IRebalanceLedger.Verdict.Stale, both, "overdue");
        _market(902);
        known.netFlow = 11;
        _rebalance(2, true);
        _is(IRebalanceLedger.Verdict.Green, 0, "consumed");
    }

    function testAKeyThatIsNotLiveIsStale() public {
        _openPortfolio();
        vm.prank(GUARDIAN);
        verifier.suspendKey(REBALANCE);
        _is(IRebalanceLedger.Verdict.Stale, PortfolioStatus.KEY_NOT_LIVE, "key");
    }

    function testClosedWhateverElse() public {
        _openPortfolio();
        _rebalance(2, false);
        bytes memory manager = _closeAuthorization(MANAGER_KEY);
        vm.prank(GOVERNOR);
        ledger.close(_id(), manager);
        _is(IRebalanceLedger.Verdict.Closed, PortfolioStatus.REDUCING, "closed");
        vm.warp(START + 3 days);
        (IRebalanceLedger.Verdict verdict,) = ledger.status(_id());
        assertEq(uint256(verdict), uint256(IRebalanceLedger.Verdict.Closed), "for ever");
    }
}
