// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @notice The circuit that a portfolio has moved to (0 while it has not), and the one it is to move to (0 when none is).
struct Circuits {
    bytes32 current; // slot 0
    bytes32 next; // slot 1
    uint40 dueAt; // slot 2, bits 0–39
}

/// @title  IPortfolioCircuits
/// @notice By which circuit a portfolio's steps are proven: the ledger's, until its governor moves it, with notice, to a
///         successor. So a circuit can be mended, or get a key of another ceremony, and no portfolio is moved by others.
interface IPortfolioCircuits {
    /// @notice `circuitId` may take the place of the portfolio's circuit from `dueAt`; 0 withdraws what was proposed.
    event CircuitProposed(bytes32 indexed portfolioId, bytes32 circuitId, uint256 dueAt);
    /// @notice The portfolio's steps are proven by another circuit from now on.
    event CircuitChanged(bytes32 indexed portfolioId, bytes32 circuitId);

    /// @notice The verifier does not know `circuitId` as a successor of `current`, by which the portfolio is proven.
    error NotSuccessor(bytes32 circuitId, bytes32 current);
    /// @notice No circuit is proposed for the portfolio.
    error NoCircuitProposed(bytes32 portfolioId);
    /// @notice Proofs of the circuit are not accepted now.
    error CircuitNotLive(bytes32 circuitId);

    /// @notice Announces another circuit; the portfolio's governor only. Replaces an earlier proposal and starts its notice
    ///         anew.
    function proposeCircuit(bytes32 portfolioId, bytes32 circuitId) external;

    /// @notice Moves the portfolio to the proposed circuit, once the notice is over; open to anyone. No proof by the circuit
    ///         before counts any more, and until the next step the record says so as after a change of mandates.
    function changeCircuit(bytes32 portfolioId) external;

    /// @notice The circuit by which the portfolio's next step is proven.
    function circuitOf(bytes32 portfolioId) external view returns (bytes32);

    /// @notice What is proposed.
    function circuitsOf(bytes32 portfolioId) external view returns (Circuits memory);
}
