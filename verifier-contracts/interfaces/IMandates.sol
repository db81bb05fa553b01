// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Proof} from "./IGroth16Verifier.sol";
import {IPortfolioCircuits} from "./IPortfolioCircuits.sol";
import {IPortfolioRoles} from "./IPortfolioRoles.sol";

/// @notice Everything a portfolio's id is the hash of. `windowLength` is in seconds and fixed for the portfolio's life.
struct Creation {
    address governor;
    address manager;
    uint32 windowLength;
    bytes32 salt;
}

/// @notice Terms of a mandate that the ledger enforces and no circuit sees. Seconds, but for the tier, the weakest evidence
///         that satisfies the mandate, and the quorum, how many attestors must state the same.
struct Terms {
    uint32 marketMaxAge;
    uint32 grace;
    uint32 heartbeat;
    uint32 cureTime;
    uint32 attestationMaxAge;
    uint32 flowMaxWait;
    uint32 minInterval;
    uint8 attestationTier;
    uint8 attestationQuorum;
}

/// @notice The part of a stored mandate that a rebalance reads. `manager` and `circuitId` are those of when the mandate was
///         scheduled, or last put in force or kept in force through a change of either.
struct Core {
    uint256 version;
    uint256 digest;
    uint256 universeId;
    address manager;
    uint256 windowLength;
    uint256 marketMaxAge;
    uint256 grace;
    bytes32 circuitId;
}

/// @title  IMandates
/// @notice Public risk limits of portfolios: scheduled by their governors, active after a notice, readable for ever.
/// @dev    When a scheduled mandate is due. The first: at once. One that loosens anything, or changes what has no stricter
///         side: after the notice, and not sooner than a minimum interval (of the active mandate) after the last activation.
///         One that tightens: at once, if none went without notice for the longer of notice and minimum interval; else when
///         that time or the notice is over, whichever is first. So no tightening waits longer than the notice, none can be
///         undone without it, and whoever probes a book with ever tighter limits gets no more than one of them a notice
///         beside the one that needed none. One mandate waits at a time: another takes its place, with a notice of its own,
///         so that a loosening announced before a tightening must be announced again after it.
interface IMandates is IPortfolioCircuits, IPortfolioRoles {
    /// @notice A mandate will be open to activation from `dueAt`.
    event MandateScheduled(
        bytes32 indexed portfolioId, uint256 version, uint256 dueAt, uint256 digest, int256[] vector, Terms terms
    );
    /// @notice A mandate that waited will not come in force: it was cancelled, or another took its place.
    event MandateCancelled(bytes32 indexed portfolioId, uint256 version);
    /// @notice A mandate is in force.
    event MandateActivated(bytes32 indexed portfolioId, uint256 version, uint256 digest);

    /// @notice Creation parameter `field` is not a value a portfolio may have.
    error InvalidCreation(string field);
    /// @notice A mandate vector of this shape has `expected` elements.
    error WrongVectorLength(uint256 length, uint256 expected);
    /// @notice Element `index` of the mandate vector is outside [lo, hi].
    error MandateOutOfRange(uint256 index, int256 value, int256 lo, int256 hi);
    /// @notice The low limit at `index` is above the high limit that follows it.
    error LowAboveHigh(uint256 index);
    /// @notice The mask of `slot` has a bit beyond the groups and accounts, or not the one account of its instrument.
    error WrongMask(uint256 slot, int256 mask);
    /// @notice `slot` has no instrument, so its limits must be 0.
    error PaddingNotZero(uint256 slot);
    /// @notice Term `term` is outside [lo, hi].
    error TermOutOfRange(string term, uint256 value, uint256 lo, uint256 hi);
    /// @notice The portfolio has no mandate waiting.
    error NothingScheduled(bytes32 portfolioId);
    /// @notice The portfolio has no mandate of this version.
    error UnknownMandate(bytes32 portfolioId, uint256 version);

    /// @notice Announces a mandate; the portfolio's governor only, who is `creation`'s until another took over.
    /// @param vector The signed public vector, in the order of the manifest; padding slots 0.
    /// @param digest Its digest, shown by `proof`.
    function schedule(
        Creation calldata creation,
        int256[] calldata vector,
        Terms calldata terms,
        uint256 digest,
        Proof calldata proof
    ) external returns (uint256 version);

    /// @notice Drops the waiting mandate; the portfolio's governor only.
    function cancel(bytes32 portfolioId) external;

    /// @notice Puts the waiting mandate in force once it is due; open to anyone.
    function activate(bytes32 portfolioId) external;

    /// @notice The contract whose code is the ABI encoding of the active mandate; 0 when there is none.
    function active(bytes32 portfolioId) external view returns (address blob);

    /// @notice A mandate by version, counted from 1.
    function mandate(bytes32 portfolioId, uint256 version)
        external
        view
        returns (Core memory core, Terms memory terms, int256[] memory vector);

    /// @notice Versions active and waiting (0 when none), and when they were activated and are due.
    function versions(bytes32 portfolioId)
        external
        view
        returns (uint256 activeVersion, uint256 activatedAt, uint256 waitingVersion, uint256 dueAt);
}
