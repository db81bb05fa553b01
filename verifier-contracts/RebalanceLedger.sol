// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IAttestorList} from "./interfaces/IAttestorList.sol";
import {IGroth16Verifier} from "./interfaces/IGroth16Verifier.sol";
import {Core, Creation, IMandates} from "./interfaces/IMandates.sol";
import {IMarketSnapshots} from "./interfaces/IMarketSnapshots.sol";
import {IRebalanceLedger} from "./interfaces/IRebalanceLedger.sol";
import {ITradeExecutor} from "./interfaces/ITradeExecutor.sol";
import {LedgerAttestations} from "./LedgerAttestations.sol";
import {LedgerViews} from "./LedgerViews.sol";
import {Attestation, Kind, Word} from "./libraries/Attestations.sol";
import {Claims} from "./libraries/Claims.sol";
import {Layout} from "./libraries/Layout.sol";
import {Flags, Stored} from "./libraries/LedgerStorage.sol";
import {PublicVector} from "./libraries/PublicVector.sol";
import {TradeExecutor} from "./TradeExecutor.sol";

/// @title  RebalanceLedger
/// @dev    Every element of a step's public vector but the new commitments is taken from storage, so a proof made for
///         another portfolio, chain, ledger, epoch, mandate, snapshot or flow cannot verify here. A sealed step loops over
///         no slots: its cost does not grow with the book. No path sets a commitment without a proof, or an attestation
///         together with the manager's signature.
contract RebalanceLedger is LedgerViews {
    bytes32 private constant AUTHORIZATION_TYPE = keccak256("Authorization(bytes32 statement)");
    bytes32 private constant CLOSE_TYPE = keccak256("Close(bytes32 portfolioId,uint256 epoch)");
    uint256 private constant PAYLOAD_MAX = 4096;

    IMarketSnapshots public immutable SNAPSHOTS;
    IMandates public immutable MANDATES;
    uint256 public immutable EMPTY_BUDGET;
    ITradeExecutor public immutable EXECUTOR;

    constructor(
        IGroth16Verifier verifier,
        IMarketSnapshots snapshots,
        IMandates mandates,
        bytes32 circuitId,
        uint256 emptyBudget,
        IAttestorList attestors
    ) LedgerAttestations(verifier, circuitId, attestors) {
        (SNAPSHOTS, MANDATES, EMPTY_BUDGET) = (snapshots, mandates, emptyBudget);
        EXECUTOR = new TradeExecutor(mandates, snapshots);
    }

    /// @inheritdoc IRebalanceLedger
    function open(
        Creation calldata creation,
        Submission calldata submission,
        Attestation calldata attestation,
        Word[] calldata words
    ) external returns (bytes32 id) {
        id = keccak256(abi.encode(creation));
        Stored storage stored = _portfolios[id];
        if (stored.flags != 0) revert PortfolioExists(id);
        stored.mandate = MANDATES.active(id);
        if (stored.mandate == address(0)) revert NoMandate(id);
        if (!submission.step.compliant) revert OpeningNotCompliant(id);
        uint8 tier = _checkAttested(attestation, words, Kind.Open, stored.mandate);
        _checkNoFlow(attestation);
        if (attestation.portfolioId != id) revert WrongAttestation("portfolioId");
        if (attestation.epoch != 0) revert WrongAttestation("epoch");
        if (attestation.head != 0) revert WrongAttestation("head");
        if (attestation.commitment != submission.step.newBook) revert WrongAttestation("commitment");

        _setAttested(stored, attestation.asOf, tier, words.length);
        stored.bookAsOf = uint40(attestation.asOf);
        emit Opened(id, creation);
        uint256[] memory x = new uint256[](Layout.REBALANCE_HEAD_LENGTH);
        (x[Layout.REBALANCE_OLD_BOOK], x[Layout.REBALANCE_OLD_BUDGET]) = (submission.step.newBook, EMPTY_BUDGET);
        (uint256 alpha, uint256 beta) = _step(id, stored, x, submission);
        _prove(submission, alpha, beta);
    }

    /// @inheritdoc IRebalanceLedger
    function rebalance(bytes32 portfolioId, Head calldata head, Submission calldata submission) external {
        Stored storage stored = _standingAt(portfolioId, head);
        uint256[] memory x = new uint256[](Layout.REBALANCE_HEAD_LENGTH);
        (uint256 alpha, uint256 beta) = _rebalance(portfolioId, stored, x, head, submission);
        _prove(submission, alpha, beta);
    }

    /// @inheritdoc IRebalanceLedger
    function rebalanceOpen(
        bytes32 portfolioId,
        Head calldata head,
        Submission calldata submission,
        uint256[] calldata legs
    ) external {
        Stored storage stored = _standingAt(portfolioId, head);
        uint256[] memory x = new uint256[](Layout.REBALANCE_HEAD_LENGTH + legs.length);
        x[Layout.REBALANCE_OPEN] = 1;
        for (uint256 i; i < legs.length; ++i) x[Layout.REBALANCE_HEAD_LENGTH + i] = legs[i];
        (uint256 alpha, uint256 beta) = _rebalance(portfolioId, stored, x, head, submission);
        _prove(submission, alpha, beta);
        // Proven, and everything is written but the improvement: whoever calls back now finds the portfolio as it will be.
        uint256 improvement = EXECUTOR.execute(portfolioId, legs, submission.sealedTrade);
        if (improvement == 0) return;
        if (improvement >> Layout.BITS_VALUE != 0) revert FlowsFull(portfolioId);
        _keepFlow(portfolioId, stored, int256(improvement), block.timestamp);
        emit ImprovementRecorded(portfolioId, x[Layout.REBALANCE_EPOCH], improvement);
    }

    /// @inheritdoc IRebalanceLedger
    function rebalanceBatch(Entry[] calldata entries) external returns (uint256 applied) {
        bytes memory claims = Claims.room(entries.length);
        bytes32 last;
        for (uint256 i; i < entries.length; ++i) {
            Entry calldata entry = entries[i];
            if (entry.portfolioId <= last) revert EntryOutOfOrder(entry.portfolioId);
            last = entry.portfolioId;
            Stored storage stored = _open(last);
            if (_isApplied(last, stored.head, entry)) continue;
            uint256 free = Claims.mark();
            uint256[] memory x = new uint256[](Layout.REBALANCE_HEAD_LENGTH);
            (uint256 alpha, uint256 beta) = _rebalance(last, stored, x, entry.head, entry.submission);
            Claims.put(claims, applied++, entry.submission.proof, entry.submission.step.digest, alpha, beta);
            Claims.release(free);
        }
        Claims.cut(claims, applied);
        if (applied != 0 || entries.length == 0) VERIFIER.verifyBatch(CIRCUIT_ID, claims);
    }

    /// @inheritdoc IRebalanceLedger
    function close(bytes32 portfolioId, bytes calldata authorization) external {
        Stored storage stored = _open(portfolioId);
        if (msg.sender != MANDATES.governorOf(portfolioId)) revert WrongCaller(msg.sender);
        Core memory core = abi.decode(stored.mandate.code, (Core));
        bytes32 structHash = keccak256(abi.encode(CLOSE_TYPE, portfolioId, uint256(stored.epoch)));
        _checkAuthorized(portfolioId, core.manager, structHash, authorization);
        stored.flags |= Flags.CLOSED;
        emit Closed(portfolioId, stored.epoch);
    }

    /// @inheritdoc IRebalanceLedger
    function adoptMandate(bytes32 portfolioId, address blob) external {
        if (msg.sender != address(MANDATES)) revert WrongCaller(msg.sender);
        Stored storage stored = _portfolios[portfolioId];
        if (stored.flags & (Flags.OPEN | Flags.CLOSED) != Flags.OPEN) return;
        Core memory from = abi.decode(stored.mandate.code, (Core));
        Core memory to = abi.decode(blob.code, (Core));
        if (to.universeId != from.universeId && stored.flags & Flags.UNIVERSE_CHANGED == 0) {
            stored.bookUniverse = from.universeId;
            stored.flags |= Flags.UNIVERSE_CHANGED;
        }
        // A change of managers keeps the version: what was proven under it still is.
        if (to.version != from.version) stored.flags |= Flags.MANDATE_CHANGED;
        stored.mandate = blob;
        emit MandateAdopted(portfolioId, to.version);
    }

    /// @dev An open portfolio whose head this is.
    function _standingAt(bytes32 id, Head calldata head) private view returns (Stored storage stored) {
        stored = _open(id);
        _checkHead(id, stored.head, head);
    }

    /// @dev False when the portfolio stands where the entry's step starts, true when it stands where the step ends.
    function _isApplied(bytes32 id, bytes32 current, Entry calldata entry) private pure returns (bool) {
        bytes32 given = _hash(entry.head.previous, entry.head.book, entry.head.budget);
        if (given == current) return false;
        Step calldata step = entry.submission.step;
        if (_hash(given, step.newBook, step.newBudget) == current) return true;
        revert WrongHead(id, current, given);
    }

    function _rebalance(
        bytes32 id,
        Stored storage stored,
        uint256[] memory x,
        Head calldata head,
        Submission calldata submission
    ) private returns (uint256, uint256) {
        if (submission.step.newBook == head.book) revert BookUnchanged(id);
        (x[Layout.REBALANCE_OLD_BOOK], x[Layout.REBALANCE_OLD_BUDGET]) = (head.book, head.budget);
        return _step(id, stored, x, submission);
    }

    /// @dev Completes the public vector, checks the manager's word, and moves the portfolio at one go. The proof of what is
    ///      returned is still owed: it is checked last in the same transaction, all of which a false one undoes. Until then
    ///      only contracts can look that this one calls, and those it calls without leave to write.
    function _step(bytes32 id, Stored storage stored, uint256[] memory x, Submission calldata submission)
        private
        returns (uint256 alpha, uint256 beta)
    {
        Step calldata step = submission.step;
        bytes calldata sealedTrade = submission.sealedTrade;
        if (step.open != (x[Layout.REBALANCE_OPEN] == 1)) revert WrongTradeForm(id);
        if (sealedTrade.length == 0 || sealedTrade.length > PAYLOAD_MAX) {
            revert WrongPayloadLength(sealedTrade.length, PAYLOAD_MAX);
        }
        x[Layout.REBALANCE_PAYLOAD] = uint256(keccak256(sealedTrade)) >> 8;
        (address manager, uint256 time, uint256 flows) = _fill(id, stored, x, step);
        (alpha, beta) = _authorized(id, manager, x, submission);
        _record(stored, x[Layout.REBALANCE_EPOCH], time, flows, step.compliant);
        stored.head = _hash(stored.head, step.newBook, step.newBudget);
        emit Rebalanced(id, x[Layout.REBALANCE_EPOCH], x, step.digest, submission.proof, sealedTrade);
    }

    function _authorized(bytes32 id, address manager, uint256[] memory x, Submission calldata submission)
        private
        view
        returns (uint256 alpha, uint256 beta)
    {
        bytes32 statement;
        (statement, alpha, beta) = PublicVector.signals(CIRCUIT_ID, x, submission.step.digest);
        bytes32 structHash = keccak256(abi.encode(AUTHORIZATION_TYPE, statement));
        _checkAuthorized(id, manager, structHash, submission.authorization);
    }

    function _prove(Submission calldata submission, uint256 alpha, uint256 beta) private view {
        VERIFIER.verify(CIRCUIT_ID, submission.proof, submission.step.digest, alpha, beta);
    }

    /// @dev Fills in what storage, mandate and snapshot say; returns the snapshot's time and how many flows are due by then.
    function _fill(bytes32 id, Stored storage stored, uint256[] memory x, Step calldata step)
        private
        view
        returns (address, uint256 time, uint256 flows)
    {
        // Read together, a slot is read once.
        (address mandate, uint32 epoch, uint40 last) = (stored.mandate, stored.epoch, stored.snapshotTime);
        Core memory core = abi.decode(mandate.code, (Core));
        time = SNAPSHOTS.usable(core.universeId, step.marketDigest, core.marketMaxAge, core.grace, last);
        x[Layout.REBALANCE_DOMAIN] = domainOf(id);
        x[Layout.REBALANCE_EPOCH] = epoch + 1;
        x[Layout.REBALANCE_NEW_BOOK] = step.newBook;
        x[Layout.REBALANCE_NEW_BUDGET] = step.newBudget;
        x[Layout.REBALANCE_TRADE] = step.trade;
        x[Layout.REBALANCE_MANDATE_DIGEST] = core.digest;
        x[Layout.REBALANCE_MARKET_DIGEST] = step.marketDigest;
        x[Layout.REBALANCE_OLD_UNIVERSE] = core.universeId;
        x[Layout.REBALANCE_WINDOW] = time / core.windowLength;
        x[Layout.REBALANCE_COMPLIANT] = step.compliant ? 1 : 0;
        if (stored.flags & Flags.UNIVERSE_CHANGED != 0) {
            x[Layout.REBALANCE_OLD_UNIVERSE] = stored.bookUniverse;
            x[Layout.REBALANCE_CHANGED] = SNAPSHOTS.changedMask(stored.bookUniverse, core.universeId);
        }
        if (stored.pendingFlows != 0) {
            int256 netFlow;
            (netFlow, flows) = netFlowAt(id, time);
            x[Layout.REBALANCE_NET_FLOW] = PublicVector.toField(netFlow);
        }
        return (core.manager, time, flows);
    }

    /// @dev Consumes the flows that are due and writes slot 1.
    function _record(Stored storage stored, uint256 epoch, uint256 time, uint256 flows, bool compliant) private {
        if (flows != 0) {
            stored.consumedFlows += uint32(flows);
            stored.pendingFlows -= uint16(flows);
        }
        uint8 flags = stored.flags;
        bool wasCompliant = flags == 0 || flags & Flags.COMPLIANT != 0;
        if (!compliant && wasCompliant) stored.amberSince = uint40(block.timestamp);
        flags = compliant ? Flags.OPEN | Flags.COMPLIANT : Flags.OPEN;
        (stored.epoch, stored.snapshotTime, stored.flags) = (uint32(epoch), uint40(time), flags);
    }
}
