// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IGovernorWithNotice} from "./interfaces/IGovernorWithNotice.sol";
import {Notices} from "./libraries/Notices.sol";

/// @title  GovernorWithNotice
/// @dev    Two steps, so that no office goes to an address that nobody answers for. What a governor may do is said by who
///         inherits.
abstract contract GovernorWithNotice is IGovernorWithNotice {
    /// @inheritdoc IGovernorWithNotice
    uint256 public immutable NOTICE;

    address internal _governor; // slot 0, bits   0–159
    address private _next; // slot 1, bits   0–159, 0 when nobody is proposed
    uint40 private _nextDueAt; // slot 1, bits 160–199

    constructor(address governor, uint256 notice) {
        if (governor == address(0)) revert NoGovernor();
        Notices.check(notice);
        (NOTICE, _governor) = (notice, governor);
        emit GovernorChanged(governor);
    }

    modifier onlyGovernor() {
        if (msg.sender != _governor) revert NotGovernor(msg.sender);
        _;
    }

    /// @inheritdoc IGovernorWithNotice
    function proposeGovernor(address next) external onlyGovernor {
        uint256 dueAt = next == address(0) ? 0 : block.timestamp + NOTICE;
        (_next, _nextDueAt) = (next, uint40(dueAt));
        emit GovernorProposed(next, dueAt);
    }

    /// @inheritdoc IGovernorWithNotice
    function acceptGovernor() external {
        if (msg.sender != _next) revert NotProposed(msg.sender);
        if (block.timestamp < _nextDueAt) revert NoticeNotOver(_nextDueAt);
        (_governor, _next, _nextDueAt) = (msg.sender, address(0), 0);
        emit GovernorChanged(msg.sender);
    }

    /// @inheritdoc IGovernorWithNotice
    function governors() external view returns (address, address, uint256) {
        return (_governor, _next, _nextDueAt);
    }
}
