// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @notice Who governs a portfolio and who manages it, and who is proposed for either (0 when nobody is) from when on.
struct Roles {
    address governor; // slot 0, bits   0–159
    address manager; // slot 1, bits   0–159
    address nextGovernor; // slot 2, bits   0–159
    uint40 governorDueAt; // slot 2, bits 160–199
    address nextManager; // slot 3, bits   0–159
    uint40 managerDueAt; // slot 3, bits 160–199
}

/// @title  IPortfolioRoles
/// @notice Governors and managers of portfolios. Both start as the creation parameters say, and change with notice; a
///         portfolio's id, the hash of these parameters, stays what it is.
interface IPortfolioRoles {
    /// @notice `governor` may accept from `dueAt`; 0 withdraws what was proposed.
    event GovernorProposed(bytes32 indexed portfolioId, address governor, uint256 dueAt);
    /// @notice The portfolio has another governor.
    event GovernorChanged(bytes32 indexed portfolioId, address governor);
    /// @notice `manager` may be put in place from `dueAt`; 0 withdraws what was proposed.
    event ManagerProposed(bytes32 indexed portfolioId, address manager, uint256 dueAt);
    /// @notice The portfolio has another manager.
    event ManagerChanged(bytes32 indexed portfolioId, address manager);

    /// @notice `caller` does not govern the portfolio.
    error NotGovernor(bytes32 portfolioId, address caller);
    /// @notice Nobody is proposed for the role, or not `caller`, who alone could accept it.
    error NotProposed(bytes32 portfolioId, address caller);
    /// @notice What waits may take effect from `dueAt`.
    error NotDue(bytes32 portfolioId, uint256 dueAt);

    /// @notice First of two steps to another governor; the governor only. Replaces an earlier proposal and starts its notice
    ///         anew.
    function proposeGovernor(bytes32 portfolioId, address governor) external;

    /// @notice Second step: the proposed governor takes over, once the notice is over.
    function acceptGovernor(bytes32 portfolioId) external;

    /// @notice Announces another manager; the governor only. Replaces an earlier proposal and starts its notice anew.
    function proposeManager(bytes32 portfolioId, address manager) external;

    /// @notice Puts the proposed manager in place, once the notice is over; open to anyone. From then on no signature of the
    ///         manager before counts.
    function rotateManager(bytes32 portfolioId) external;

    /// @notice Seconds of public notice.
    function NOTICE() external view returns (uint256);

    /// @notice The governor; 0 before the first mandate is scheduled.
    function governorOf(bytes32 portfolioId) external view returns (address);

    /// @notice Governor, manager and what is proposed.
    function rolesOf(bytes32 portfolioId) external view returns (Roles memory);
}
