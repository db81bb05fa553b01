// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @title  IGovernorWithNotice
/// @notice A contract's one governor, who hands the office over in two steps and with public notice.
interface IGovernorWithNotice {
    /// @notice `next` may accept to be the governor from `dueAt`; 0 and 0 withdraw what was proposed.
    event GovernorProposed(address indexed next, uint256 dueAt);
    /// @notice The governor is now `governor`.
    event GovernorChanged(address indexed governor);

    /// @notice A deployment has a governor.
    error NoGovernor();
    /// @notice `caller` does not govern here.
    error NotGovernor(address caller);
    /// @notice Nobody is proposed, or not `caller`, who alone could accept.
    error NotProposed(address caller);
    /// @notice What waits may take effect from `dueAt`.
    error NoticeNotOver(uint256 dueAt);

    /// @notice First of two steps to another governor; the governor only. Replaces an earlier proposal and starts its notice
    ///         anew; 0 withdraws it.
    function proposeGovernor(address next) external;

    /// @notice Second step: the proposed governor takes over, once the notice is over.
    function acceptGovernor() external;

    /// @notice Seconds of public notice.
    function NOTICE() external view returns (uint256);

    /// @notice The governor, who is proposed (0 for nobody), and from when that one may accept.
    function governors() external view returns (address governor, address next, uint256 dueAt);
}
