// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IAttestorList} from "./interfaces/IAttestorList.sol";
import {IGroth16Verifier} from "./interfaces/IGroth16Verifier.sol";
import {IKeyGuard} from "./interfaces/IKeyGuard.sol";
import {Core, Terms} from "./interfaces/IMandates.sol";
import {IRebalanceLedger} from "./interfaces/IRebalanceLedger.sol";
import {Attestation, Attestations, Kind, Word} from "./libraries/Attestations.sol";
import {Layout} from "./libraries/Layout.sol";
import {Flags, Flow, Stored} from "./libraries/LedgerStorage.sol";
import {PublicVector} from "./libraries/PublicVector.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {TypedData} from "./libraries/TypedData.sol";

/// @title  LedgerAttestations
/// @dev    The half of the ledger that rests on attestors' words. Only {replaceBook} moves a head, and it needs the
///         manager's signature as well.
abstract contract LedgerAttestations is IRebalanceLedger, TypedData {
    uint256 private constant HEADS = 32;
    uint256 private constant FLOWS_MAX = 64;
    bytes32 private constant REPLACE_TYPE =
        keccak256("ReplaceBook(bytes32 portfolioId,uint256 epoch,bytes32 head,uint256 newBook)");

    IGroth16Verifier public immutable VERIFIER;
    /// @inheritdoc IRebalanceLedger
    bytes32 public immutable CIRCUIT_ID;
    IAttestorList public immutable ATTESTORS;

    mapping(bytes32 portfolioId => Stored) internal _portfolios;
    mapping(bytes32 portfolioId => mapping(uint256 index => Flow)) internal _flows;
    mapping(bytes32 portfolioId => mapping(bytes32 flowId => bool)) private _usedFlows;

    constructor(IGroth16Verifier verifier, bytes32 circuitId, IAttestorList attestors) {
        (VERIFIER, CIRCUIT_ID, ATTESTORS) = (verifier, circuitId, attestors);
    }

    /// @inheritdoc IRebalanceLedger
    function recordFlow(Attestation calldata attestation, Word[] calldata words) external {
        bytes32 id = attestation.portfolioId;
        Stored storage stored = _open(id);
        _checkAttested(attestation, words, Kind.Flow, stored.mandate);
        if (attestation.epoch != 0) revert WrongAttestation("epoch");
        if (attestation.head != 0) revert WrongAttestation("head");
        if (attestation.commitment != 0) revert WrongAttestation("commitment");
        int256 amount = attestation.amount;
        if (amount == 0 || !_isValue(amount)) revert WrongAttestation("amount");
        // The book that was attested then holds it already.
        if (attestation.asOf <= stored.bookAsOf) revert WrongAttestation("asOf");
        if (_usedFlows[id][attestation.flowId]) revert FlowUsed(id, attestation.flowId);

        _usedFlows[id][attestation.flowId] = true;
        _keepFlow(id, stored, amount, attestation.asOf);
        emit FlowRecorded(id, attestation.flowId, amount, attestation.asOf);
    }

    /// @inheritdoc IRebalanceLedger
    function attest(
        Attestation calldata attestation,
        Word[] calldata words,
        Head calldata confirmed,
        Link[] calldata later
    ) external {
        bytes32 id = attestation.portfolioId;
        Stored storage stored = _open(id);
        uint8 tier = _checkAttested(attestation, words, Kind.Confirm, stored.mandate);
        _checkNoFlow(attestation);
        if (attestation.commitment != confirmed.book) revert WrongAttestation("commitment");
        if (later.length >= HEADS || attestation.epoch + later.length != stored.epoch) {
            revert WrongAttestation("epoch");
        }
        bytes32 head = _hash(confirmed.previous, confirmed.book, confirmed.budget);
        if (attestation.head != head) revert WrongAttestation("head");
        for (uint256 i; i < later.length; ++i) head = _hash(head, later[i].book, later[i].budget);
        if (head != stored.head) revert WrongHead(id, stored.head, head);
        if (attestation.asOf <= stored.attestedAt) {
            revert AttestationNotNewer(attestation.asOf, stored.attestedAt);
        }

        _setAttested(stored, attestation.asOf, tier, words.length);
        emit Attested(id, attestation.epoch, attestation.asOf, tier, words.length);
    }

    /// @inheritdoc IRebalanceLedger
    function replaceBook(
        Attestation calldata attestation,
        Word[] calldata words,
        Head calldata head,
        bytes calldata authorization
    ) external {
        bytes32 id = attestation.portfolioId;
        Stored storage stored = _open(id);
        Core memory core = abi.decode(stored.mandate.code, (Core));
        _checkNotPaused(core.circuitId);
        uint8 tier = _checkAttested(attestation, words, Kind.Replace, stored.mandate);
        _checkNoFlow(attestation);
        _checkHead(id, stored.head, head);
        if (attestation.head != stored.head) revert WrongAttestation("head");
        if (attestation.epoch != stored.epoch) revert WrongAttestation("epoch");
        // A book of before the last attestation would lose what came since, or count it twice.
        if (attestation.asOf < stored.attestedAt) {
            revert AttestationNotNewer(attestation.asOf, stored.attestedAt);
        }
        uint256 book = attestation.commitment;
        if (book >= PublicVector.FIELD || book == 0) revert WrongAttestation("commitment");
        bytes32 structHash = keccak256(abi.encode(REPLACE_TYPE, id, attestation.epoch, attestation.head, book));
        _checkAuthorized(id, core.manager, structHash, authorization);

        _setAttested(stored, attestation.asOf, tier, words.length);
        _replace(id, stored, attestation, head.budget);
    }

    /// @inheritdoc IRebalanceLedger
    function netFlowAt(bytes32 portfolioId, uint256 time) public view returns (int256 netFlow, uint256 count) {
        Stored storage stored = _portfolios[portfolioId];
        (uint256 first, uint256 pending) = (stored.consumedFlows, stored.pendingFlows);
        for (; count < pending; ++count) {
            Flow memory flow = _flows[portfolioId][first + count];
            if (flow.recordedAt > time) break;
            netFlow += flow.amount;
        }
    }

    function _open(bytes32 portfolioId) internal view returns (Stored storage stored) {
        stored = _portfolios[portfolioId];
        if (stored.flags & (Flags.OPEN | Flags.CLOSED) != Flags.OPEN) revert NotOpen(portfolioId);
    }

    function _checkHead(bytes32 portfolioId, bytes32 expected, Head calldata head) internal pure {
        bytes32 given = _hash(head.previous, head.book, head.budget);
        if (given != expected) revert WrongHead(portfolioId, expected, given);
    }

    function _checkAuthorized(bytes32 id, address manager, bytes32 structHash, bytes calldata authorization)
        internal
        view
    {
        bytes32 digest = _typed(structHash);
        if (!Signatures.isValid(manager, digest, authorization)) revert NotAuthorized(id, digest);
    }

    /// @dev Kind, dates, quorum and every word; the fields that depend on the kind are the caller's.
    /// @return tier The weakest of the words' evidence.
    function _checkAttested(Attestation calldata attestation, Word[] calldata words, Kind kind, address mandate)
        internal
        returns (uint8 tier)
    {
        if (attestation.kind != kind) revert WrongKind(attestation.kind, kind);
        if (attestation.asOf > block.timestamp) revert WrongAttestation("asOf");
        if (attestation.deadline < block.timestamp) revert AttestationExpired(attestation.deadline);
        (, Terms memory terms) = abi.decode(mandate.code, (Core, Terms));
        if (words.length < terms.attestationQuorum) revert TooFewAttestors(words.length, terms.attestationQuorum);
        tier = type(uint8).max;
        address last;
        for (uint256 i; i < words.length; ++i) {
            Word calldata word = words[i];
            if (word.attestor <= last) revert AttestorsNotAscending(i);
            if (word.tier < terms.attestationTier) revert TierTooLow(word.tier, terms.attestationTier);
            _checkWord(attestation, word);
            if (word.tier < tier) tier = word.tier;
            last = word.attestor;
        }
    }

    /// @dev One attestor's listing and signature.
    function _checkWord(Attestation calldata attestation, Word calldata word) private {
        bool listed = word.tier <= ATTESTORS.tierOf(word.attestor);
        bytes32 digest = _typed(Attestations.hash(attestation, word));
        if (!listed || !Signatures.isValid(word.attestor, digest, word.signature)) {
            revert NotAttested(word.attestor, word.tier);
        }
        emit AttestorSigned(attestation.portfolioId, word.attestor, attestation.kind, word.tier, word.evidence);
    }

    function _checkNoFlow(Attestation calldata attestation) internal pure {
        if (attestation.amount != 0) revert WrongAttestation("amount");
        if (attestation.flowId != 0) revert WrongAttestation("flowId");
    }

    function _setAttested(Stored storage stored, uint256 asOf, uint8 tier, uint256 count) internal {
        // A block has no gas for 65,536 signatures.
        (stored.attestedAt, stored.attestedTier, stored.attestedBy) = (uint40(asOf), tier, uint16(count));
    }

    /// @dev Puts a flow behind those that wait, dated by its recording.
    function _keepFlow(bytes32 id, Stored storage stored, int256 amount, uint256 asOf) internal {
        (int256 waiting, uint256 count) = netFlowAt(id, block.timestamp);
        if (count == FLOWS_MAX || !_isValue(waiting + amount)) revert FlowsFull(id);
        _flows[id][stored.consumedFlows + count] = Flow(int128(amount), uint40(block.timestamp), uint40(asOf));
        ++stored.pendingFlows;
    }

    function _hash(bytes32 previous, uint256 book, uint256 budget) internal pure returns (bytes32) {
        return keccak256(abi.encode(previous, book, budget));
    }

    /// @dev A step asks by having its proof verified; a replacement has none.
    function _checkNotPaused(bytes32 circuitId) private view {
        uint256 until = VERIFIER.pausedUntil(circuitId);
        if (block.timestamp < until) revert IKeyGuard.Paused(circuitId, until);
    }

    /// @dev The chain of heads starts anew, so that no head before this one can be confirmed any more. The attested book
    ///      holds every flow up to its date, so all that wait are settled; one recorded later is not in it yet, and halts.
    function _replace(bytes32 id, Stored storage stored, Attestation calldata attestation, uint256 budget) private {
        uint256 pending = stored.pendingFlows;
        if (pending != 0) {
            uint32 end = stored.consumedFlows + uint32(pending);
            if (attestation.asOf < _flows[id][end - 1].recordedAt) revert WrongAttestation("asOf");
            (stored.consumedFlows, stored.pendingFlows) = (end, 0);
        }
        uint256 book = attestation.commitment;
        stored.head = _hash(0, book, budget);
        if (stored.flags & Flags.REPLACED == 0) stored.provenEpoch = stored.epoch;
        stored.flags |= Flags.REPLACED;
        uint256 epoch = ++stored.epoch;
        stored.bookAsOf = uint40(attestation.asOf);
        emit BookReplaced(id, epoch, book, budget);
    }

    /// @dev Whether the circuit can take it: each sign has the width of a value.
    function _isValue(int256 amount) private pure returns (bool) {
        int256 limit = int256(1 << Layout.BITS_VALUE);
        return -limit < amount && amount < limit;
    }
}
