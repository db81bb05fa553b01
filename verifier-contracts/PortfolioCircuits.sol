// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IGroth16Verifier} from "./interfaces/IGroth16Verifier.sol";
import {Circuits, IPortfolioCircuits} from "./interfaces/IPortfolioCircuits.sol";
import {IRebalanceLedger} from "./interfaces/IRebalanceLedger.sol";
import {PortfolioRoles} from "./PortfolioRoles.sol";

/// @title  PortfolioCircuits
/// @dev    Only successors can be proposed: the verifier also holds keys of other statements, a proof of which would say
///         nothing of a step.
abstract contract PortfolioCircuits is IPortfolioCircuits, PortfolioRoles {
    IGroth16Verifier public immutable VERIFIER;
    IRebalanceLedger public immutable LEDGER;

    mapping(bytes32 portfolioId => Circuits) private _circuits;

    constructor(IGroth16Verifier verifier, IRebalanceLedger ledger) {
        (VERIFIER, LEDGER) = (verifier, ledger);
    }

    /// @inheritdoc IPortfolioCircuits
    function proposeCircuit(bytes32 portfolioId, bytes32 circuitId) external onlyGovernor(portfolioId) {
        if (circuitId != 0) {
            bytes32 current = circuitOf(portfolioId);
            if (VERIFIER.predecessorOf(circuitId) != current) revert NotSuccessor(circuitId, current);
        }
        Circuits storage circuits = _circuits[portfolioId];
        uint256 dueAt = circuitId == 0 ? 0 : block.timestamp + NOTICE;
        (circuits.next, circuits.dueAt) = (circuitId, uint40(dueAt));
        emit CircuitProposed(portfolioId, circuitId, dueAt);
    }

    /// @inheritdoc IPortfolioCircuits
    function changeCircuit(bytes32 portfolioId) external {
        Circuits storage circuits = _circuits[portfolioId];
        bytes32 next = circuits.next;
        if (next == 0) revert NoCircuitProposed(portfolioId);
        if (block.timestamp < circuits.dueAt) revert NotDue(portfolioId, circuits.dueAt);
        if (!VERIFIER.isLive(next)) revert CircuitNotLive(next);
        (circuits.current, circuits.next, circuits.dueAt) = (next, 0, 0);
        emit CircuitChanged(portfolioId, next);
        _changed(portfolioId);
    }

    /// @inheritdoc IPortfolioCircuits
    function circuitOf(bytes32 portfolioId) public view returns (bytes32) {
        bytes32 current = _circuits[portfolioId].current;
        return current == 0 ? LEDGER.CIRCUIT_ID() : current;
    }

    /// @inheritdoc IPortfolioCircuits
    function circuitsOf(bytes32 portfolioId) external view returns (Circuits memory) {
        return _circuits[portfolioId];
    }
}
