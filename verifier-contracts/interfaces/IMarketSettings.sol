// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @notice What the governor of a market may change: who signs option numbers, in ascending order, how many of them
///         must, and whether a capture asks the sequencer's uptime feed.
struct Settings {
    address[] riskSigners;
    uint256 threshold;
    bool sequencerAsked;
}

/// @title  IMarketSettings
/// @notice The settings of a market. Each change is public for the notice before anyone may put it in force.
/// @dev    The governor can set no price and stop no capture of coins: it cannot name another uptime feed, only stop
///         asking the one of the deployment, and for good, so that a feed that has died halts nothing for ever. For option
///         numbers it is trusted through the signers it lists.
interface IMarketSettings {
    /// @notice A change may be put in force from `dueAt`; it replaces one that waited.
    event SettingsScheduled(Settings settings, uint256 dueAt);
    /// @notice The change that waited is withdrawn.
    event SettingsCancelled();
    /// @notice The settings in force.
    event SettingsActivated(Settings settings);

    /// @notice Nothing waits to be put in force.
    error NothingWaits();
    /// @notice Field `field` is not a value a deployment or its settings may have.
    error InvalidSetting(string field);
    /// @notice Fewer than `threshold` risk signers signed the option block.
    error NotEnoughSignatures(uint256 valid, uint256 threshold);
    /// @notice The uptime feed does not answer, or with what it cannot mean.
    error SequencerFeedFailed(address feed);
    /// @notice The sequencer is down.
    error SequencerDown(address feed);
    /// @notice The sequencer is up again, and captures wait until `earliest`.
    error SequencerGrace(uint256 earliest);

    /// @notice Announces settings in place of any that wait; only the governor.
    function schedule(Settings calldata settings) external;

    /// @notice Withdraws what waits; only the governor.
    function cancel() external;

    /// @notice Puts what waits in force after its notice; open to anyone.
    function activate() external;

    /// @notice Reverts unless enough risk signers signed `digest`.
    /// @param signatures One entry per risk signer, in their order; one that is empty is not asked.
    function checkSigned(bytes32 digest, bytes[] calldata signatures) external view;

    /// @notice Reverts while the sequencer is down, within the grace after its restart, or when its feed does not say.
    function checkSequencer() external view;

    /// @notice The settings in force.
    function active() external view returns (Settings memory);

    /// @notice The settings that wait and when they are due; empty and 0 when none do.
    function waiting() external view returns (Settings memory settings, uint256 dueAt);
}
