// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Terms} from "../interfaces/IMandates.sol";
import {IRebalanceLedger} from "../interfaces/IRebalanceLedger.sol";

/// @notice What a verdict follows from, besides the active mandate's terms. Times in seconds; `oldestFlow` is when the
///         oldest waiting flow was recorded, 0 when none waits.
struct Record {
    bool closed;
    bool compliant;
    bool mandateChanged;
    bool replaced;
    bool paused;
    bool keyLive;
    uint256 snapshotTime;
    uint256 amberSince;
    uint256 attestedAt;
    uint256 attestedTier;
    uint256 attestedBy;
    uint256 oldestFlow;
}

/// @title  PortfolioStatus
/// @notice Green: the last proof is compliant, under the active mandate and a live key, at a snapshot younger than the
///         heartbeat; the attestation is fresh, strong enough and of enough attestors; no replacement and no overdue flow
///         since. Red: reducing for longer than the cure time, whatever else. Amber: reducing, all else well. Stale:
///         otherwise. Closed, and paused while the guardian lets nothing move, come before all of these.
library PortfolioStatus {
    uint256 internal constant REDUCING = 1 << 0;
    uint256 internal constant CURE_TIME_OVER = 1 << 1;
    uint256 internal constant SNAPSHOT_OLD = 1 << 2;
    uint256 internal constant MANDATE_CHANGED = 1 << 3;
    uint256 internal constant KEY_NOT_LIVE = 1 << 4;
    uint256 internal constant ATTESTATION_OLD = 1 << 5;
    uint256 internal constant ATTESTATION_WEAK = 1 << 6;
    uint256 internal constant BOOK_REPLACED = 1 << 7;
    uint256 internal constant FLOW_OVERDUE = 1 << 8;
    uint256 internal constant PAUSED = 1 << 9;

    /// @notice The verdict at the block's time, and the bits above that speak against green.
    function judge(Record memory record, Terms memory terms)
        internal
        view
        returns (IRebalanceLedger.Verdict, uint256 reasons)
    {
        if (!record.compliant) {
            reasons |= REDUCING;
            if (_older(record.amberSince, terms.cureTime)) reasons |= CURE_TIME_OVER;
        }
        if (_older(record.snapshotTime, terms.heartbeat)) reasons |= SNAPSHOT_OLD;
        if (record.mandateChanged) reasons |= MANDATE_CHANGED;
        if (!record.keyLive) reasons |= KEY_NOT_LIVE;
        if (_older(record.attestedAt, terms.attestationMaxAge)) reasons |= ATTESTATION_OLD;
        bool few = record.attestedBy < terms.attestationQuorum;
        if (few || record.attestedTier < terms.attestationTier) reasons |= ATTESTATION_WEAK;
        if (record.replaced) reasons |= BOOK_REPLACED;
        if (record.oldestFlow != 0 && _older(record.oldestFlow, terms.flowMaxWait)) reasons |= FLOW_OVERDUE;
        if (record.paused) reasons |= PAUSED;

        if (record.closed) return (IRebalanceLedger.Verdict.Closed, reasons);
        if (record.paused) return (IRebalanceLedger.Verdict.Paused, reasons);
        if (reasons == 0) return (IRebalanceLedger.Verdict.Green, 0);
        if (reasons & CURE_TIME_OVER != 0) return (IRebalanceLedger.Verdict.Red, reasons);
        if (reasons == REDUCING) return (IRebalanceLedger.Verdict.Amber, reasons);
        return (IRebalanceLedger.Verdict.Stale, reasons);
    }

    function _older(uint256 time, uint256 age) private view returns (bool) {
        return block.timestamp > time + age;
    }
}
