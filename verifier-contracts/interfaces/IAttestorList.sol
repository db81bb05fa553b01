// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @title  IAttestorList
/// @notice Whose attestations a ledger takes, and how strong an evidence each may state. The list's governor changes it,
///         with notice.
interface IAttestorList {
    /// @notice From `dueAt` on the attestor may state evidence up to `tier`; 0 takes it off the list.
    event AttestorScheduled(address indexed attestor, uint8 tier, uint256 dueAt);
    /// @notice What was scheduled for the attestor will not take effect.
    event AttestorCancelled(address indexed attestor);

    /// @notice Tiers go from 1 to `most`; 0 takes an attestor off the list.
    error TierOutOfRange(address attestor, uint8 tier, uint256 most);
    /// @notice At deployment each attestor has one tier.
    error TiersNotOfAttestors(uint256 tiers, uint256 attestors);
    /// @notice Nothing is scheduled for the attestor, or it has taken effect.
    error NothingScheduled(address attestor);

    /// @notice Announces another tier of an attestor; the governor only. It takes effect by itself when the notice is over,
    ///         and takes the place of what was announced for this attestor before.
    function scheduleAttestor(address attestor, uint8 tier) external;

    /// @notice Drops what is announced for an attestor; the governor only.
    function cancelAttestor(address attestor) external;

    /// @notice Highest evidence tier an attestor may state now; 0 when not listed.
    function tierOf(address attestor) external view returns (uint8);

    /// @notice What is scheduled for an attestor, and from when on it is so; 0 and 0 when nothing is.
    function scheduled(address attestor) external view returns (uint8 tier, uint256 dueAt);
}
