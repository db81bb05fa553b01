// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {GovernorWithNotice} from "./GovernorWithNotice.sol";
import {IGroth16Verifier} from "./interfaces/IGroth16Verifier.sol";
import {IKeyGuard} from "./interfaces/IKeyGuard.sol";

/// @title  KeyGuard
/// @dev    Everything that decides whether a key is used is in the one slot that also holds its address: a verification reads
///         no other, so that guarding costs a step next to nothing. Why a gate is closed is read only to say so.
abstract contract KeyGuard is IKeyGuard, IGroth16Verifier, GovernorWithNotice {
    struct Gate {
        address data; // slot 0, bits   0–159, contract whose code is a zero byte and the key
        bool development; // slot 0, bits 160–167
        uint40 closedUntil; // slot 0, bits 168–207, the latest of the times below; for ever while suspended
    }

    struct Key {
        Gate gate; // slot 0
        bool suspended; // slot 1, bits  0–7
        uint40 liveFrom; // slot 1, bits  8–47
        uint40 pausedUntil; // slot 1, bits 48–87
    }

    uint256 internal constant LOCAL_CHAIN = 31337;
    uint256 private constant KEY_NOTICE = 2 days;
    uint256 private constant PAUSE_MAX = 72 hours;
    uint256 private constant PAUSE_REST = 7 days;

    mapping(bytes32 circuitId => Key) internal _keys;
    address private _guardian; // slot a, bits   0–159, until `_guardianDueAt`, or for ever when that is 0
    uint40 private _guardianDueAt; // slot a, bits 160–199
    uint40 private _pauseEnd; // slot a, bits 200–239, of the last pause
    address private _nextGuardian; // slot b, from `_guardianDueAt` on

    /// @param governor Registers keys, and is the guardian until another is named.
    constructor(address governor) GovernorWithNotice(governor, KEY_NOTICE) {
        _guardian = governor;
    }

    modifier onlyGuardian() {
        if (msg.sender != guardian()) revert NotGuardian(msg.sender);
        _;
    }

    /// @inheritdoc IKeyGuard
    function scheduleGuardian(address next) external onlyGovernor {
        uint256 dueAt = _noticed();
        (_guardian, _nextGuardian, _guardianDueAt) = (guardian(), next, uint40(dueAt));
        emit GuardianScheduled(next, dueAt);
    }

    /// @inheritdoc IKeyGuard
    function suspendKey(bytes32 circuitId) external onlyGuardian {
        Key storage key = _known(circuitId);
        key.suspended = true;
        _setGate(key);
        emit KeySuspended(circuitId);
    }

    /// @inheritdoc IKeyGuard
    function reinstateKey(bytes32 circuitId) external onlyGovernor {
        Key storage key = _known(circuitId);
        if (!key.suspended) revert KeyNotSuspended(circuitId);
        uint256 liveFrom = _noticed();
        (key.suspended, key.liveFrom) = (false, uint40(liveFrom));
        _setGate(key);
        emit KeyReinstated(circuitId, liveFrom);
    }

    /// @inheritdoc IKeyGuard
    function pause(bytes32 circuitId, uint256 until) external onlyGuardian {
        Key storage key = _known(circuitId);
        uint256 earliest = _pauseEnd + PAUSE_REST;
        if (block.timestamp < earliest) revert PausedTooSoon(earliest);
        uint256 latest = block.timestamp + PAUSE_MAX;
        if (until <= block.timestamp || until > latest) revert PauseTooLong(until, latest);
        (key.pausedUntil, _pauseEnd) = (uint40(until), uint40(until));
        _setGate(key);
        emit CircuitPaused(circuitId, until);
    }

    /// @inheritdoc IKeyGuard
    function unpause(bytes32 circuitId) external {
        if (msg.sender != _governor && msg.sender != guardian()) revert NotGuardian(msg.sender);
        Key storage key = _known(circuitId);
        if (block.timestamp >= key.pausedUntil) revert NotPaused(circuitId);
        (key.pausedUntil, _pauseEnd) = (uint40(block.timestamp), uint40(block.timestamp));
        _setGate(key);
        emit CircuitPaused(circuitId, block.timestamp);
    }

    /// @inheritdoc IKeyGuard
    function guardian() public view returns (address) {
        return _guardianDueAt != 0 && block.timestamp >= _guardianDueAt ? _nextGuardian : _guardian;
    }

    /// @inheritdoc IKeyGuard
    function keyState(bytes32 circuitId) external view returns (uint256, bool) {
        Key storage key = _keys[circuitId];
        return (key.liveFrom, key.suspended);
    }

    /// @inheritdoc IGroth16Verifier
    function pausedUntil(bytes32 circuitId) external view returns (uint256) {
        return _keys[circuitId].pausedUntil;
    }

    /// @dev From when on what is announced now holds: on the local chain at once.
    function _noticed() private view returns (uint256) {
        return block.timestamp + (block.chainid == LOCAL_CHAIN ? 0 : KEY_NOTICE);
    }

    /// @dev A key announced now.
    function _announce(bytes32 circuitId, address data, bool development) internal returns (uint256 liveFrom) {
        liveFrom = _noticed();
        Key storage key = _keys[circuitId];
        (key.gate.data, key.gate.development, key.liveFrom) = (data, development, uint40(liveFrom));
        _setGate(key);
    }

    /// @dev Whether proofs are accepted, pauses apart.
    function _isLive(bytes32 circuitId) internal view returns (bool) {
        Key memory key = _keys[circuitId];
        return key.gate.data != address(0) && !key.suspended && block.timestamp >= key.liveFrom
            && (!key.gate.development || block.chainid == LOCAL_CHAIN);
    }

    /// @dev Where the key to verify with is; reverts by name when no proof of the circuit is accepted now.
    function _liveKey(bytes32 circuitId) internal view returns (address) {
        Gate memory gate = _keys[circuitId].gate;
        if (gate.data == address(0)) revert UnknownKey(circuitId);
        if (gate.development && block.chainid != LOCAL_CHAIN) revert DevelopmentKeyRefused(circuitId, block.chainid);
        if (block.timestamp < gate.closedUntil) _refuse(circuitId);
        return gate.data;
    }

    function _refuse(bytes32 circuitId) private view {
        Key memory key = _keys[circuitId];
        if (key.suspended) revert SuspendedKey(circuitId);
        if (block.timestamp < key.liveFrom) revert KeyNotLiveYet(circuitId, key.liveFrom);
        revert Paused(circuitId, key.pausedUntil);
    }

    function _setGate(Key storage key) private {
        uint40 until = key.liveFrom > key.pausedUntil ? key.liveFrom : key.pausedUntil;
        key.gate.closedUntil = key.suspended ? type(uint40).max : until;
    }

    function _known(bytes32 circuitId) private view returns (Key storage key) {
        key = _keys[circuitId];
        if (key.gate.data == address(0)) revert UnknownKey(circuitId);
    }
}
