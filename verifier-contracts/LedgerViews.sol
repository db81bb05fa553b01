// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Core, Terms} from "./interfaces/IMandates.sol";
import {IRebalanceLedger} from "./interfaces/IRebalanceLedger.sol";
import {LedgerAttestations} from "./LedgerAttestations.sol";
import {Flags, Stored} from "./libraries/LedgerStorage.sol";
import {PortfolioStatus, Record} from "./libraries/PortfolioStatus.sol";

/// @title  LedgerViews
/// @dev    The part of the ledger that says what is recorded, and changes nothing.
abstract contract LedgerViews is LedgerAttestations {
    /// @inheritdoc IRebalanceLedger
    function status(bytes32 portfolioId) external view returns (Verdict, uint256) {
        Stored memory stored = _portfolios[portfolioId];
        if (stored.flags == 0) return (Verdict.None, 0);
        (Core memory core, Terms memory terms) = abi.decode(stored.mandate.code, (Core, Terms));
        uint256 oldest = stored.pendingFlows == 0 ? 0 : _flows[portfolioId][stored.consumedFlows].recordedAt;
        return PortfolioStatus.judge(
            Record({
                closed: stored.flags & Flags.CLOSED != 0,
                compliant: stored.flags & Flags.COMPLIANT != 0,
                mandateChanged: stored.flags & Flags.MANDATE_CHANGED != 0,
                replaced: stored.flags & Flags.REPLACED != 0,
                paused: block.timestamp < VERIFIER.pausedUntil(core.circuitId),
                keyLive: VERIFIER.isLive(core.circuitId),
                snapshotTime: stored.snapshotTime,
                amberSince: stored.amberSince,
                attestedAt: stored.attestedAt,
                attestedTier: stored.attestedTier,
                attestedBy: stored.attestedBy,
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
            attestedBy: stored.attestedBy,
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
}
