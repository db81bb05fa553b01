// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IGroth16Verifier} from "./interfaces/IGroth16Verifier.sol";
import {Core, Creation, IMandates, Terms} from "./interfaces/IMandates.sol";
import {IMarketSnapshots} from "./interfaces/IMarketSnapshots.sol";
import {IRebalanceLedger} from "./interfaces/IRebalanceLedger.sol";
import {ITradeExecutor} from "./interfaces/ITradeExecutor.sol";
import {LedgerAttestations} from "./LedgerAttestations.sol";
import {Attestation, Kind} from "./libraries/Attestations.sol";
import {Layout} from "./libraries/Layout.sol";
import {Flags, Stored} from "./libraries/LedgerStorage.sol";
import {PortfolioStatus, Record} from "./libraries/PortfolioStatus.sol";
import {PublicVector} from "./libraries/PublicVector.sol";
import {TradeExecutor} from "./TradeExecutor.sol";

/// @title  RebalanceLedger
/// @dev    Every element of a step's public vector but the new commitments is taken from storage, so a proof made for
///         another portfolio, chain, ledger, epoch, mandate, snapshot or flow cannot verify here. A sealed step loops over
///         no slots: its cost does not grow with the book. No path sets a commitment without a proof, or an attestation
///         together with the manager's signature.
contract RebalanceLedger is LedgerAttestations {
    bytes32 private constant AUTHORIZATION_TYPE = keccak256("Authorization(bytes32 statement)");
    bytes32 private constant CLOSE_TYPE = keccak256("Close(bytes32 portfolioId,uint256 epoch)");
    uint256 private constant PAYLOAD_MAX = 4096;

    IGroth16Verifier public immutable VERIFIER;
    IMarketSnapshots public immutable SNAPSHOTS;
    IMandates public immutable MANDATES;
    bytes32 public immutable CIRCUIT_ID;
    uint256 public immutable EMPTY_BUDGET;
    ITradeExecutor public immutable EXECUTOR;

    constructor(
        IGroth16Verifier verifier,
        IMarketSnapshots snapshots,
        IMandates mandates,
        bytes32 circuitId,
        uint256 emptyBudget,
        address[] memory attestors,
        uint8[] memory tiers
    ) LedgerAttestations(attestors, tiers) {
        (VERIFIER, SNAPSHOTS, MANDATES) = (verifier, snapshots, mandates);
        (CIRCUIT_ID, EMPTY_BUDGET) = (circuitId, emptyBudget);
        EXECUTOR = new TradeExecutor(mandates, snapshots);
    }

    /// @inheritdoc IRebalanceLedger
    function open(
        Creation calldata creation,
        Submission calldata submission,
        Attestation calldata attestation,
        bytes calldata attestorSignature
    ) external returns (bytes32 id) {
        id = keccak256(abi.encode(creation));
        Stored storage stored = _portfolios[id];
        if (stored.flags != 0) revert PortfolioExists(id);
        stored.mandate = MANDATES.active(id);
        if (stored.mandate == address(0)) revert NoMandate(id);
        if (!submission.step.compliant) revert OpeningNotCompliant(id);
        _checkAttested(attestation, attestorSignature, Kind.Open, stored.mandate);
        _checkNoFlow(attestation);
        if (attestation.portfolioId != id) revert WrongAttestation("portfolioId");
        if (attestation.epoch != 0) revert WrongAttestation("epoch");
        if (attestation.head != 0) revert WrongAttestation("head");
        if (attestation.commitment != submission.step.newBook) revert WrongAttestation("commitment");

        _setAttested(stored, attestation);
        stored.bookAsOf = uint40(attestation.asOf);
        emit Opened(id, creation, attestation.attestor, attestation.evidence);
        uint256[] memory x = new uint256[](Layout.REBALANCE_HEAD_LENGTH);
        (x[Layout.REBALANCE_OLD_BOOK], x[Layout.REBALANCE_OLD_BUDGET]) = (submission.step.newBook, EMPTY_BUDGET);
        _step(id, 0, x, submission);
    }

    /// @inheritdoc IRebalanceLedger
    function rebalance(bytes32 portfolioId, Head calldata head, Submission calldata submission) external {
        _rebalance(portfolioId, head, submission, new uint256[](Layout.REBALANCE_HEAD_LENGTH));
    }

    /// @inheritdoc IRebalanceLedger
    function rebalanceOpen(
        bytes32 portfolioId,
        Head calldata head,
        Submission calldata submission,
        uint256[] calldata legs
    ) external {
        uint256[] memory x = new uint256[](Layout.REBALANCE_HEAD_LENGTH + legs.length);
        x[Layout.REBALANCE_OPEN] = 1;
        for (uint256 i; i < legs.length; ++i) x[Layout.REBALANCE_HEAD_LENGTH + i] = legs[i];
        _rebalance(portfolioId, head, submission, x);
        // Proven, and everything is written but the improvement: whoever calls back now finds the portfolio as it will be.
        uint256 improvement = EXECUTOR.execute(portfolioId, legs, submission.sealedTrade);
        if (improvement == 0) return;
        if (improvement >> Layout.BITS_VALUE != 0) revert FlowsFull(portfolioId);
        _keepFlow(portfolioId, _portfolios[portfolioId], int256(improvement), block.timestamp);
        emit ImprovementRecorded(portfolioId, x[Layout.REBALANCE_EPOCH], improvement);
    }

    /// @inheritdoc IRebalanceLedger
    function close(bytes32 portfolioId, bytes calldata authorization) external {
        Stored storage stored = _open(portfolioId);
        (Core memory core,, address governor) = abi.decode(stored.mandate.code, (Core, Terms, address));
        if (msg.sender != governor) revert WrongCaller(msg.sender);
        bytes32 structHash = keccak256(abi.encode(CLOSE_TYPE, portfolioId, uint256(stored.epoch)));
        _checkAuthorized(portfolioId, core.manager, structHash, authorization);
        stored.flags |= Flags.CLOSED;
        emit Closed(portfolioId, stored.epoch);
    }

    /// @inheritdoc IRebalanceLedger
    function adoptMandate(bytes32 portfolioId, address blob) external {
        if (msg.sender != address(MANDATES)) revert WrongCaller(msg.sender);
        Stored storage stored = _portfolios[portfolioId];
        if (stored.flags & Flags.OPEN == 0) return;
        Core memory from = abi.decode(stored.mandate.code, (Core));
        Core memory to = abi.decode(blob.code, (Core));
        if (to.universeId != from.universeId && stored.flags & Flags.UNIVERSE_CHANGED == 0) {
            stored.bookUniverse = from.universeId;
            stored.flags |= Flags.UNIVERSE_CHANGED;
        }
        stored.flags |= Flags.MANDATE_CHANGED;
        stored.mandate = blob;
        emit MandateAdopted(portfolioId, to.version);
    }

    /// @inheritdoc IRebalanceLedger
    function status(bytes32 portfolioId) external view returns (Verdict, uint256) {
        Stored memory stored = _portfolios[portfolioId];
        if (stored.flags == 0) return (Verdict.None, 0);
        (, Terms memory terms) = abi.decode(stored.mandate.code, (Core, Terms));
        uint256 oldest = stored.pendingFlows == 0 ? 0 : _flows[portfolioId][stored.consumedFlows].recordedAt;
        return PortfolioStatus.judge(
            Record({
                closed: stored.flags & Flags.CLOSED != 0,
                compliant: stored.flags & Flags.COMPLIANT != 0,
                mandateChanged: stored.flags & Flags.MANDATE_CHANGED != 0,
                replaced: stored.flags & Flags.REPLACED != 0,
                keyLive: VERIFIER.isLive(CIRCUIT_ID),
                snapshotTime: stored.snapshotTime,
                amberSince: stored.amberSince,
                attestedAt: stored.attestedAt,
                attestedTier: stored.attestedTier,
                oldestFlow: oldest
            }),
            terms
        );
    }

    /// @inheritdoc IRebalanceLedger
    function portfolio(bytes32 portfolioId) external view returns (Portfolio memory) {
        Stored memory stored = _portfolios[portfolioId];
        if (stored.flags == 0) revert NotOpen(portfolioId);
        Core memory core = abi.decode(stored.mandate.code, (Core));
        bool moved = stored.flags & Flags.UNIVERSE_CHANGED != 0;
        return Portfolio({
            head: stored.head,
            epoch: stored.epoch,
            snapshotTime: stored.snapshotTime,
            universeId: moved ? stored.bookUniverse : core.universeId,
            mandateVersion: core.version,
            manager: core.manager,
            windowLength: core.windowLength,
            attestedAt: stored.attestedAt,
            attestedTier: stored.attestedTier,
            amberSince: stored.flags & Flags.COMPLIANT == 0 ? stored.amberSince : 0,
            pendingFlows: stored.pendingFlows,
            closed: stored.flags & Flags.CLOSED != 0
        });
    }

    /// @inheritdoc IRebalanceLedger
    function lastProof(bytes32 portfolioId) external view returns (LastProof memory) {
        Stored memory stored = _portfolios[portfolioId];
        if (stored.flags == 0) revert NotOpen(portfolioId);
        bool replaced = stored.flags & Flags.REPLACED != 0;
        return LastProof({
            epoch: replaced ? stored.provenEpoch : stored.epoch,
            snapshotTime: stored.snapshotTime,
            compliant: stored.flags & Flags.COMPLIANT != 0,
            underActiveMandate: stored.flags & Flags.MANDATE_CHANGED == 0,
            replacedSince: replaced
        });
    }

    /// @inheritdoc IRebalanceLedger
    function domainOf(bytes32 portfolioId) public view returns (uint256) {
        return uint256(keccak256(abi.encode(block.chainid, address(this), portfolioId, CIRCUIT_ID))) >> 8;
    }

    function _rebalance(bytes32 id, Head calldata head, Submission calldata submission, uint256[] memory x) private {
        bytes32 current = _open(id).head;
        _checkHead(id, current, head);
        if (submission.step.newBook == head.book) revert BookUnchanged(id);
        (x[Layout.REBALANCE_OLD_BOOK], x[Layout.REBALANCE_OLD_BUDGET]) = (head.book, head.budget);
        _step(id, current, x, submission);
    }

    /// @dev Completes the public vector, checks the manager's word and the proof, then moves the head.
    function _step(bytes32 id, bytes32 previous, uint256[] memory x, Submission calldata submission) private {
        Step calldata step = submission.step;
        bytes calldata sealedTrade = submission.sealedTrade;
        if (step.open != (x[Layout.REBALANCE_OPEN] == 1)) revert WrongTradeForm(id);
        if (sealedTrade.length == 0 || sealedTrade.length > PAYLOAD_MAX) {
            revert WrongPayloadLength(sealedTrade.length, PAYLOAD_MAX);
        }
        x[Layout.REBALANCE_PAYLOAD] = uint256(keccak256(sealedTrade)) >> 8;
        address manager = _fill(id, x, step);
        _verify(id, manager, x, submission);
        _portfolios[id].head = _hash(previous, step.newBook, step.newBudget);
        emit Rebalanced(id, x[Layout.REBALANCE_EPOCH], x, step.digest, submission.proof, sealedTrade);
    }

    function _verify(bytes32 id, address manager, uint256[] memory x, Submission calldata submission) private view {
        uint256 digest = submission.step.digest;
        (bytes32 statement, uint256 alpha, uint256 beta) = PublicVector.signals(CIRCUIT_ID, x, digest);
        bytes32 structHash = keccak256(abi.encode(AUTHORIZATION_TYPE, statement));
        _checkAuthorized(id, manager, structHash, submission.authorization);
        VERIFIER.verify(CIRCUIT_ID, submission.proof, digest, alpha, beta);
    }

    /// @dev Fills in what storage, mandate and snapshot say, and writes everything but the head.
    function _fill(bytes32 id, uint256[] memory x, Step calldata step) private returns (address) {
        Stored storage stored = _portfolios[id];
        Core memory core = abi.decode(stored.mandate.code, (Core));
        uint256 time = SNAPSHOTS.usable(
            core.universeId, step.marketDigest, core.marketMaxAge, core.grace, stored.snapshotTime
        );
        x[Layout.REBALANCE_DOMAIN] = domainOf(id);
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
        x[Layout.REBALANCE_EPOCH] = _record(id, stored, x, time, step.compliant);
        return core.manager;
    }

    /// @dev Consumes the flows that are due and writes slot 1.
    function _record(bytes32 id, Stored storage stored, uint256[] memory x, uint256 time, bool compliant)
        private
        returns (uint32 epoch)
    {
        (uint8 flags, uint16 pending) = (stored.flags, stored.pendingFlows);
        if (pending != 0) {
            (int256 netFlow, uint256 count) = netFlowAt(id, time);
            x[Layout.REBALANCE_NET_FLOW] = PublicVector.toField(netFlow);
            if (count != 0) stored.consumedFlows += uint32(count);
            pending -= uint16(count);
        }
        bool wasCompliant = flags == 0 || flags & Flags.COMPLIANT != 0;
        if (!compliant && wasCompliant) stored.amberSince = uint40(block.timestamp);
        epoch = stored.epoch + 1;
        stored.epoch = epoch;
        stored.snapshotTime = uint40(time);
        stored.flags = compliant ? Flags.OPEN | Flags.COMPLIANT : Flags.OPEN;
        stored.pendingFlows = pending;
    }
}
