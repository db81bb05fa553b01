// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IRebalanceLedger} from "../../verifier-contracts/interfaces/IRebalanceLedger.sol";
import {Attestation, Kind, Word} from "../../verifier-contracts/libraries/Attestations.sol";
import {PublicVector} from "../../verifier-contracts/libraries/PublicVector.sol";
import {LedgerFixture} from "./LedgerFixture.sol";

/// @notice Attestations of every kind: what they do, and that none does it twice, late, or for another kind.
contract AttestationsTest is LedgerFixture {
    IRebalanceLedger.Link[] private _later;

    function setUp() public override {
        super.setUp();
        _openPortfolio();
    }

    function _submitConfirm(Attestation memory a, IRebalanceLedger.Head memory head, bytes memory error_) private {
        Word[] memory words = _attest(a, ATTESTOR_KEY);
        IRebalanceLedger.Link[] memory later = _later;
        if (error_.length != 0) vm.expectRevert(error_);
        ledger.attest(a, words, head, later);
    }

    function _wrong(string memory field) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IRebalanceLedger.WrongAttestation.selector, field);
    }

    function testConfirmRefreshesTheAttestationAndMovesNothing() public {
        vm.warp(START + 1 days);
        bytes32 head = ledger.portfolio(_id()).head;
        _submitConfirm(_confirm(), _head(), "");
        IRebalanceLedger.Portfolio memory p = ledger.portfolio(_id());
        assertEq(p.attestedAt, START + 1 days, "attested");
        assertEq(p.head, head, "head");
        assertEq(p.epoch, 1, "epoch");
    }

    function testConfirmTakesTheLast32HeadsAndNoOlder() public {
        IRebalanceLedger.Head memory first = _head();
        Attestation memory a = _confirm();
        for (uint256 book = 2; book <= 32; ++book) {
            _rebalance(book, true);
            _later.push(IRebalanceLedger.Link(known.book, known.budget));
        }
        vm.warp(START + 10);
        (a.asOf, a.deadline) = (START + 1, START + 100);
        uint256 before = vm.snapshotState();
        _submitConfirm(a, first, "");
        vm.revertToState(before);
        _rebalance(33, true);
        _later.push(IRebalanceLedger.Link(known.book, known.budget));
        _submitConfirm(a, first, _wrong("epoch"));
    }

    function testConfirmOfAHeadThatNeverWasIsRefused() public {
        vm.warp(START + 10);
        Attestation memory a = _confirm();
        IRebalanceLedger.Head memory head = _head();
        head.book += 1;
        _submitConfirm(a, head, _wrong("commitment"));
        a.commitment += 1;
        _submitConfirm(a, head, _wrong("head"));
        a.head = keccak256(abi.encode(head.previous, head.book, head.budget));
        bytes4 selector = IRebalanceLedger.WrongHead.selector;
        _submitConfirm(a, head, abi.encodeWithSelector(selector, _id(), _headHash(), a.head));
        a = _confirm();
        a.epoch = 2;
        _submitConfirm(a, _head(), _wrong("epoch"));
        a = _confirm();
        a.amount = 1;
        _submitConfirm(a, _head(), _wrong("amount"));
        a = _confirm();
        a.flowId = "x";
        _submitConfirm(a, _head(), _wrong("flowId"));
    }

    function testConfirmReplayedIsRefused() public {
        vm.warp(START + 10);
        Attestation memory a = _confirm();
        _submitConfirm(a, _head(), "");
        bytes4 selector = IRebalanceLedger.AttestationNotNewer.selector;
        _submitConfirm(a, _head(), abi.encodeWithSelector(selector, START + 10, START + 10));
    }

    function testConfirmOfAHeadBeforeAReplacementIsRefused() public {
        vm.warp(START + 10);
        Attestation memory a = _confirm();
        IRebalanceLedger.Head memory head = _head();
        _replace(55);
        _later.push(IRebalanceLedger.Link(known.book, known.budget));
        a.asOf = START + 11;
        vm.warp(START + 11);
        Word[] memory words = _attest(a, ATTESTOR_KEY);
        IRebalanceLedger.Link[] memory later = _later;
        vm.expectPartialRevert(IRebalanceLedger.WrongHead.selector);
        ledger.attest(a, words, head, later);
    }

    /// @dev Exploit 1: every attestation is good for its own kind only.
    function testNoKindPassesForAnother() public {
        for (uint8 given; given < 4; ++given) {
            Attestation memory a = _confirm();
            (a.kind, a.asOf) = (Kind(given), block.timestamp);
            Word[] memory words = _attest(a, ATTESTOR_KEY);
            IRebalanceLedger.Head memory head = _head();
            IRebalanceLedger.Submission memory s = _submission(_x(2, true), 1);
            bytes4 selector = IRebalanceLedger.WrongKind.selector;
            if (given != uint8(Kind.Confirm)) {
                vm.expectRevert(abi.encodeWithSelector(selector, given, Kind.Confirm));
                ledger.attest(a, words, head, new IRebalanceLedger.Link[](0));
            }
            if (given != uint8(Kind.Flow)) {
                vm.expectRevert(abi.encodeWithSelector(selector, given, Kind.Flow));
                ledger.recordFlow(a, words);
            }
            if (given != uint8(Kind.Replace)) {
                vm.expectRevert(abi.encodeWithSelector(selector, given, Kind.Replace));
                ledger.replaceBook(a, words, head, "");
            }
            vm.expectRevert(abi.encodeWithSelector(IRebalanceLedger.PortfolioExists.selector, _id()));
            ledger.open(_creation(), s, a, words);
        }
    }

    function testFlowsCountOnce() public {
        _flow(10, "a");
        Attestation memory a = _attestation(Kind.Flow);
        (a.amount, a.flowId) = (10, "a");
        _refusedFlow(a, abi.encodeWithSelector(IRebalanceLedger.FlowUsed.selector, _id(), bytes32("a")));
        vm.warp(START + 60);
        _market(901);
        known.netFlow = 10;
        _rebalance(2, true);
        a = _attestation(Kind.Flow);
        (a.amount, a.flowId) = (10, "a");
        _refusedFlow(a, abi.encodeWithSelector(IRebalanceLedger.FlowUsed.selector, _id(), bytes32("a")));
    }

    function _refusedFlow(Attestation memory a, bytes memory error_) private {
        Word[] memory words = _attest(a, ATTESTOR_KEY);
        vm.expectRevert(error_);
        ledger.recordFlow(a, words);
    }

    function testTheAttestedBookHoldsEarlierFlows() public {
        Attestation memory a = _attestation(Kind.Flow);
        (a.amount, a.flowId, a.asOf) = (900, "before opening", START - 1);
        _refusedFlow(a, _wrong("asOf"));
        _flow(900, "f");
        vm.warp(START + 60);
        Attestation memory early = _replacement(55);
        early.asOf = START - 1;
        Word[] memory words = _attest(early, ATTESTOR_KEY);
        bytes memory manager = _replaceAuthorization(55, MANAGER_KEY);
        IRebalanceLedger.Head memory head = _head();
        vm.expectRevert(_wrong("asOf"));
        ledger.replaceBook(early, words, head, manager);

        _replace(55);
        a = _attestation(Kind.Flow);
        (a.amount, a.flowId) = (900, "recorded late");
        _refusedFlow(a, _wrong("asOf"));
        _market(901);
        _rebalance(56, true); // nets no flow: the reconciled book had it
        vm.warp(START + 120);
        _flow(7, "after");
        _market(902);
        known.netFlow = 7;
        _rebalance(57, true);
    }

    function testFlowsHaveTheirWidthAndForm() public {
        Attestation memory a = _attestation(Kind.Flow);
        a.flowId = "w";
        _refusedFlow(a, _wrong("amount"));
        a.amount = 1 << 126;
        _refusedFlow(a, _wrong("amount"));
        a.amount = -(1 << 126);
        _refusedFlow(a, _wrong("amount"));
        a.amount = type(int256).min;
        _refusedFlow(a, _wrong("amount"));
        (a.amount, a.epoch) = (1, 1);
        _refusedFlow(a, _wrong("epoch"));
        (a.epoch, a.head) = (0, "h");
        _refusedFlow(a, _wrong("head"));
        (a.head, a.commitment) = (0, 1);
        _refusedFlow(a, _wrong("commitment"));
        _flow((1 << 126) - 1, "w");
        (a.commitment, a.amount, a.flowId) = (0, 1, "beyond the width of the sum");
        _refusedFlow(a, abi.encodeWithSelector(IRebalanceLedger.FlowsFull.selector, _id()));
        _flow(-1, "back");
    }

    function testWaitingFlowsAreAtMost64() public {
        for (uint256 i; i < 64; ++i) _flow(1, bytes32(i + 1));
        Attestation memory a = _attestation(Kind.Flow);
        (a.amount, a.flowId) = (1, "one more");
        _refusedFlow(a, abi.encodeWithSelector(IRebalanceLedger.FlowsFull.selector, _id()));
        vm.warp(START + 60);
        _market(901);
        known.netFlow = 64;
        _rebalance(2, true);
        _flow(1, "one more");
    }

    function testAttestorsAreListedForTheirTierAndSignInTime() public {
        Attestation memory a = _attestation(Kind.Flow);
        (a.amount, a.flowId, a.asOf) = (1, "f", block.timestamp + 1);
        _refusedFlow(a, _wrong("asOf"));
        (a.asOf, a.deadline) = (block.timestamp, block.timestamp - 1);
        _refusedFlow(a, abi.encodeWithSelector(IRebalanceLedger.AttestationExpired.selector, START - 1));
        a.deadline = block.timestamp;
        _refusedWord(a, _word(a, ATTESTOR_KEY, 3), _notAttested(ATTESTOR_KEY, 3));
        _refusedWord(a, _word(a, ATTESTOR_KEY, 0), abi.encodeWithSelector(IRebalanceLedger.TierTooLow.selector, 0, 1));
        _refusedWord(a, _word(a, STRANGER_KEY, 1), _notAttested(STRANGER_KEY, 1));
        Word memory forged = _word(a, STRANGER_KEY, 1);
        forged.attestor = vm.addr(ATTESTOR_KEY);
        _refusedWord(a, forged, _notAttested(ATTESTOR_KEY, 1));
        Word memory ofAnother = _word(a, ATTESTOR_KEY, 1);
        a.amount = 2;
        _refusedWord(a, ofAnother, _notAttested(ATTESTOR_KEY, 1));
        Word[] memory words = new Word[](1);
        words[0] = _word(a, ATTESTOR_KEY, 2);
        ledger.recordFlow(a, words);
    }

    function _notAttested(uint256 key, uint8 tier) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IRebalanceLedger.NotAttested.selector, vm.addr(key), tier);
    }

    function _refusedWord(Attestation memory a, Word memory word, bytes memory error_) private {
        Word[] memory words = new Word[](1);
        words[0] = word;
        vm.expectRevert(error_);
        ledger.recordFlow(a, words);
    }

    function testAnAttestationIsForOneChainAndOneLedger() public {
        Attestation memory a = _attestation(Kind.Flow);
        (a.amount, a.flowId) = (1, "f");
        Word[] memory here = _attest(a, ATTESTOR_KEY);
        vm.chainId(1);
        vm.expectPartialRevert(IRebalanceLedger.NotAttested.selector);
        ledger.recordFlow(a, here);
        Word[] memory there = _attest(a, ATTESTOR_KEY);
        ledger.recordFlow(a, there);
    }

    function testReplacementNeedsBothWordsAndTheCurrentHead() public {
        Attestation memory a = _replacement(55);
        Word[] memory words = _attest(a, ATTESTOR_KEY);
        IRebalanceLedger.Head memory head = _head();
        bytes memory stranger = _replaceAuthorization(55, STRANGER_KEY);
        vm.expectPartialRevert(IRebalanceLedger.NotAuthorized.selector);
        ledger.replaceBook(a, words, head, stranger);
        bytes memory other = _replaceAuthorization(56, MANAGER_KEY);
        vm.expectPartialRevert(IRebalanceLedger.NotAuthorized.selector);
        ledger.replaceBook(a, words, head, other);
        bytes memory manager = _replaceAuthorization(55, MANAGER_KEY);
        Word[] memory forged = _attest(a, STRANGER_KEY);
        vm.expectPartialRevert(IRebalanceLedger.NotAttested.selector);
        ledger.replaceBook(a, forged, head, manager);

        _rebalance(2, true);
        vm.expectPartialRevert(IRebalanceLedger.WrongHead.selector);
        ledger.replaceBook(a, words, head, manager);
        head = _head();
        vm.expectRevert(_wrong("head"));
        ledger.replaceBook(a, words, head, manager);
        a = _replacement(PublicVector.FIELD);
        words = _attest(a, ATTESTOR_KEY);
        vm.expectRevert(_wrong("commitment"));
        ledger.replaceBook(a, words, head, manager);
    }

    function testReplacementKeepsTheBudgetRaisesTheEpochAndHappensOnce() public {
        uint256 budget = known.budget;
        Attestation memory a = _replacement(55);
        Word[] memory words = _attest(a, ATTESTOR_KEY);
        bytes memory manager = _replaceAuthorization(55, MANAGER_KEY);
        _replace(55);
        IRebalanceLedger.Portfolio memory p = ledger.portfolio(_id());
        assertEq(p.head, keccak256(abi.encode(bytes32(0), uint256(55), budget)), "head");
        assertEq(p.epoch, 2, "epoch");
        IRebalanceLedger.LastProof memory proof = ledger.lastProof(_id());
        assertTrue(proof.epoch == 1 && proof.replacedSince, "last proof");
        IRebalanceLedger.Head memory head = _head();
        vm.expectRevert(_wrong("head"));
        ledger.replaceBook(a, words, head, manager);
        _replace(56);
        assertEq(ledger.lastProof(_id()).epoch, 1, "still the last proof");
        _rebalance(57, true);
        assertEq(ledger.lastProof(_id()).epoch, 4, "proven again");
    }
}
