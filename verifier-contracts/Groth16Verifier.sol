// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {BatchVerification} from "./BatchVerification.sol";
import {CLAIM_BYTES, IGroth16Verifier, Proof} from "./interfaces/IGroth16Verifier.sol";
import {KeyGuard} from "./KeyGuard.sol";
import {CodeBlob} from "./libraries/CodeBlob.sol";

/// @title  Groth16Verifier
/// @dev    One program for every circuit: a key is data, kept as the code of its own contract. The precompiles check
///         that points lie on their curves; this contract checks that every number is reduced, so that a proof and its
///         public signals have one encoding each. Proofs stay malleable: nothing may key on their bytes.
contract Groth16Verifier is KeyGuard, BatchVerification {
    uint256 private constant KEY_BYTES = 704;
    /// @dev keccak256 of the G2 generator, imaginary parts first.
    bytes32 private constant G2_GENERATOR = keccak256(
        abi.encode(
            11559732032986387107991004021392285783925812861821192530917403151452391805634,
            10857046999023057135944570762232829481370756359578518086990519993285655852781,
            4082367875863433681332203403145435568316851327593401208105741076214120093531,
            8495653923123431417604973247489272438418190587263600148770280649306958101930
        )
    );

    /// @dev alpha of every development key, as prover/key-check.ts has it.
    bytes32 private constant DEVELOPMENT_ALPHA = keccak256(
        abi.encode(
            12462533935526246378891899908867973779630589395597951497084380362806296349445,
            17066409815624775757725115722229264044629633596694229257897110421360062342378
        )
    );

    /// @inheritdoc IGroth16Verifier
    mapping(bytes32 circuitId => bytes32) public predecessorOf;

    constructor(address governor) KeyGuard(governor) {}

    /// @inheritdoc IGroth16Verifier
    function registerKey(bytes32 circuitId, bytes calldata key, bool development) external onlyGovernor {
        _register(circuitId, key, development);
    }

    /// @inheritdoc IGroth16Verifier
    function registerSuccessor(bytes32 predecessor, bytes32 circuitId, bytes calldata key, bool development)
        external
        onlyGovernor
    {
        if (_keys[predecessor].gate.data == address(0)) revert UnknownKey(predecessor);
        _register(circuitId, key, development);
        predecessorOf[circuitId] = predecessor;
        emit KeySucceeds(circuitId, predecessor);
    }

    /// @inheritdoc IGroth16Verifier
    function verify(bytes32 circuitId, Proof calldata proof, uint256 c, uint256 alpha, uint256 beta) external view {
        address key = _liveKey(circuitId);
        _checkScalars(c, alpha, beta);
        _checkCoordinates(proof);
        if (!_pairs(key, proof, c, alpha, beta)) revert InvalidProof(circuitId);
    }

    /// @inheritdoc IGroth16Verifier
    function verifyBatch(bytes32 circuitId, bytes calldata claims) external view {
        address key = _liveKey(circuitId);
        if (claims.length == 0) revert EmptyBatch();
        if (claims.length % CLAIM_BYTES != 0) revert WrongBatchLength(claims.length, CLAIM_BYTES);
        if (!_pairsBatch(key, claims)) revert InvalidProof(circuitId);
    }

    /// @inheritdoc IGroth16Verifier
    function keyOf(bytes32 circuitId) public view returns (bytes memory key) {
        address data = _keys[circuitId].gate.data;
        if (data == address(0)) revert UnknownKey(circuitId);
        bytes memory code = data.code;
        key = new bytes(KEY_BYTES);
        for (uint256 i; i < KEY_BYTES; ++i) key[i] = code[i + 1];
    }

    /// @inheritdoc IGroth16Verifier
    function keyHash(bytes32 circuitId) external view returns (bytes32) {
        return _keys[circuitId].gate.data == address(0) ? bytes32(0) : keccak256(keyOf(circuitId));
    }

    /// @inheritdoc IGroth16Verifier
    function isLive(bytes32 circuitId) external view returns (bool) {
        return _isLive(circuitId);
    }

    function _register(bytes32 circuitId, bytes calldata key, bool development) private {
        if (_keys[circuitId].gate.data != address(0)) revert KeyExists(circuitId);
        // The development seed gives itself away, whatever mark the key comes with.
        development = development || keccak256(key[:64]) == DEVELOPMENT_ALPHA;
        if (development && block.chainid != LOCAL_CHAIN) revert DevelopmentKeyRefused(circuitId, block.chainid);
        if (key.length != KEY_BYTES) revert WrongKeyLength(key.length, KEY_BYTES);
        for (uint256 i; i < KEY_BYTES / 32; ++i) {
            if (uint256(bytes32(key[32 * i:])) >= BASE_FIELD) revert NonCanonicalKey(i);
        }
        _checkG1(key, 0);
        for (uint256 i = 2; i < 14; i += 4) _checkG2(key, i);
        for (uint256 i = 14; i < 22; i += 2) _checkG1(key, i);
        bytes32 delta = keccak256(key[10 * 32:14 * 32]);
        if (delta == keccak256(key[6 * 32:10 * 32]) || delta == G2_GENERATOR) {
            revert KeyWithoutContribution(circuitId);
        }

        address data = address(new CodeBlob(bytes.concat(hex"00", key)));
        uint256 liveFrom = _announce(circuitId, data, development);
        emit KeyRegistered(circuitId, keccak256(key), development, liveFrom);
    }

    /// @dev Adding a point to zero makes the precompile check the curve equation.
    function _checkG1(bytes calldata key, uint256 word) private view {
        bytes calldata point = key[32 * word:32 * word + 64];
        (bool onCurve,) = address(6).staticcall(bytes.concat(point, new bytes(64)));
        if (!onCurve || keccak256(point) == keccak256(new bytes(64))) revert InvalidKeyPoint(word);
    }

    /// @dev Pairing a point with zero makes the precompile check curve and subgroup.
    function _checkG2(bytes calldata key, uint256 word) private view {
        bytes calldata point = key[32 * word:32 * word + 128];
        (bool inGroup,) = address(8).staticcall(bytes.concat(new bytes(64), point));
        if (!inGroup || keccak256(point) == keccak256(new bytes(128))) revert InvalidKeyPoint(word);
    }

    /// @dev e(−A, B) · e(alpha, beta) · e(IC_0 + c·IC_1 + alpha·IC_2 + beta·IC_3, gamma) · e(C, delta) = 1.
    function _pairs(address key, Proof calldata proof, uint256 c, uint256 alpha, uint256 beta)
        private
        view
        returns (bool ok)
    {
        assembly ("memory-safe") {
            // Past the free pointer: the key (0x2c0), a sum and a term (0x40 + 0x60), the pairing's input (0x300).
            let vk := mload(0x40)
            extcodecopy(key, vk, 1, 0x2c0)
            let sum := add(vk, 0x2c0)
            mcopy(sum, add(vk, 0x1c0), 0x40)

            function accumulate(total, point, scalar) -> done {
                let term := add(total, 0x40)
                mcopy(term, point, 0x40)
                mstore(add(term, 0x40), scalar)
                done := staticcall(gas(), 7, term, 0x60, term, 0x40)
                done := and(done, staticcall(gas(), 6, total, 0x80, total, 0x40))
            }

            ok := accumulate(sum, add(vk, 0x200), c)
            ok := and(ok, accumulate(sum, add(vk, 0x240), alpha))
            ok := and(ok, accumulate(sum, add(vk, 0x280), beta))

            let input := add(sum, 0xa0)
            mstore(input, calldataload(proof))
            mstore(add(input, 0x20), mod(sub(BASE_FIELD, calldataload(add(proof, 0x20))), BASE_FIELD))
            calldatacopy(add(input, 0x40), add(proof, 0x40), 0x80)
            mcopy(add(input, 0xc0), vk, 0xc0)
            mcopy(add(input, 0x180), sum, 0x40)
            mcopy(add(input, 0x1c0), add(vk, 0xc0), 0x80)
            calldatacopy(add(input, 0x240), add(proof, 0xc0), 0x40)
            mcopy(add(input, 0x280), add(vk, 0x140), 0x80)
            ok := and(ok, staticcall(gas(), 8, input, 0x300, 0, 0x20))
            ok := and(ok, eq(mload(0), 1))
        }
    }
}
