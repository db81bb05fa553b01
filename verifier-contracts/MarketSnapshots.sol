// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IGroth16Verifier, Proof} from "./interfaces/IGroth16Verifier.sol";
import {IMarketSnapshots} from "./interfaces/IMarketSnapshots.sol";
import {MarketBuilder} from "./MarketBuilder.sol";
import {CodeBlob} from "./libraries/CodeBlob.sol";
import {Feeds} from "./libraries/Feeds.sol";
import {Instrument, Instruments} from "./libraries/Instruments.sol";
import {Layout} from "./libraries/Layout.sol";
import {OptionBlock, OptionBlocks} from "./libraries/OptionBlocks.sol";
import {PublicVector} from "./libraries/PublicVector.sol";
import {Shape} from "./libraries/Shape.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {TypedData} from "./libraries/TypedData.sol";

/// @title  MarketSnapshots
/// @dev    Trusts the feeds a universe names for coin prices and the risk signers for option numbers, and nobody else.
///         Capture and publish are two steps, so that a feed update between proving and inclusion voids nothing.
contract MarketSnapshots is IMarketSnapshots, MarketBuilder, TypedData {
    struct Universe {
        address content; // slot 0, bits   0–159, blob of the packed instruments
        uint40 capturedAt; // slot 0, bits 160–199
        uint40 optionTime; // slot 0, bits 200–239
        bytes32 captured; // slot 1, hash of the vector captured last
        uint256 newest; // slot 2, digest published last
    }

    struct Snapshot {
        uint40 time; // slot 0, bits  0–39
        uint40 supersededAt; // slot 0, bits 40–79, when the market was captured next, 0 while it was not
    }

    struct Rules {
        uint256 minInterval;
        uint256 optionMaxAge;
        uint256 spotToleranceBps;
    }

    uint256 private constant LAST = type(uint256).max;

    IGroth16Verifier public immutable VERIFIER;
    bytes32 public immutable CIRCUIT_ID;
    uint256 public immutable MIN_INTERVAL;
    uint256 public immutable OPTION_MAX_AGE;
    uint256 public immutable THRESHOLD;

    address[] private _riskSigners;
    mapping(uint256 universeId => Universe) private _universes;
    /// @dev When the market was captured next; LAST while it was not, 0 for what is no captured vector.
    mapping(bytes32 vectorHash => uint256) private _capturedNext;
    mapping(uint256 universeId => mapping(uint256 digest => Snapshot)) private _snapshots;

    constructor(
        IGroth16Verifier verifier,
        bytes32 circuitId,
        Shape memory shape,
        Rules memory rules,
        address[] memory riskSigners_,
        uint256 threshold
    ) MarketBuilder(shape, rules.spotToleranceBps) {
        if (threshold == 0 || threshold > riskSigners_.length) {
            revert NotEnoughSignatures(riskSigners_.length, threshold);
        }
        for (uint256 i = 1; i < riskSigners_.length; ++i) {
            if (riskSigners_[i] <= riskSigners_[i - 1]) revert RiskSignersNotAscending(i);
        }
        (VERIFIER, CIRCUIT_ID, THRESHOLD) = (verifier, circuitId, threshold);
        (MIN_INTERVAL, OPTION_MAX_AGE) = (rules.minInterval, rules.optionMaxAge);
        _riskSigners = riskSigners_;
    }

    /// @inheritdoc IMarketSnapshots
    function registerUniverse(Instrument[] calldata instruments) external returns (uint256 universeId) {
        Shape memory shape = Shape(_SLOTS, _GROUPS, _ACCOUNTS, _SCENARIOS);
        if (instruments.length == 0 || instruments.length > shape.slots) {
            revert WrongUniverseLength(instruments.length, shape.slots);
        }
        universeId = uint256(keccak256(abi.encode(instruments, shape))) >> 8;
        if (_universes[universeId].content != address(0)) revert UniverseExists(universeId);
        Instruments.checkDuplicates(instruments);
        uint256 each = Instruments.wordsPer(shape.scenarios);
        uint256[] memory words = new uint256[](instruments.length * each);
        for (uint256 i; i < instruments.length; ++i) {
            Instruments.check(instruments[i], i, shape);
            Instruments.pack(instruments[i], Feeds.decimalsOf(instruments[i].feed, i), words, i * each);
        }
        _universes[universeId].content = address(new CodeBlob(abi.encode(words)));
        emit UniverseRegistered(universeId, instruments);
    }

    /// @inheritdoc IMarketSnapshots
    function capture(
        uint256 universeId,
        OptionBlock calldata options,
        bytes[] calldata signatures,
        uint256[] calldata lastVector
    ) external {
        Universe storage entry = _universes[universeId];
        uint256 earliest = entry.capturedAt + MIN_INTERVAL;
        if (entry.capturedAt != 0 && block.timestamp < earliest) revert CapturedTooSoon(universeId, earliest);
        if (lastVector.length != 0) {
            bytes32 given = keccak256(abi.encodePacked(lastVector));
            if (given != entry.captured) revert WrongLastVector(universeId, given);
        }
        if (options.rows.length != 0) {
            _checkSigned(universeId, options, signatures, entry.optionTime);
            entry.optionTime = uint40(options.time);
        }

        uint256[] memory vector = _build(universeId, _words(universeId), options, lastVector);
        bytes32 vectorHash = keccak256(abi.encodePacked(vector));
        // What came before is superseded from now on, published or not: who waits with an older one gains no time by it.
        if (entry.capturedAt != 0) _capturedNext[entry.captured] = block.timestamp;
        Snapshot storage last = _snapshots[universeId][entry.newest];
        if (last.time != 0 && last.supersededAt == 0) last.supersededAt = uint40(block.timestamp);
        (entry.capturedAt, entry.captured, _capturedNext[vectorHash]) = (uint40(block.timestamp), vectorHash, LAST);
        emit MarketCaptured(universeId, block.timestamp, vector);
    }

    /// @inheritdoc IMarketSnapshots
    function publish(uint256 universeId, uint256[] calldata vector, uint256 digest, Proof calldata proof) external {
        bytes32 vectorHash = keccak256(abi.encodePacked(vector));
        uint256 next = _capturedNext[vectorHash];
        if (next == 0 || vector[Layout.MARKET_UNIVERSE_ID] != universeId) {
            revert NotCaptured(universeId, vectorHash);
        }
        uint256 time = vector[Layout.MARKET_TIME];
        Universe storage entry = _universes[universeId];
        Snapshot storage last = _snapshots[universeId][entry.newest];
        if (time <= last.time) revert NotNewer(universeId, time, last.time);
        (, uint256 alpha, uint256 beta) = PublicVector.signals(CIRCUIT_ID, vector, digest);
        VERIFIER.verify(CIRCUIT_ID, proof, digest, alpha, beta);

        _snapshots[universeId][digest] = Snapshot(uint40(time), next == LAST ? 0 : uint40(next));
        entry.newest = digest;
        emit MarketPublished(universeId, time, digest);
    }

    /// @inheritdoc IMarketSnapshots
    function usable(uint256 universeId, uint256 digest, uint256 maxAge, uint256 grace, uint256 notBefore)
        external
        view
        returns (uint256 time)
    {
        Usability reason;
        (reason, time) = _usability(universeId, digest, maxAge, grace, notBefore);
        if (reason != Usability.Usable) revert UnusableSnapshot(universeId, digest, reason);
    }

    /// @inheritdoc IMarketSnapshots
    function isUsable(uint256 universeId, uint256 digest, uint256 maxAge, uint256 grace, uint256 notBefore)
        external
        view
        returns (bool)
    {
        (Usability reason,) = _usability(universeId, digest, maxAge, grace, notBefore);
        return reason == Usability.Usable;
    }

    /// @inheritdoc IMarketSnapshots
    function universe(uint256 universeId) public view returns (Instrument[] memory instruments) {
        uint256[] memory words = _words(universeId);
        uint256 each = Instruments.wordsPer(_SCENARIOS);
        instruments = new Instrument[](words.length / each);
        for (uint256 i; i < instruments.length; ++i) {
            (instruments[i],) = Instruments.unpack(words, i * each, _SCENARIOS);
        }
    }

    /// @inheritdoc IMarketSnapshots
    function changedMask(uint256 universeA, uint256 universeB) external view returns (uint256 mask) {
        Instrument[] memory a = universe(universeA);
        Instrument[] memory b = universe(universeB);
        for (uint256 i; i < _SLOTS; ++i) {
            bytes32 inA = i < a.length ? Instruments.identity(a[i]) : bytes32(0);
            bytes32 inB = i < b.length ? Instruments.identity(b[i]) : bytes32(0);
            if (inA != inB) mask |= 1 << i;
        }
    }

    /// @inheritdoc IMarketSnapshots
    function captured(uint256 universeId) external view returns (uint256, bytes32, uint256) {
        Universe storage entry = _universes[universeId];
        return (entry.capturedAt, entry.captured, entry.optionTime);
    }

    /// @inheritdoc IMarketSnapshots
    function newest(uint256 universeId) external view returns (uint256, uint256) {
        uint256 digest = _universes[universeId].newest;
        return (_snapshots[universeId][digest].time, digest);
    }

    /// @inheritdoc IMarketSnapshots
    function riskSigners() external view returns (address[] memory) {
        return _riskSigners;
    }

    function _usability(uint256 universeId, uint256 digest, uint256 maxAge, uint256 grace, uint256 notBefore)
        private
        view
        returns (Usability, uint256)
    {
        Snapshot memory snapshot = _snapshots[universeId][digest];
        (uint256 time, uint256 supersededAt) = (snapshot.time, snapshot.supersededAt);
        if (time == 0) return (Usability.Unknown, 0);
        if (supersededAt != 0 && block.timestamp >= supersededAt + grace) return (Usability.Superseded, time);
        if (block.timestamp - time > maxAge) return (Usability.TooOld, time);
        if (time < notBefore) return (Usability.BeforeLast, time);
        return (Usability.Usable, time);
    }

    function _words(uint256 universeId) private view returns (uint256[] memory) {
        address content = _universes[universeId].content;
        if (content == address(0)) revert UnknownUniverse(universeId);
        return abi.decode(content.code, (uint256[]));
    }

    function _checkSigned(
        uint256 universeId,
        OptionBlock calldata options,
        bytes[] calldata signatures,
        uint256 lastTime
    ) private view {
        uint256 time = options.time;
        if (time <= lastTime || time > block.timestamp || block.timestamp - time > OPTION_MAX_AGE) {
            revert OptionTime(time, lastTime, OPTION_MAX_AGE);
        }
        bytes32 digest = _typed(OptionBlocks.hash(universeId, options));
        uint256 valid;
        for (uint256 i; i < signatures.length && i < _riskSigners.length; ++i) {
            if (Signatures.isValid(_riskSigners[i], digest, signatures[i])) ++valid;
        }
        if (valid < THRESHOLD) revert NotEnoughSignatures(valid, THRESHOLD);
    }
}
