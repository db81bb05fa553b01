// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Claim, CLAIM_BYTES, IGroth16Verifier, Proof} from "./interfaces/IGroth16Verifier.sol";
import {PublicVector} from "./libraries/PublicVector.sol";

/// @title  BatchVerification
/// @dev    The half of the verifier that checks many proofs under one key at once. Proof i holds when
///         e(A_i, B_i) = e(alpha, beta)·e(vk_x_i, gamma)·e(C_i, delta). All of these, each to the power of a coefficient ρ_i,
///         are one equation; where it holds though one of them does not, ρ_i is a root of an equation with one root among
///         2^128 − 1 values, fixed before ρ_i was.
abstract contract BatchVerification is IGroth16Verifier {
    uint256 internal constant SCALAR_FIELD = PublicVector.FIELD;
    uint256 internal constant BASE_FIELD =
        21888242871839275222246405745257275088696311157297823662689037894645226208583;

    function _checkScalars(uint256 c, uint256 alpha, uint256 beta) internal pure {
        if (c >= SCALAR_FIELD) revert NonCanonicalScalar(0);
        if (alpha >= SCALAR_FIELD) revert NonCanonicalScalar(1);
        if (beta >= SCALAR_FIELD) revert NonCanonicalScalar(2);
    }

    function _checkCoordinates(Proof calldata proof) internal pure {
        if (proof.a[0] >= BASE_FIELD) revert NonCanonicalCoordinate(0);
        if (proof.a[1] >= BASE_FIELD) revert NonCanonicalCoordinate(1);
        if (proof.b[0][0] >= BASE_FIELD) revert NonCanonicalCoordinate(2);
        if (proof.b[0][1] >= BASE_FIELD) revert NonCanonicalCoordinate(3);
        if (proof.b[1][0] >= BASE_FIELD) revert NonCanonicalCoordinate(4);
        if (proof.b[1][1] >= BASE_FIELD) revert NonCanonicalCoordinate(5);
        if (proof.c[0] >= BASE_FIELD) revert NonCanonicalCoordinate(6);
        if (proof.c[1] >= BASE_FIELD) revert NonCanonicalCoordinate(7);
    }

    /// @dev ρ_i for each claim, from 1 to 2^128 − 1: the upper half of keccak256(seed, i), where the seed is the hash of the
    ///      key and of every number of every claim. All of these have fixed lengths, so no two batches hash the same bytes,
    ///      and whoever changes any number gets other coefficients everywhere: errors cannot be made to cancel.
    function _coefficients(address key, bytes calldata claims)
        internal
        view
        virtual
        returns (uint256[] memory list)
    {
        list = new uint256[](claims.length / CLAIM_BYTES);
        assembly ("memory-safe") {
            // Past the free pointer: the key (0x2c0), then the claims.
            let start := mload(0x40)
            extcodecopy(key, start, 1, 0x2c0)
            calldatacopy(add(start, 0x2c0), claims.offset, claims.length)
            mstore(0, keccak256(start, add(0x2c0, claims.length)))
            for { let i := 0 } lt(i, mload(list)) { i := add(i, 1) } {
                mstore(0x20, i)
                let rho := shr(128, keccak256(0, 0x40))
                mstore(add(list, mul(add(i, 1), 0x20)), or(rho, iszero(rho)))
            }
        }
    }

    /// @dev Checks that every number is reduced. Then −Σ ρ_i, −Σ ρ_i·c_i, −Σ ρ_i·alpha_i, −Σ ρ_i·beta_i modulo r: what the
    ///      points of the key are multiplied by.
    function _weights(bytes calldata claims, uint256[] memory coefficients)
        private
        pure
        returns (uint256[4] memory weights)
    {
        for (uint256 i; i < coefficients.length; ++i) {
            Claim calldata claim;
            // Solidity has no way to read a struct out of bytes.
            assembly ("memory-safe") {
                claim := add(claims.offset, mul(i, CLAIM_BYTES))
            }
            _checkScalars(claim.c, claim.alpha, claim.beta);
            _checkCoordinates(claim.proof);
            uint256 minus = SCALAR_FIELD - coefficients[i];
            weights[0] = addmod(weights[0], minus, SCALAR_FIELD);
            weights[1] = addmod(weights[1], mulmod(minus, claim.c, SCALAR_FIELD), SCALAR_FIELD);
            weights[2] = addmod(weights[2], mulmod(minus, claim.alpha, SCALAR_FIELD), SCALAR_FIELD);
            weights[3] = addmod(weights[3], mulmod(minus, claim.beta, SCALAR_FIELD), SCALAR_FIELD);
        }
    }

    /// @dev Π e(ρ_i·A_i, B_i) · e(−Σ ρ_i·C_i, delta) · e(w_0·IC_0 + w_1·IC_1 + w_2·IC_2 + w_3·IC_3, gamma)
    ///      · e(w_0·alpha, beta) = 1. Stops at the first point off its curve, whose precompile leaves little gas.
    function _pairsBatch(address key, bytes calldata claims) internal view returns (bool ok) {
        uint256[] memory coefficients = _coefficients(key, claims);
        uint256[4] memory weights = _weights(claims, coefficients);
        assembly ("memory-safe") {
            // Past the free pointer: the key (0x2c0), a sum and a term (0x40 + 0x60), the pairing's input (0xc0 a pair).
            let vk := mload(0x40)
            extcodecopy(key, vk, 1, 0x2c0)
            let sum := add(vk, 0x2c0)
            let input := add(sum, 0xa0)

            // The point to multiply and add is in the term's place already.
            function accumulate(total, scalar) -> done {
                let term := add(total, 0x40)
                mstore(add(term, 0x40), scalar)
                done := staticcall(gas(), 7, term, 0x60, term, 0x40)
                done := and(done, staticcall(gas(), 6, total, 0x80, total, 0x40))
            }

            calldatacopy(sum, calldatasize(), 0x40)
            ok := 1
            for { let i := 0 } and(ok, lt(i, mload(coefficients))) { i := add(i, 1) } {
                let claim := add(claims.offset, mul(i, CLAIM_BYTES))
                let rho := mload(add(coefficients, mul(add(i, 1), 0x20)))
                calldatacopy(input, claim, 0x40)
                mstore(add(input, 0x40), rho)
                ok := staticcall(gas(), 7, input, 0x60, input, 0x40)
                calldatacopy(add(input, 0x40), add(claim, 0x40), 0x80)
                calldatacopy(add(sum, 0x40), add(claim, 0xc0), 0x40)
                ok := and(ok, accumulate(sum, rho))
                input := add(input, 0xc0)
            }
            if ok {
                mcopy(input, sum, 0x40)
                mstore(add(input, 0x20), mod(sub(BASE_FIELD, mload(add(sum, 0x20))), BASE_FIELD))
                mcopy(add(input, 0x40), add(vk, 0x140), 0x80)
                calldatacopy(sum, calldatasize(), 0x40)
                for { let i := 0 } lt(i, 4) { i := add(i, 1) } {
                    mcopy(add(sum, 0x40), add(add(vk, 0x1c0), mul(i, 0x40)), 0x40)
                    ok := and(ok, accumulate(sum, mload(add(weights, mul(i, 0x20)))))
                }
                mcopy(add(input, 0xc0), sum, 0x40)
                mcopy(add(input, 0x100), add(vk, 0xc0), 0x80)
                mcopy(add(input, 0x180), vk, 0x40)
                mstore(add(input, 0x1c0), mload(weights))
                ok := and(ok, staticcall(gas(), 7, add(input, 0x180), 0x60, add(input, 0x180), 0x40))
                mcopy(add(input, 0x1c0), add(vk, 0x40), 0x80)
                let size := mul(add(mload(coefficients), 3), 0xc0)
                ok := and(ok, staticcall(gas(), 8, add(sum, 0xa0), size, sum, 0x20))
                ok := and(ok, eq(mload(sum), 1))
            }
        }
    }
}
