// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IRebalanceLedger} from "../../verifier-contracts/interfaces/IRebalanceLedger.sol";
import {Attestation, Kind, Word} from "../../verifier-contracts/libraries/Attestations.sol";
import {PublicVector} from "../../verifier-contracts/libraries/PublicVector.sol";
import {Fixture} from "./Fixture.sol";

/// @title  LedgerFixture
/// @notice A portfolio whose first mandate is active, and steps as an honest manager would send them. Public vectors are
///         built here from what the test knows, never read from the ledger.
abstract contract LedgerFixture is Fixture {
    uint256 internal constant MANDATE_DIGEST = 500;
    uint256 internal constant MARKET_DIGEST = 900;

    /// @dev What the manager believes the portfolio to be.
    struct Known {
        bytes32 previous;
        uint256 book;
        uint256 budget;
        uint256 epoch;
        uint256 mandate;
        uint256 market;
        uint256 marketTime;
        uint256 oldUniverse;
        uint256 changed;
        int256 netFlow;
    }

    Known internal known;
    /// @dev Who signs as manager.
    uint256 internal managerKey = MANAGER_KEY;
    /// @dev By what steps are proven.
    bytes32 internal circuit = REBALANCE;

    function setUp() public virtual override {
        super.setUp();
        _schedule(_limits(universeId), _terms(), MANDATE_DIGEST);
        mandates.activate(_id());
        _market(MARKET_DIGEST);
        (known.book, known.budget, known.mandate) = (1, EMPTY_BUDGET, MANDATE_DIGEST);
        known.oldUniverse = universeId;
    }

    function _market(uint256 digest) internal {
        _publish(60_000e8, digest);
        (known.market, known.marketTime) = (digest, block.timestamp);
    }

    /// @dev The public vector of the next step to book `book`, as the manager sees it.
    function _x(uint256 book, bool compliant) internal view returns (uint256[] memory x) {
        x = new uint256[](16);
        x[0] = uint256(keccak256(abi.encode(block.chainid, address(ledger), _id(), circuit))) >> 8;
        (x[1], x[2], x[3], x[4], x[5], x[6]) =
            (known.epoch + 1, known.book, book, known.budget, book + 1_000_000, book + 2_000_000);
        (x[7], x[8], x[9], x[10]) = (known.mandate, known.market, known.oldUniverse, known.changed);
        (x[11], x[12], x[13]) = (_field(known.netFlow), known.marketTime / 1 days, compliant ? 1 : 0);
        x[15] = uint256(keccak256(SEALED)) >> 8;
    }

    /// @dev Step, proof and signature for a public vector.
    function _submission(uint256[] memory x, uint256 c) internal view returns (IRebalanceLedger.Submission memory s) {
        s.step = IRebalanceLedger.Step({
            newBook: x[3],
            newBudget: x[5],
            trade: x[6],
            marketDigest: x[8],
            digest: c,
            compliant: x[13] == 1,
            open: x[14] == 1
        });
        (bytes32 statement, uint256 alpha, uint256 beta) = PublicVector.signals(circuit, x, c);
        s.proof = verifier.proofOf(circuit, c, alpha, beta);
        s.sealedTrade = SEALED;
        s.authorization = _authorization(statement, managerKey);
    }

    function _authorization(bytes32 statement, uint256 key) internal view returns (bytes memory) {
        bytes32 structHash = keccak256(abi.encode(keccak256("Authorization(bytes32 statement)"), statement));
        return signed(key, _typed(address(ledger), structHash));
    }

    function _head() internal view returns (IRebalanceLedger.Head memory) {
        return IRebalanceLedger.Head(known.previous, known.book, known.budget);
    }

    function _headHash() internal view returns (bytes32) {
        return keccak256(abi.encode(known.previous, known.book, known.budget));
    }

    function _advance(uint256[] memory x) internal {
        known.previous = known.epoch == 0 ? bytes32(0) : _headHash();
        (known.book, known.budget, known.epoch) = (x[3], x[5], known.epoch + 1);
        (known.oldUniverse, known.changed, known.netFlow) = (universeId, 0, 0);
    }

    function _openPortfolio() internal {
        uint256[] memory x = _x(known.book, true);
        Attestation memory attestation = _attestation(Kind.Open);
        // A second before, so that a flow may be dated at the opening.
        (attestation.commitment, attestation.asOf) = (known.book, block.timestamp - 1);
        ledger.open(_creation(), _submission(x, 77), attestation, _attest(attestation, ATTESTOR_KEY));
        _advance(x);
    }

    function _rebalance(uint256 book, bool compliant) internal {
        uint256[] memory x = _x(book, compliant);
        ledger.rebalance(_id(), _head(), _submission(x, 78));
        _advance(x);
    }

    function _attestation(Kind kind) internal view returns (Attestation memory attestation) {
        (attestation.kind, attestation.portfolioId) = (kind, _id());
        (attestation.asOf, attestation.deadline) = (block.timestamp, block.timestamp + 60);
    }

    /// @dev The word of the attestor with this key, on evidence of tier 1.
    function _attest(Attestation memory attestation, uint256 key) internal view returns (Word[] memory words) {
        words = new Word[](1);
        words[0] = _word(attestation, key, 1);
    }

    function _word(Attestation memory attestation, uint256 key, uint8 tier) internal view returns (Word memory) {
        bytes32 type_ = keccak256(
            "Attestation(uint8 kind,bytes32 portfolioId,uint256 epoch,bytes32 head,uint256 commitment,int256 amount,bytes32 flowId,uint256 asOf,uint256 deadline,uint8 tier,bytes32 evidence,address attestor)"
        );
        (bytes32 evidence, address attestor) = ("evidence", vm.addr(key));
        bytes memory encoded = abi.encode(type_, attestation, tier, evidence, attestor);
        return Word(attestor, tier, evidence, signed(key, _typed(address(ledger), keccak256(encoded))));
    }

    function _flow(int256 amount, bytes32 flowId) internal {
        Attestation memory attestation = _attestation(Kind.Flow);
        (attestation.amount, attestation.flowId) = (amount, flowId);
        ledger.recordFlow(attestation, _attest(attestation, ATTESTOR_KEY));
    }

    function _confirm() internal view returns (Attestation memory attestation) {
        attestation = _attestation(Kind.Confirm);
        (attestation.epoch, attestation.head, attestation.commitment) = (known.epoch, _headHash(), known.book);
    }

    function _replacement(uint256 book) internal view returns (Attestation memory attestation) {
        attestation = _attestation(Kind.Replace);
        (attestation.epoch, attestation.head, attestation.commitment) = (known.epoch, _headHash(), book);
    }

    function _replaceAuthorization(uint256 book, uint256 key) internal view returns (bytes memory) {
        bytes32 type_ = keccak256("ReplaceBook(bytes32 portfolioId,uint256 epoch,bytes32 head,uint256 newBook)");
        bytes32 structHash = keccak256(abi.encode(type_, _id(), known.epoch, _headHash(), book));
        return signed(key, _typed(address(ledger), structHash));
    }

    function _closeAuthorization(uint256 key) internal view returns (bytes memory) {
        bytes32 type_ = keccak256("Close(bytes32 portfolioId,uint256 epoch)");
        return signed(key, _typed(address(ledger), keccak256(abi.encode(type_, _id(), known.epoch))));
    }

    function _replace(uint256 book) internal {
        Attestation memory attestation = _replacement(book);
        bytes memory authorization = _replaceAuthorization(book, managerKey);
        ledger.replaceBook(attestation, _attest(attestation, ATTESTOR_KEY), _head(), authorization);
        (known.previous, known.book, known.epoch) = (0, book, known.epoch + 1);
    }
}
