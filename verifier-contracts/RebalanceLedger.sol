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
    /// @dev What a step's proof is checked against, beside its digest.
    struct Signals {
        bytes32 circuitId;
        uint256 alpha;
        uint256 beta;
    }

    bytes32 private constant AUTHORIZATION_TYPE = keccak256("Authorization(bytes32 statement)");
    bytes32 private constant CLOSE_TYPE = keccak256("Close(bytes32 portfolioId,uint256 epoch)");
    uint256 private constant ROUTES_MAX = 4096;

    IMarketSnapshots public immutable SNAPSHOTS;
    IMandates public immutable MANDATES;
    uint256 public immutable EMPTY_BUDGET;
    uint256 public immutable SEALED_BYTES;
    ITradeExecutor public immutable EXECUTOR;

    constructor(
        IGroth16Verifier verifier,
        IMarketSnapshots snapshots,
        IMandates mandates,
        bytes32 circuitId,
        uint256 emptyBudget,
        uint256 sealedBytes,
        IAttestorList attestors
    ) LedgerAttestations(verifier, circuitId, attestors) {
        (SNAPSHOTS, MANDATES, EMPTY_BUDGET, SEALED_BYTES) = (snapshots, mandates, emptyBudget, sealedBytes);
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
        _prove(submission, _step(id, stored, x, submission));
    }

    /// @inheritdoc IRebalanceLedger
    function rebalance(bytes32 portfolioId, Head calldata head, Submission calldata submission) external {
        Stored storage stored = _standingAt(portfolioId, head);
        uint256[] memory x = new uint256[](Layout.REBALANCE_HEAD_LENGTH);
        _prove(submission, _rebalance(portfolioId, stored, x, head, submission));
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
        _prove(submission, _rebalance(portfolioId, stored, x, head, submission));
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
        (bytes32 last, bytes32 circuitId) = (0, CIRCUIT_ID);
        for (uint256 i; i < entries.length; ++i) {
            Entry calldata entry = entries[i];
            if (entry.portfolioId <= last) revert EntryOutOfOrder(entry.portfolioId);
            last = entry.portfolioId;
            Stored storage stored = _open(last);
            if (_isApplied(last, stored.head, entry)) continue;
            uint256 free = Claims.mark();
            uint256[] memory x = new uint256[](Layout.REBALANCE_HEAD_LENGTH);
            Signals memory signals = _rebalance(last, stored, x, entry.head, entry.submission);
            if (applied == 0) circuitId = signals.circuitId;
            if (signals.circuitId != circuitId) revert CircuitsDiffer(last);
            Claims.put(
                claims,
                applied++,
                entry.submission.proof,
                entry.submission.step.digest,
                signals.alpha,
                signals.beta
            );
            Claims.release(free);
        }
        Claims.cut(claims, applied);
        if (applied != 0 || entries.length == 0) VERIFIER.verifyBatch(circuitId, claims);
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
        // A change of managers keeps the version: what was proven under it still is. By another circuit nothing is, yet.
        bool unproven = to.version != from.version || to.circuitId != from.circuitId;
        if (unproven) stored.flags |= Flags.MANDATE_CHANGED;
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
    ) private returns (Signals memory) {
        if (submission.step.newBook == head.book) revert BookUnchanged(id);
        (x[Layout.REBALANCE_OLD_BOOK], x[Layout.REBALANCE_OLD_BUDGET]) = (head.book, head.budget);
        return _step(id, stored, x, submission);
    }

    /// @dev Completes the public vector, checks the manager's word, and moves the portfolio at one go. The proof of what is
    ///      returned is still owed: it is checked last in the same transaction, all of which a false one undoes. Until then
    ///      only contracts can look that this one calls, and those it calls without leave to write.
    function _step(bytes32 id, Stored storage stored, uint256[] memory x, Submission calldata submission)
        private
        returns (Signals memory signals)
    {
        Step calldata step = submission.step;
        bytes calldata sealedTrade = submission.sealedTrade;
        if (step.open != (x[Layout.REBALANCE_OPEN] == 1)) revert WrongTradeForm(id);
        (uint256 least, uint256 most) = step.open ? (1, ROUTES_MAX) : (SEALED_BYTES, SEALED_BYTES);
        if (sealedTrade.length < least || sealedTrade.length > most) {
            revert WrongPayloadLength(sealedTrade.length, most);
        }
        x[Layout.REBALANCE_PAYLOAD] = uint256(keccak256(sealedTrade)) >> 8;
        (Core memory core, uint256 time, uint256 flows) = _fill(id, stored, x, step);
        signals = _authorized(id, core, x, submission);
        _record(stored, x[Layout.REBALANCE_EPOCH], time, flows, step.compliant);
        stored.head = _hash(stored.head, step.newBook, step.newBudget);
        emit Rebalanced(id, x[Layout.REBALANCE_EPOCH], x, step.digest, submission.proof, sealedTrade);
    }

    function _authorized(bytes32 id, Core memory core, uint256[] memory x, Submission calldata submission)
        private
        view
        returns (Signals memory signals)
    {
        bytes32 statement;
        signals.circuitId = core.circuitId;
        (statement, signals.alpha, signals.beta) =
            PublicVector.signals(core.circuitId, x, submission.step.digest);
        bytes32 structHash = keccak256(abi.encode(AUTHORIZATION_TYPE, statement));
        _checkAuthorized(id, core.manager, structHash, submission.authorization);
    }

    function _prove(Submission calldata submission, Signals memory signals) private view {
        (bytes32 circuitId, uint256 c) = (signals.circuitId, submission.step.digest);
        VERIFIER.verify(circuitId, submission.proof, c, signals.alpha, signals.beta);
    }

    /// @dev Fills in what storage, mandate and snapshot say; returns the snapshot's time and how many flows are due by then.
    function _fill(bytes32 id, Stored storage stored, uint256[] memory x, Step calldata step)
        private
        view
        returns (Core memory core, uint256 time, uint256 flows)
    {
        // Read together, a slot is read once.
        (address mandate, uint32 epoch, uint40 last) = (stored.mandate, stored.epoch, stored.snapshotTime);
        core = abi.decode(mandate.code, (Core));
        time = SNAPSHOTS.usable(core.universeId, step.marketDigest, core.marketMaxAge, core.grace, last);
        x[Layout.REBALANCE_DOMAIN] = _domain(id, core.circuitId);
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
    }

    /// @dev First element of a portfolio's public vectors.
    function _domain(bytes32 portfolioId, bytes32 circuitId) private view returns (uint256) {
        return uint256(keccak256(abi.encode(block.chainid, address(this), portfolioId, circuitId))) >> 8;
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
