// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @title  PublicVector
/// @notice The three public signals (c, alpha, beta) that stand for a public vector x.
/// @dev    The circuit computes c = digest(tag, x) and constrains beta = Σ x_i·alpha^(i+1). Alpha is the hash of x and c,
///         so it is fixed only after c has bound the prover to its own x'. If x' ≠ x, the two values of beta are equal
///         only when alpha is a root of a non-zero polynomial of degree n: probability at most n / r.
///
///         Trailing legs: a rebalance's vector ends with one leg per slot, each 0 when `open` = 0. A sealed step therefore
///         hashes the 16 head elements only, an open step all 16 + N. Zeros add nothing to beta, c covers the full
///         length, and `open` is itself a head element, so no vector has two meanings.
library PublicVector {
    uint256 internal constant FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617;

    /// @notice Element `index` of a public vector (its length stands for c) is not a reduced field element.
    error NonCanonicalElement(uint256 index, uint256 value);

    /// @notice The field element of an integer of magnitude below 2^253: −x is r − x.
    function toField(int256 value) internal pure returns (uint256) {
        return value < 0 ? FIELD - uint256(-value) : uint256(value);
    }

    /// @notice Checks that x and c are canonical and derives what a proof of (x, c) is verified against.
    /// @param x The vector without trailing zero legs, negative numbers already mapped to the field.
    /// @return statement keccak256(abi.encode(circuitId, x, c)): what a manager signs.
    /// @return alpha     The statement modulo r.
    /// @return beta      Σ x_i·alpha^(i+1) modulo r.
    function signals(bytes32 circuitId, uint256[] memory x, uint256 c)
        internal
        pure
        returns (bytes32 statement, uint256 alpha, uint256 beta)
    {
        if (c >= FIELD) revert NonCanonicalElement(x.length, c);
        statement = keccak256(abi.encode(circuitId, x, c));
        alpha = uint256(statement) % FIELD;
        for (uint256 i = x.length; i != 0;) {
            // i counts down from a length to 0 and the sum of two reduced elements is below 2^255.
            unchecked {
                uint256 element = x[--i];
                if (element >= FIELD) revert NonCanonicalElement(i, element);
                beta = mulmod(beta + element, alpha, FIELD);
            }
        }
    }
}
