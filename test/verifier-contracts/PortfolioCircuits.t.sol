// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IGroth16Verifier} from "../../verifier-contracts/interfaces/IGroth16Verifier.sol";
import {IKeyGuard} from "../../verifier-contracts/interfaces/IKeyGuard.sol";
import {Core} from "../../verifier-contracts/interfaces/IMandates.sol";
import {Circuits, IPortfolioCircuits} from "../../verifier-contracts/interfaces/IPortfolioCircuits.sol";
import {IPortfolioRoles} from "../../verifier-contracts/interfaces/IPortfolioRoles.sol";
import {IRebalanceLedger} from "../../verifier-contracts/interfaces/IRebalanceLedger.sol";
import {LedgerFixture} from "./LedgerFixture.sol";

/// @notice Another circuit: a successor alone, proposed by the governor, after the notice, and then no other counts.
contract PortfolioCircuitsTest is LedgerFixture {
    bytes32 private constant NEXT = keccak256("rebalance, mended");

    function setUp() public override {
        super.setUp();
        verifier.registerSuccessor(REBALANCE, NEXT, "", true);
    }

    function _propose(bytes32 circuitId) private {
        vm.prank(GOVERNOR);
        mandates.proposeCircuit(_id(), circuitId);
    }

    function _moved() private {
        _propose(NEXT);
        vm.warp(START + NOTICE);
        mandates.changeCircuit(_id());
    }

    function testAPortfolioMovesAfterTheNotice() public {
        _openPortfolio();
        assertEq(mandates.circuitOf(_id()), REBALANCE, "the ledger's own");
        vm.expectRevert(abi.encodeWithSelector(IPortfolioCircuits.NoCircuitProposed.selector, _id()));
        mandates.changeCircuit(_id());
        vm.expectEmit(address(mandates));
        emit IPortfolioCircuits.CircuitProposed(_id(), NEXT, START + NOTICE);
        _propose(NEXT);
        Circuits memory circuits = mandates.circuitsOf(_id());
        assertTrue(circuits.next == NEXT && circuits.dueAt == START + NOTICE, "announced");
        vm.warp(START + NOTICE - 1);
        vm.expectRevert(abi.encodeWithSelector(IPortfolioRoles.NotDue.selector, _id(), START + NOTICE));
        mandates.changeCircuit(_id());
        _market(901);
        _rebalance(2, true);

        vm.warp(START + NOTICE);
        vm.expectEmit(address(mandates));
        emit IPortfolioCircuits.CircuitChanged(_id(), NEXT);
        mandates.changeCircuit(_id());
        vm.expectRevert(abi.encodeWithSelector(IPortfolioCircuits.NoCircuitProposed.selector, _id()));
        mandates.changeCircuit(_id());
        assertEq(mandates.circuitOf(_id()), NEXT, "moved");
        assertTrue(!ledger.lastProof(_id()).underActiveMandate, "nothing is proven by it yet");
        (IRebalanceLedger.Verdict verdict,) = ledger.status(_id());
        assertTrue(verdict != IRebalanceLedger.Verdict.Green, "so it is not green");

        // A proof by the circuit before is of another domain, so the manager's word is not over this step.
        IRebalanceLedger.Submission memory before = _submission(_x(3, true), 78);
        IRebalanceLedger.Head memory head = _head();
        vm.expectPartialRevert(IRebalanceLedger.NotAuthorized.selector);
        ledger.rebalance(_id(), head, before);
        circuit = NEXT;
        _rebalance(3, true);
        assertTrue(ledger.lastProof(_id()).underActiveMandate, "proven");
        (verdict,) = ledger.status(_id());
        assertTrue(verdict == IRebalanceLedger.Verdict.Green, "green");
    }

    function testAProofByTheCircuitBeforeDoesNotPassForOneByTheNext() public {
        _openPortfolio();
        _moved();
        circuit = NEXT;
        _market(901);
        IRebalanceLedger.Submission memory submission = _submission(_x(2, true), 78);
        circuit = REBALANCE;
        submission.proof = _submission(_x(2, true), 78).proof;
        IRebalanceLedger.Head memory head = _head();
        vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.InvalidProof.selector, NEXT));
        ledger.rebalance(_id(), head, submission);
    }

    function testOnlyTheGovernorProposesAndOnlyASuccessor() public {
        vm.expectRevert(abi.encodeWithSelector(IPortfolioRoles.NotGovernor.selector, _id(), address(this)));
        mandates.proposeCircuit(_id(), NEXT);
        // The verifier knows keys of other statements too: a proof of a digest is no proof of a step.
        bytes32[3] memory others = [MANDATE, REBALANCE, bytes32("unknown")];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IPortfolioCircuits.NotSuccessor.selector, others[i], REBALANCE)
            );
            _propose(others[i]);
        }
        _moved();
        verifier.registerSuccessor(REBALANCE, "another", "", true);
        vm.expectRevert(
            abi.encodeWithSelector(IPortfolioCircuits.NotSuccessor.selector, bytes32("another"), NEXT)
        );
        _propose("another");
        verifier.registerSuccessor(NEXT, "third", "", true);
        _propose("third");
    }

    function testAProposalIsReplacedOrWithdrawn() public {
        verifier.registerSuccessor(REBALANCE, "another", "", true);
        _propose(NEXT);
        vm.warp(START + 1 days);
        _propose("another");
        vm.warp(START + NOTICE);
        vm.expectRevert(abi.encodeWithSelector(IPortfolioRoles.NotDue.selector, _id(), START + 1 days + NOTICE));
        mandates.changeCircuit(_id());
        _propose(0);
        vm.warp(START + 30 days);
        vm.expectRevert(abi.encodeWithSelector(IPortfolioCircuits.NoCircuitProposed.selector, _id()));
        mandates.changeCircuit(_id());
    }

    function testNobodyMovesToACircuitThatIsNotLive() public {
        _propose(NEXT);
        vm.warp(START + NOTICE);
        vm.prank(GUARDIAN);
        verifier.suspendKey(NEXT);
        vm.expectRevert(abi.encodeWithSelector(IPortfolioCircuits.CircuitNotLive.selector, NEXT));
        mandates.changeCircuit(_id());
    }

    /// @dev What a broken key needs: the portfolio is stale while it is suspended, and steps on by the next one.
    function testAPortfolioLeavesASuspendedCircuit() public {
        _openPortfolio();
        vm.prank(GUARDIAN);
        verifier.suspendKey(REBALANCE);
        _moved();
        _market(901);
        (IRebalanceLedger.Submission memory before, IRebalanceLedger.Head memory head) =
            (_submission(_x(2, true), 78), _head());
        vm.expectPartialRevert(IRebalanceLedger.NotAuthorized.selector);
        ledger.rebalance(_id(), head, before);
        circuit = NEXT;
        _rebalance(2, true);
        (IRebalanceLedger.Verdict verdict,) = ledger.status(_id());
        assertTrue(verdict == IRebalanceLedger.Verdict.Green, "green by the next");
        vm.prank(GUARDIAN);
        verifier.pause(NEXT, block.timestamp + 1 hours);
        (verdict,) = ledger.status(_id());
        assertTrue(verdict == IRebalanceLedger.Verdict.Paused, "whose pause is its own");
        bytes memory authorization = _replaceAuthorization(3, managerKey);
        head = _head();
        vm.expectPartialRevert(IKeyGuard.Paused.selector);
        ledger.replaceBook(_replacement(3), _attest(_replacement(3), ATTESTOR_KEY), head, authorization);
    }

    function testAPortfolioMayMoveBeforeItOpens() public {
        _moved();
        circuit = NEXT;
        _market(901);
        _openPortfolio();
    }

    function testAMandateThatWaitedComesInForceWithTheCircuitOfThen() public {
        _openPortfolio();
        _schedule(_limits(universeId), _terms(), 501);
        _moved();
        mandates.activate(_id());
        (known.mandate, circuit) = (501, NEXT);
        _market(901);
        _rebalance(2, true);
        (Core memory core,,) = mandates.mandate(_id(), 2);
        assertEq(core.circuitId, NEXT, "as it is read");
        assertTrue(core.manager == _creation().manager, "and everything else as it was");
    }

    function testABatchIsOfOneCircuit() public {
        IRebalanceLedger.Entry[] memory entries = new IRebalanceLedger.Entry[](2);
        bytes32[2] memory ids;
        for (uint256 i; i < 2; ++i) {
            salt = bytes32(100 + i);
            _schedule(_limits(universeId), _terms(), MANDATE_DIGEST);
            mandates.activate(_id());
            ids[i] = _id();
        }
        bool swapped = ids[1] < ids[0];
        bytes32 first = swapped ? ids[1] : ids[0];
        for (uint256 i; i < 2; ++i) {
            salt = bytes32(100 + i);
            (known.previous, known.book, known.budget, known.epoch) = (0, 1, EMPTY_BUDGET, 0);
            _openPortfolio();
            // The second moves on to the next circuit, the first stays.
            if (_id() != first) _propose(NEXT);
            entries[_id() == first ? 0 : 1].portfolioId = _id();
            entries[_id() == first ? 0 : 1].head = _head();
        }
        vm.warp(START + NOTICE);
        mandates.changeCircuit(entries[1].portfolioId);
        _market(901);
        for (uint256 i; i < 2; ++i) {
            salt = bytes32(100 + i);
            (known.previous, known.book, known.budget, known.epoch) =
                (0, 1, 1_000_001, 1);
            uint256 place = _id() == first ? 0 : 1;
            circuit = place == 0 ? REBALANCE : NEXT;
            entries[place].submission = _submission(_x(2, true), 78);
        }
        vm.expectRevert(
            abi.encodeWithSelector(IRebalanceLedger.CircuitsDiffer.selector, entries[1].portfolioId)
        );
        ledger.rebalanceBatch(entries);
        for (uint256 i; i < 2; ++i) {
            IRebalanceLedger.Entry[] memory one = new IRebalanceLedger.Entry[](1);
            one[0] = entries[i];
            assertEq(ledger.rebalanceBatch(one), 1, "each alone");
        }
    }
}
