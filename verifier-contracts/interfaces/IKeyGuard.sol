// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @title  IKeyGuard
/// @notice What stops proofs from being accepted: a key too new, a key suspended, a pause. None of it lets one pass that
///         would not pass without it, and none of it touches anything but keys.
interface IKeyGuard {
    /// @notice `guardian` takes over by itself at `dueAt`; 0 leaves nobody.
    event GuardianScheduled(address guardian, uint256 dueAt);
    /// @notice Proofs of the circuit are refused until its key is reinstated.
    event KeySuspended(bytes32 indexed circuitId);
    /// @notice Proofs of the circuit are accepted again from `liveFrom`.
    event KeyReinstated(bytes32 indexed circuitId, uint256 liveFrom);
    /// @notice Proofs of the circuit are refused before `until`. The present second ends a pause.
    event CircuitPaused(bytes32 indexed circuitId, uint256 until);

    /// @notice `caller` is not the guardian.
    error NotGuardian(address caller);
    /// @notice The circuit's key is suspended.
    error SuspendedKey(bytes32 circuitId);
    /// @notice The circuit's key is not suspended.
    error KeyNotSuspended(bytes32 circuitId);
    /// @notice The circuit's key is announced, and live from `liveFrom`.
    error KeyNotLiveYet(bytes32 circuitId, uint256 liveFrom);
    /// @notice The circuit is paused until `until`: no portfolio that is proven by it opens, moves or has its book replaced.
    error Paused(bytes32 circuitId, uint256 until);
    /// @notice The circuit is not paused.
    error NotPaused(bytes32 circuitId);
    /// @notice A pause ends after now and at `latest` at the latest.
    error PauseTooLong(uint256 until, uint256 latest);
    /// @notice The guardian may pause again from `earliest`.
    error PausedTooSoon(uint256 earliest);

    /// @notice Names another guardian, after the notice; the verifier's governor only.
    function scheduleGuardian(address guardian) external;

    /// @notice Stops a broken key at once; the guardian only.
    function suspendKey(bytes32 circuitId) external;

    /// @notice Takes a suspension back: the key is live after the notice of a new one; the verifier's governor only.
    function reinstateKey(bytes32 circuitId) external;

    /// @notice Refuses a circuit's proofs until `until`, 72 hours away at most; the guardian only. Whatever the circuit, 7
    ///         days must pass between the end of one pause and the beginning of the next, so that none can be renewed.
    function pause(bytes32 circuitId, uint256 until) external;

    /// @notice Ends a pause before its time; the guardian or the verifier's governor.
    function unpause(bytes32 circuitId) external;

    /// @notice Who may suspend and pause.
    function guardian() external view returns (address);

    /// @notice When the circuit's key is or was live from, and whether it is suspended.
    function keyState(bytes32 circuitId) external view returns (uint256 liveFrom, bool suspended);
}
