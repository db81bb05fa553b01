// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Attestation, Kind, Word} from "../libraries/Attestations.sol";
import {Proof} from "./IGroth16Verifier.sol";
import {Creation} from "./IMandates.sol";

/// @title  IRebalanceLedger
/// @notice The public record of portfolios whose books are secret and whose obedience to a mandate is not.
interface IRebalanceLedger {
    /// @notice What a head is the hash of: the head before it (0 after opening and after a replacement), book and budget.
    struct Head {
        bytes32 previous;
        uint256 book;
        uint256 budget;
    }

    /// @notice A head's own part, where its predecessor is known.
    struct Link {
        uint256 book;
        uint256 budget;
    }

    /// @notice The submitted part of a step's public vector; `digest` is c. At opening `compliant` is true; `open` is true in
    ///         {rebalanceOpen} and nowhere else.
    struct Step {
        uint256 newBook;
        uint256 newBudget;
        uint256 trade;
        uint256 marketDigest;
        uint256 digest;
        bool compliant;
        bool open;
    }

    /// @notice What is sent with every step. `sealedTrade` hashes to the payload: the trade encrypted, or deadline and routes
    ///         of an open one as ITradeExecutor takes them. `authorization` is the manager's signature of the statement.
    struct Submission {
        Step step;
        Proof proof;
        bytes sealedTrade;
        bytes authorization;
    }

    /// @notice One portfolio's step in a batch.
    struct Entry {
        bytes32 portfolioId;
        Head head;
        Submission submission;
    }

    /// @notice The verdict on a portfolio's record.
    enum Verdict {
        None,
        Green,
        Amber,
        Red,
        Stale,
        Paused,
        Closed
    }

    /// @notice A portfolio as stored. `universeId` is the one its book was kept for at the last proof; `attestedBy` is how
    ///         many attestors stood for the last attestation, `attestedTier` the weakest of their evidence.
    struct Portfolio {
        bytes32 head;
        uint256 epoch;
        uint256 snapshotTime;
        uint256 universeId;
        uint256 mandateVersion;
        address manager;
        uint256 windowLength;
        uint256 attestedAt;
        uint256 attestedTier;
        uint256 attestedBy;
        uint256 amberSince;
        uint256 pendingFlows;
        bool closed;
    }

    /// @notice The newest proof of a portfolio; its event has topic `epoch`.
    struct LastProof {
        uint256 epoch;
        uint256 snapshotTime;
        bool compliant;
        bool underActiveMandate;
        bool replacedSince;
    }

    /// @notice A step was proven. `x` is the public vector, without legs unless they are open; `sealedTrade` hashes to its
    ///         payload.
    event Rebalanced(
        bytes32 indexed portfolioId, uint256 indexed epoch, uint256[] x, uint256 digest, Proof proof, bytes sealedTrade
    );
    /// @notice A portfolio was opened; the step itself is in a `Rebalanced` event.
    event Opened(bytes32 indexed portfolioId, Creation creation);
    /// @notice A book was replaced without a proof, by attestors' and the manager's word.
    event BookReplaced(bytes32 indexed portfolioId, uint256 indexed epoch, uint256 newBook, uint256 budget);
    /// @notice `attestors` of them confirmed the head of `epoch`, on evidence of `tier` or stronger.
    event Attested(
        bytes32 indexed portfolioId, uint256 indexed epoch, uint256 asOf, uint8 tier, uint256 attestors
    );
    /// @notice A flow waits to be consumed by the first step at a snapshot not before now.
    event FlowRecorded(bytes32 indexed portfolioId, bytes32 flowId, int256 amount, uint256 asOf);
    /// @notice An attestor stands for the opening, replacement, confirmation or flow whose event follows.
    event AttestorSigned(
        bytes32 indexed portfolioId, address indexed attestor, Kind kind, uint8 tier, bytes32 evidence
    );
    /// @notice An open trade was executed better than proven by `amount` (1e-16 quote), which waits as a flow of now.
    event ImprovementRecorded(bytes32 indexed portfolioId, uint256 indexed epoch, uint256 amount);
    /// @notice The portfolio must be proven against another mandate, or by another circuit or manager, from now on.
    event MandateAdopted(bytes32 indexed portfolioId, uint256 version);
    /// @notice The record ended.
    event Closed(bytes32 indexed portfolioId, uint256 epoch);

    /// @notice The id belongs to a portfolio already.
    error PortfolioExists(bytes32 portfolioId);
    /// @notice The id belongs to no portfolio that is open.
    error NotOpen(bytes32 portfolioId);
    /// @notice The portfolio has no active mandate.
    error NoMandate(bytes32 portfolioId);
    /// @notice The given book and budget are not those of the current head.
    error WrongHead(bytes32 portfolioId, bytes32 expected, bytes32 given);
    /// @notice Only an opening keeps its book commitment.
    error BookUnchanged(bytes32 portfolioId);
    /// @notice A portfolio opens compliant.
    error OpeningNotCompliant(bytes32 portfolioId);
    /// @notice The entries of a batch come in ascending order of their portfolios, each portfolio once.
    error EntryOutOfOrder(bytes32 portfolioId);
    /// @notice The portfolio is proven by another circuit than those before it in the batch.
    error CircuitsDiffer(bytes32 portfolioId);
    /// @notice An open trade goes through {rebalanceOpen}, a sealed one through {open}, {rebalance} and {rebalanceBatch}.
    error WrongTradeForm(bytes32 portfolioId);
    /// @notice A sealed trade has exactly `expected` bytes, whatever it holds; deadline and routes of an open one between
    ///         one and `expected`: 31 routes.
    error WrongPayloadLength(uint256 length, uint256 expected);
    /// @notice The manager did not sign `digest`.
    error NotAuthorized(bytes32 portfolioId, bytes32 digest);
    /// @notice `caller` may not do this.
    error WrongCaller(address caller);
    /// @notice The attestation is of another kind.
    error WrongKind(Kind given, Kind expected);
    /// @notice Field `field` of the attestation does not fit what it is used for.
    error WrongAttestation(string field);
    /// @notice The attestor is not listed for this tier, or did not sign.
    error NotAttested(address attestor, uint8 tier);
    /// @notice The mandate asks for `required` attestors of the same.
    error TooFewAttestors(uint256 given, uint256 required);
    /// @notice Word `index` is not of an attestor above the one before: each stands once, in ascending order.
    error AttestorsNotAscending(uint256 index);
    /// @notice The attestation's tier is below the mandate's.
    error TierTooLow(uint8 tier, uint8 required);
    /// @notice The attestation's deadline has passed.
    error AttestationExpired(uint256 deadline);
    /// @notice A newer attestation is recorded.
    error AttestationNotNewer(uint256 asOf, uint256 recorded);
    /// @notice The flow was recorded before.
    error FlowUsed(bytes32 portfolioId, bytes32 flowId);
    /// @notice Flows waiting to be consumed are too many or their sum is too wide; prove a step first.
    error FlowsFull(bytes32 portfolioId);

    /// @notice Opens a portfolio whose first mandate is active, by one proof of a step that keeps the book.
    function open(
        Creation calldata creation,
        Submission calldata submission,
        Attestation calldata attestation,
        Word[] calldata words
    ) external returns (bytes32 portfolioId);

    /// @notice Proves one step of a portfolio; anyone may submit what its manager authorised.
    function rebalance(bytes32 portfolioId, Head calldata head, Submission calldata submission) external;

    /// @notice Proves one step of a portfolio whose legs are open, and executes them: all, each no worse than proven, or the
    ///         step is undone. What is better than proven becomes a flow of now.
    /// @param legs The legs of the public vector: (trade + 2^64)·2^64 + fill, one per slot.
    function rebalanceOpen(
        bytes32 portfolioId,
        Head calldata head,
        Submission calldata submission,
        uint256[] calldata legs
    ) external;

    /// @notice Proves a step each of many portfolios, given in ascending order of their ids, and checks the proofs together.
    ///         One entry that may not be applied fails them all. One that is applied already, so that its portfolio's head
    ///         is exactly this step's, is left out: a copy sent ahead of the batch voids nothing.
    /// @return applied How many entries were not left out.
    function rebalanceBatch(Entry[] calldata entries) external returns (uint256 applied);

    /// @notice Records an attested flow, once per flow id. Here and below, `words` are of as many listed attestors as the
    ///         mandate asks for or more, each once, in ascending order of their addresses; each states a tier of the
    ///         mandate's or above. The weakest of them is what the record keeps.
    function recordFlow(Attestation calldata attestation, Word[] calldata words) external;

    /// @notice Records a confirmation of one of the last 32 heads since the last replacement.
    /// @param confirmed The head the attestor speaks of.
    /// @param later     Every head after it, oldest first, up to the current one.
    function attest(
        Attestation calldata attestation,
        Word[] calldata words,
        Head calldata confirmed,
        Link[] calldata later
    ) external;

    /// @notice Replaces the book by the attested one, keeping the budget. Every flow that waits is in that book.
    function replaceBook(
        Attestation calldata attestation,
        Word[] calldata words,
        Head calldata head,
        bytes calldata authorization
    ) external;

    /// @notice Ends a record; sent by the governor, signed by the manager.
    function close(bytes32 portfolioId, bytes calldata authorization) external;

    /// @notice Told by the mandates contract that a portfolio has a new active mandate.
    function adoptMandate(bytes32 portfolioId, address blob) external;

    /// @notice The verdict, and a bit per reason it is not green (see the library PortfolioStatus).
    function status(bytes32 portfolioId) external view returns (Verdict verdict, uint256 reasons);

    /// @notice The stored record.
    function portfolio(bytes32 portfolioId) external view returns (Portfolio memory);

    /// @notice What the newest proof showed.
    function lastProof(bytes32 portfolioId) external view returns (LastProof memory);

    /// @notice Net flow that a step at a snapshot of `time` must consume, and how many flows that is.
    function netFlowAt(bytes32 portfolioId, uint256 time) external view returns (int256 netFlow, uint256 count);

    /// @notice The circuit by which portfolios begin.
    function CIRCUIT_ID() external view returns (bytes32);
}
