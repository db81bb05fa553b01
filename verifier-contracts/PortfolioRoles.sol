// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IPortfolioRoles, Roles} from "./interfaces/IPortfolioRoles.sol";
import {Notices} from "./libraries/Notices.sol";

/// @title  PortfolioRoles
/// @dev    Who inherits says when a portfolio begins, and what else must know its manager.
abstract contract PortfolioRoles is IPortfolioRoles {
    /// @inheritdoc IPortfolioRoles
    uint256 public immutable NOTICE;

    mapping(bytes32 portfolioId => Roles) internal _roles;

    constructor(uint256 notice) {
        Notices.check(notice);
        NOTICE = notice;
    }

    modifier onlyGovernor(bytes32 portfolioId) {
        if (msg.sender != _roles[portfolioId].governor) revert NotGovernor(portfolioId, msg.sender);
        _;
    }

    /// @inheritdoc IPortfolioRoles
    function proposeGovernor(bytes32 portfolioId, address governor) external onlyGovernor(portfolioId) {
        Roles storage roles = _roles[portfolioId];
        (roles.nextGovernor, roles.governorDueAt) = (governor, _dueAt(governor));
        emit GovernorProposed(portfolioId, governor, roles.governorDueAt);
    }

    /// @inheritdoc IPortfolioRoles
    function acceptGovernor(bytes32 portfolioId) external {
        Roles storage roles = _roles[portfolioId];
        if (msg.sender != roles.nextGovernor) revert NotProposed(portfolioId, msg.sender);
        if (block.timestamp < roles.governorDueAt) revert NotDue(portfolioId, roles.governorDueAt);
        (roles.governor, roles.nextGovernor, roles.governorDueAt) = (msg.sender, address(0), 0);
        emit GovernorChanged(portfolioId, msg.sender);
    }

    /// @inheritdoc IPortfolioRoles
    function proposeManager(bytes32 portfolioId, address manager) external onlyGovernor(portfolioId) {
        Roles storage roles = _roles[portfolioId];
        (roles.nextManager, roles.managerDueAt) = (manager, _dueAt(manager));
        emit ManagerProposed(portfolioId, manager, roles.managerDueAt);
    }

    /// @inheritdoc IPortfolioRoles
    function rotateManager(bytes32 portfolioId) external {
        Roles storage roles = _roles[portfolioId];
        address manager = roles.nextManager;
        if (manager == address(0)) revert NotProposed(portfolioId, msg.sender);
        if (block.timestamp < roles.managerDueAt) revert NotDue(portfolioId, roles.managerDueAt);
        (roles.manager, roles.nextManager, roles.managerDueAt) = (manager, address(0), 0);
        emit ManagerChanged(portfolioId, manager);
        _changed(portfolioId);
    }

    /// @inheritdoc IPortfolioRoles
    function governorOf(bytes32 portfolioId) external view returns (address) {
        return _roles[portfolioId].governor;
    }

    /// @inheritdoc IPortfolioRoles
    function rolesOf(bytes32 portfolioId) external view returns (Roles memory) {
        return _roles[portfolioId];
    }

    /// @dev Called after something that an active mandate names, the manager or the circuit, became another.
    function _changed(bytes32 portfolioId) internal virtual;

    function _dueAt(address proposed) private view returns (uint40) {
        return proposed == address(0) ? 0 : uint40(block.timestamp + NOTICE);
    }
}
