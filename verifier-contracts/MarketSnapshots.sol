// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IGroth16Verifier, Proof} from "./interfaces/IGroth16Verifier.sol";
import {IMarketSettings} from "./interfaces/IMarketSettings.sol";
import {IMarketSnapshots} from "./interfaces/IMarketSnapshots.sol";
import {IUniverseRules} from "./interfaces/IUniverseRules.sol";
import {MarketBuilder} from "./MarketBuilder.sol";
import {CodeBlob} from "./libraries/CodeBlob.sol";
import {Instrument, Instruments, Sources} from "./libraries/Instruments.sol";
import {Quote} from "./libraries/Jumps.sol";
import {Layout} from "./libraries/Layout.sol";
import {OptionBlock, OptionBlocks} from "./libraries/OptionBlocks.sol";
import {PublicVector} from "./libraries/PublicVector.sol";
import {Shape} from "./libraries/Shape.sol";
import {TypedData} from "./libraries/TypedData.sol";

/// @title  MarketSnapshots
/// @dev    Trusts the feeds a universe names for coin prices and the risk signers for option numbers, and nobody else.
///         Capture and publish are two steps, so that a feed update between proving and inclusion voids nothing.
contract MarketSnapshots is IMarketSnapshots, MarketBuilder, TypedData {
    struct Universe {
        address content; // slot 0, bits   0–159, blob of the packed instruments
        uint40 capturedAt; // slot 0, bits 160–199
        uint40 optionTime; // slot 0, bits 200–239
        bool unsigned; // slot 0, bits 240–247, whether the last capture suspended options for want of their signers
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
    uint256 private constant MIN_INTERVAL_MAX = 1 hours;

    IGroth16Verifier public immutable VERIFIER;
    IMarketSettings public immutable SETTINGS;
    IUniverseRules public immutable UNIVERSE_RULES;
    bytes32 public immutable CIRCUIT_ID;
    uint256 public immutable MIN_INTERVAL;
    uint256 public immutable OPTION_MAX_AGE;

    mapping(uint256 universeId => Universe) private _universes;
    /// @dev When the market was captured next; LAST while it was not, 0 for what is no captured vector.
    mapping(bytes32 vectorHash => uint256) private _capturedNext;
    mapping(uint256 universeId => mapping(uint256 digest => Snapshot)) private _snapshots;

    constructor(
        IGroth16Verifier verifier,
        IMarketSettings settings,
        IUniverseRules universeRules,
        bytes32 circuitId,
        Shape memory shape,
        Rules memory rules
    ) MarketBuilder(shape, rules.spotToleranceBps) {
        if (rules.minInterval == 0 || rules.minInterval > MIN_INTERVAL_MAX) revert InvalidRule("minInterval");
        if (rules.optionMaxAge == 0) revert InvalidRule("optionMaxAge");
        (VERIFIER, SETTINGS, UNIVERSE_RULES) = (verifier, settings, universeRules);
        (CIRCUIT_ID, MIN_INTERVAL, OPTION_MAX_AGE) = (circuitId, rules.minInterval, rules.optionMaxAge);
    }

    /// @inheritdoc IMarketSnapshots
    function registerUniverse(Instrument[] calldata instruments) external returns (uint256 universeId) {
        Shape memory shape = Shape(_SLOTS, _GROUPS, _ACCOUNTS, _SCENARIOS);
        universeId = uint256(keccak256(abi.encode(instruments, shape))) >> 8;
        if (_universes[universeId].content != address(0)) revert UniverseExists(universeId);
        uint256[] memory words = UNIVERSE_RULES.pack(instruments, shape);
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
        SETTINGS.checkSequencer();
        Universe storage entry = _universes[universeId];
        // Who leaves the options out leaves the next capture to whoever brings them: captures in a row without could keep
        // signers that speak again from being heard.
        uint256 wait = entry.unsigned && options.rows.length != 0 ? 1 : MIN_INTERVAL;
        uint256 earliest = entry.capturedAt + wait;
        if (entry.capturedAt != 0 && block.timestamp < earliest) revert CapturedTooSoon(universeId, earliest);
        if (lastVector.length != 0) {
            bytes32 given = keccak256(abi.encodePacked(lastVector));
            if (given != entry.captured) revert WrongLastVector(universeId, given);
        }
        uint256 signedAt = entry.optionTime;
        if (options.rows.length != 0) {
            _checkSigned(universeId, options, signatures, signedAt);
            entry.optionTime = uint40(options.time);
        }

        (uint256[] memory vector, bool unsigned) =
            _build(universeId, signedAt, _words(universeId), options, lastVector);
        entry.unsigned = unsigned;
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
    function quote(uint256 universeId, uint256 slot) external view returns (Quote memory) {
        uint256[] memory words = _words(universeId);
        uint256 start = slot * Instruments.wordsPer(_SCENARIOS);
        if (start >= words.length) return Quote(0, 0, 0);
        (, Sources memory sources) = Instruments.unpack(words, start, _SCENARIOS);
        return _quotes[universeId][sources.leader];
    }

    /// @inheritdoc IMarketSnapshots
    function settlement(uint256 universeId, uint256 slot) external view returns (bool, uint256) {
        uint256 plusOne = _settledPlusOne[universeId][slot];
        return plusOne == 0 ? (false, 0) : (true, plusOne - 1);
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
        SETTINGS.checkSigned(_typed(OptionBlocks.hash(universeId, options)), signatures);
    }
}
