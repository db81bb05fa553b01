// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IRebalanceLedger} from "../../verifier-contracts/interfaces/IRebalanceLedger.sol";
import {Attestation, Kind, Word} from "../../verifier-contracts/libraries/Attestations.sol";
import {PortfolioStatus} from "../../verifier-contracts/libraries/PortfolioStatus.sol";
import {LedgerFixture} from "./LedgerFixture.sol";

/// @notice Where a mandate asks for two attestors of the same, of a list of three.
contract QuorumTest is LedgerFixture {
    uint256 private constant SECOND_KEY = 0xC1;
    uint256 private constant THIRD_KEY = 0xC2;

    /// @dev Keys in ascending order of their addresses.
    uint256[3] private _sorted = [ATTESTOR_KEY, SECOND_KEY, THIRD_KEY];

    function setUp() public override {
        super.setUp();
        vm.prank(LIST_GOVERNOR);
        attestors.scheduleAttestor(vm.addr(SECOND_KEY), 3);
        vm.prank(LIST_GOVERNOR);
        attestors.scheduleAttestor(vm.addr(THIRD_KEY), 1);
        for (uint256 i; i < 3; ++i) {
            for (uint256 k = i + 1; k < 3; ++k) {
                if (vm.addr(_sorted[k]) >= vm.addr(_sorted[i])) continue;
                (_sorted[i], _sorted[k]) = (_sorted[k], _sorted[i]);
            }
        }
        vm.warp(START + NOTICE);
        _market(901);
    }

    /// @dev Tightened at once to a quorum of two.
    function _two() private {
        _schedule(_limits(universeId), _withTerm(_terms(), 8, 2), 501);
        mandates.activate(_id());
        known.mandate = 501;
    }

    function _words(Attestation memory a, uint256 count) private view returns (Word[] memory words) {
        words = new Word[](count);
        for (uint256 i; i < count; ++i) words[i] = _word(a, _sorted[i], 1);
    }

    function _flowOf(int256 amount) private view returns (Attestation memory a) {
        a = _attestation(Kind.Flow);
        (a.amount, a.flowId) = (amount, "f");
    }

    function _refused(Attestation memory a, Word[] memory words, bytes memory error_) private {
        vm.expectRevert(error_);
        ledger.recordFlow(a, words);
    }

    function _tooFew(uint256 given) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IRebalanceLedger.TooFewAttestors.selector, given, 2);
    }

    function testEveryKindOfAttestationNeedsTheQuorum() public {
        _two();
        Attestation memory a = _attestation(Kind.Open);
        (a.commitment, a.asOf) = (known.book, block.timestamp - 1);
        IRebalanceLedger.Submission memory s = _submission(_x(known.book, true), 77);
        (Word[] memory one, Word[] memory two) = (_words(a, 1), _words(a, 2));
        vm.expectRevert(_tooFew(1));
        ledger.open(_creation(), s, a, one);
        ledger.open(_creation(), s, a, two);
        _advance(_x(known.book, true));

        a = _confirm();
        (one, two) = (_words(a, 1), _words(a, 2));
        IRebalanceLedger.Head memory head = _head();
        IRebalanceLedger.Link[] memory none = new IRebalanceLedger.Link[](0);
        vm.expectRevert(_tooFew(1));
        ledger.attest(a, one, head, none);
        ledger.attest(a, two, head, none);

        a = _flowOf(5);
        (one, two) = (_words(a, 1), _words(a, 2));
        _refused(a, one, _tooFew(1));
        _refused(a, new Word[](0), _tooFew(0));
        ledger.recordFlow(a, two);

        a = _replacement(55);
        (one, two) = (_words(a, 1), _words(a, 2));
        bytes memory authorization = _replaceAuthorization(55, MANAGER_KEY);
        vm.expectRevert(_tooFew(1));
        ledger.replaceBook(a, one, head, authorization);
        ledger.replaceBook(a, two, head, authorization);
    }

    function testEachAttestorStandsOnceInAscendingOrder() public {
        _openPortfolio();
        _two();
        Attestation memory a = _flowOf(5);
        Word[] memory words = _words(a, 2);
        words[1] = words[0];
        bytes4 selector = IRebalanceLedger.AttestorsNotAscending.selector;
        _refused(a, words, abi.encodeWithSelector(selector, 1));
        words = _words(a, 2);
        (words[0], words[1]) = (words[1], words[0]);
        _refused(a, words, abi.encodeWithSelector(selector, 1));
        words = _words(a, 3);
        (words[1], words[2]) = (words[2], words[1]);
        _refused(a, words, abi.encodeWithSelector(selector, 2));
        words = _words(a, 2);
        words[0].attestor = address(0);
        _refused(a, words, abi.encodeWithSelector(selector, 0));
        ledger.recordFlow(a, _words(a, 3));
    }

    function testEveryWordIsOnTheSame() public {
        _openPortfolio();
        _two();
        for (uint256 field; field < 9; ++field) {
            (Attestation memory a, Attestation memory other) = (_flowOf(5), _flowOf(5));
            if (field == 0) other.kind = Kind.Confirm;
            if (field == 1) other.portfolioId = "other";
            if (field == 2) other.epoch = 1;
            if (field == 3) other.head = "head";
            if (field == 4) other.commitment = 1;
            if (field == 5) other.amount = 6;
            if (field == 6) other.flowId = "g";
            if (field == 7) other.asOf -= 1;
            if (field == 8) other.deadline += 1;
            for (uint256 i; i < 2; ++i) {
                Word[] memory words = _words(a, 2);
                words[i] = _word(other, _sorted[i], 1);
                _refused(a, words, _notAttested(words[i]));
            }
        }
    }

    function testEveryWordIsOfAListedAttestorAndItsOwnEvidence() public {
        _openPortfolio();
        _two();
        Attestation memory a = _flowOf(5);
        for (uint256 i; i < 2; ++i) {
            Word[] memory words = _words(a, 2);
            words[i].evidence = "another";
            _refused(a, words, _notAttested(words[i]));
            words = _words(a, 2);
            words[i].tier = 2;
            _refused(a, words, _notAttested(words[i]));
            words = _words(a, 2);
            words[i].signature = words[1 - i].signature;
            _refused(a, words, _notAttested(words[i]));
        }
    }

    function _notAttested(Word memory word) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IRebalanceLedger.NotAttested.selector, word.attestor, word.tier);
    }

    /// @dev The record keeps how many stood for it and the weakest evidence.
    function testAnAttestationIsAsStrongAsTheWeakest() public {
        _openPortfolio();
        _confirmBy(3, 2);
        IRebalanceLedger.Portfolio memory p = ledger.portfolio(_id());
        assertTrue(p.attestedBy == 2 && p.attestedTier == 2, "both of tier 2 or better");
        vm.warp(block.timestamp + 1);
        _confirmBy(3, 1);
        p = ledger.portfolio(_id());
        assertTrue(p.attestedBy == 2 && p.attestedTier == 1, "one of tier 1");
    }

    function testAQuorumRaisedMakesAnAttestationOfFewerStale() public {
        _openPortfolio();
        _two();
        _rebalance(2, true);
        (IRebalanceLedger.Verdict verdict, uint256 reasons) = ledger.status(_id());
        assertEq(uint256(verdict), uint256(IRebalanceLedger.Verdict.Stale), "one is not enough");
        assertEq(reasons, PortfolioStatus.ATTESTATION_WEAK, "why");
        _confirmBy(3, 2);
        (verdict, reasons) = ledger.status(_id());
        assertEq(uint256(verdict), uint256(IRebalanceLedger.Verdict.Green), "two are");
    }

    /// @dev Confirms by the attestors who may state tiers 3 and 2, stating these.
    function _confirmBy(uint8 second, uint8 first) private {
        Attestation memory a = _confirm();
        Word[] memory words = new Word[](2);
        (words[0], words[1]) = (_word(a, ATTESTOR_KEY, first), _word(a, SECOND_KEY, second));
        if (words[0].attestor > words[1].attestor) (words[0], words[1]) = (words[1], words[0]);
        ledger.attest(a, words, _head(), new IRebalanceLedger.Link[](0));
    }
}
