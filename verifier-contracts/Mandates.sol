// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IGroth16Verifier, Proof} from "./interfaces/IGroth16Verifier.sol";
import {Core, Creation, IMandates, Terms} from "./interfaces/IMandates.sol";
import {IMarketSnapshots} from "./interfaces/IMarketSnapshots.sol";
import {Roles} from "./interfaces/IPortfolioRoles.sol";
import {IRebalanceLedger} from "./interfaces/IRebalanceLedger.sol";
import {CodeBlob} from "./libraries/CodeBlob.sol";
import {Layout} from "./libraries/Layout.sol";
import {MandateRules} from "./libraries/MandateRules.sol";
import {PackedInts} from "./libraries/PackedInts.sol";
import {PublicVector} from "./libraries/PublicVector.sol";
import {Shape} from "./libraries/Shape.sol";
import {Tightening} from "./libraries/Tightening.sol";
import {PortfolioCircuits} from "./PortfolioCircuits.sol";
import {PortfolioRoles} from "./PortfolioRoles.sol";

/// @title  Mandates
/// @dev    A stored mandate is a blob, ABI-encoded (Core, Terms, blob of the packed vector). Activation tells the ledger,
///         so that a rebalance reads its mandate's blob without asking this contract. A change of manager or circuit stores
///         the active mandate again with the new one, under its old version.
contract Mandates is IMandates, PortfolioCircuits {
    struct Record {
        address active; // slot 0, bits   0–159, blob of the active mandate
        uint40 activatedAt; // slot 0, bits 160–199
        uint32 activeVersion; // slot 0, bits 200–231
        address waiting; // slot 1, bits   0–159, blob of the scheduled mandate
        uint40 dueAt; // slot 1, bits 160–199
        uint32 scheduled; // slot 1, bits 200–231, versions given out
        uint40 scheduledAt; // slot 2, bits   0–39, when the waiting mandate was announced
        uint40 unnoticedAt; // slot 2, bits  40–79, when one, not the first, was last activated before its notice was over
    }

    IMarketSnapshots public immutable SNAPSHOTS;
    bytes32 public immutable CIRCUIT_ID;
    uint8 private immutable _SLOTS;
    uint8 private immutable _GROUPS;
    uint8 private immutable _ACCOUNTS;
    uint8 private immutable _SCENARIOS;

    mapping(bytes32 portfolioId => Record) private _records;
    mapping(bytes32 portfolioId => mapping(uint256 version => address)) private _blobs;

    constructor(
        IGroth16Verifier verifier,
        IMarketSnapshots snapshots,
        IRebalanceLedger ledger,
        bytes32 circuitId,
        Shape memory shape,
        uint256 notice
    ) PortfolioRoles(notice) PortfolioCircuits(verifier, ledger) {
        (SNAPSHOTS, CIRCUIT_ID) = (snapshots, circuitId);
        (_SLOTS, _GROUPS, _ACCOUNTS, _SCENARIOS) = (shape.slots, shape.groups, shape.accounts, shape.scenarios);
    }

    /// @inheritdoc IMandates
    function schedule(
        Creation calldata creation,
        int256[] calldata vector,
        Terms calldata terms,
        uint256 digest,
        Proof calldata proof
    ) external returns (uint256 version) {
        bytes32 portfolioId = _checkCreation(creation);
        _checkMandate(vector, terms, digest, proof);

        Record storage record = _records[portfolioId];
        uint256 dueAt = _dueAt(record, portfolioId, vector, terms);
        if (record.waiting != address(0)) emit MandateCancelled(portfolioId, record.scheduled);
        version = record.scheduled + 1;
        address blob = _store(_core(portfolioId, version, creation, terms, digest), vector, terms);
        _blobs[portfolioId][version] = blob;
        (record.waiting, record.dueAt, record.scheduled) = (blob, uint40(dueAt), uint32(version));
        record.scheduledAt = uint40(block.timestamp);
        emit MandateScheduled(portfolioId, version, dueAt, digest, vector, terms);
    }

    /// @inheritdoc IMandates
    function cancel(bytes32 portfolioId) external onlyGovernor(portfolioId) {
        Record storage record = _records[portfolioId];
        if (record.waiting == address(0)) revert NothingScheduled(portfolioId);
        (record.waiting, record.dueAt, record.scheduledAt) = (address(0), 0, 0);
        emit MandateCancelled(portfolioId, record.scheduled);
    }

    /// @inheritdoc IMandates
    function activate(bytes32 portfolioId) external {
        Record storage record = _records[portfolioId];
        (address blob, uint256 dueAt) = (record.waiting, record.dueAt);
        if (blob == address(0)) revert NothingScheduled(portfolioId);
        if (block.timestamp < dueAt) revert NotDue(portfolioId, dueAt);
        bool first = record.active == address(0);
        if (!first && block.timestamp < record.scheduledAt + NOTICE) record.unnoticedAt = uint40(block.timestamp);
        Core memory core = abi.decode(blob.code, (Core));
        (record.activatedAt, record.activeVersion) = (uint40(block.timestamp), uint32(core.version));
        (record.waiting, record.dueAt) = (address(0), 0);
        emit MandateActivated(portfolioId, core.version, core.digest);
        _adopt(portfolioId, blob);
    }

    /// @inheritdoc IMandates
    function active(bytes32 portfolioId) external view returns (address) {
        return _records[portfolioId].active;
    }

    /// @inheritdoc IMandates
    function mandate(bytes32 portfolioId, uint256 version)
        public
        view
        returns (Core memory core, Terms memory terms, int256[] memory vector)
    {
        address blob = _blobs[portfolioId][version];
        if (blob == address(0)) revert UnknownMandate(portfolioId, version);
        address limits;
        (core, terms, limits) = abi.decode(blob.code, (Core, Terms, address));
        vector = new int256[](MandateRules.length(_shape()));
        vector[Layout.MANDATE_UNIVERSE_ID] = int256(core.universeId);
        PackedInts.unpack(abi.decode(limits.code, (uint256[])), vector, Layout.MANDATE_HEAD_LENGTH);
    }

    /// @inheritdoc IMandates
    function versions(bytes32 portfolioId) external view returns (uint256, uint256, uint256, uint256) {
        Record storage record = _records[portfolioId];
        uint256 waiting = record.waiting == address(0) ? 0 : record.scheduled;
        return (record.activeVersion, record.activatedAt, waiting, record.dueAt);
    }

    function _shape() private view returns (Shape memory) {
        return Shape(_SLOTS, _GROUPS, _ACCOUNTS, _SCENARIOS);
    }

    /// @dev The first mandate of a portfolio begins it, with the roles its creation parameters name.
    function _checkCreation(Creation calldata creation) private returns (bytes32 portfolioId) {
        portfolioId = keccak256(abi.encode(creation));
        Roles storage roles = _roles[portfolioId];
        bool begun = roles.governor != address(0);
        if (msg.sender != (begun ? roles.governor : creation.governor)) revert NotGovernor(portfolioId, msg.sender);
        if (begun) return portfolioId;
        if (creation.manager == address(0)) revert InvalidCreation("manager");
        uint256 window = creation.windowLength;
        if (window < Layout.TERM_WINDOW_LENGTH_LO || window > Layout.TERM_WINDOW_LENGTH_HI) {
            revert InvalidCreation("windowLength");
        }
        (roles.governor, roles.manager) = (creation.governor, creation.manager);
    }

    /// @dev When a mandate scheduled now may be activated; see IMandates.
    function _dueAt(Record storage record, bytes32 portfolioId, int256[] calldata vector, Terms calldata terms)
        private
        view
        returns (uint256)
    {
        if (record.active == address(0)) return block.timestamp;
        (, Terms memory current, int256[] memory limits) = mandate(portfolioId, record.activeVersion);
        uint256 noticed = block.timestamp + NOTICE;
        if (Tightening.isTightening(limits, vector, _shape()) && Tightening.isTightening(current, terms)) {
            uint256 apart = current.minInterval > NOTICE ? current.minInterval : NOTICE;
            uint256 free = record.unnoticedAt + apart;
            if (free > noticed) return noticed;
            return free > block.timestamp ? free : block.timestamp;
        }
        uint256 spaced = record.activatedAt + current.minInterval;
        return noticed > spaced ? noticed : spaced;
    }

    /// @dev Puts a blob in force, stored again when it names another manager or circuit than the present one.
    function _adopt(bytes32 portfolioId, address blob) private {
        (Core memory core, Terms memory terms, address limits) = abi.decode(blob.code, (Core, Terms, address));
        (address manager, bytes32 circuitId) = (_roles[portfolioId].manager, circuitOf(portfolioId));
        if (core.manager != manager || core.circuitId != circuitId) {
            (core.manager, core.circuitId) = (manager, circuitId);
            blob = address(new CodeBlob(abi.encode(core, terms, limits)));
            _blobs[portfolioId][core.version] = blob;
        }
        _records[portfolioId].active = blob;
        LEDGER.adoptMandate(portfolioId, blob);
    }

    /// @inheritdoc PortfolioRoles
    function _changed(bytes32 portfolioId) internal override {
        address blob = _records[portfolioId].active;
        if (blob != address(0)) _adopt(portfolioId, blob);
    }

    function _checkMandate(
        int256[] calldata vector,
        Terms calldata terms,
        uint256 digest,
        Proof calldata proof
    ) private view {
        Shape memory shape = _shape();
        uint256 expected = MandateRules.length(shape);
        if (vector.length != expected) revert WrongVectorLength(vector.length, expected);
        uint256 universeId = uint256(vector[Layout.MANDATE_UNIVERSE_ID]);
        MandateRules.check(vector, SNAPSHOTS.universe(universeId), shape);
        MandateRules.checkTerms(terms);
        uint256[] memory x = new uint256[](vector.length);
        for (uint256 i; i < x.length; ++i) x[i] = PublicVector.toField(vector[i]);
        (, uint256 alpha, uint256 beta) = PublicVector.signals(CIRCUIT_ID, x, digest);
        VERIFIER.verify(CIRCUIT_ID, proof, digest, alpha, beta);
    }

    /// @dev All but the universe, which the vector names.
    function _core(
        bytes32 portfolioId,
        uint256 version,
        Creation calldata creation,
        Terms calldata terms,
        uint256 digest
    ) private view returns (Core memory core) {
        (core.version, core.digest) = (version, digest);
        (core.manager, core.circuitId) = (_roles[portfolioId].manager, circuitOf(portfolioId));
        core.windowLength = creation.windowLength;
        (core.marketMaxAge, core.grace) = (terms.marketMaxAge, terms.grace);
    }

    function _store(Core memory core, int256[] calldata vector, Terms calldata terms) private returns (address) {
        core.universeId = uint256(vector[Layout.MANDATE_UNIVERSE_ID]);
        uint256[] memory packed = PackedInts.pack(vector, Layout.MANDATE_HEAD_LENGTH);
        address limits = address(new CodeBlob(abi.encode(packed)));
        return address(new CodeBlob(abi.encode(core, terms, limits)));
    }
}
