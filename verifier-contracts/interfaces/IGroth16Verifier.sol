// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @notice A Groth16 proof over BN254. Each coordinate pair of `b` holds the imaginary part first, as the pairing
///         precompile reads it.
struct Proof {
    uint256[2] a;
    uint256[2][2] b;
    uint256[2] c;
}

/// @notice A proof and the three public signals that it is claimed to hold for.
struct Claim {
    Proof proof;
    uint256 c;
    uint256 alpha;
    uint256 beta;
}

/// @dev Length of a {Claim}.
uint256 constant CLAIM_BYTES = 352;

/// @title  IGroth16Verifier
/// @notice Proofs of any circuit whose three public signals are (c, alpha, beta), checked against a key named by the
///         circuit's id.
interface IGroth16Verifier {
    /// @notice A circuit got its verification key, whose proofs are accepted from `liveFrom`.
    event KeyRegistered(bytes32 indexed circuitId, bytes32 keyHash, bool development, uint256 liveFrom);

    /// @notice A portfolio that is proven by `predecessor` may move on to the circuit.
    event KeySucceeds(bytes32 indexed circuitId, bytes32 indexed predecessor);

    /// @notice The circuit has a key already.
    error KeyExists(bytes32 circuitId);
    /// @notice The circuit has no key.
    error UnknownKey(bytes32 circuitId);
    /// @notice A key has exactly `expected` bytes.
    error WrongKeyLength(uint256 length, uint256 expected);
    /// @notice Word `index` of a key is not a reduced base-field element.
    error NonCanonicalKey(uint256 index);
    /// @notice The point that starts at word `index` of a key is at infinity, off the curve or outside the subgroup.
    error InvalidKeyPoint(uint256 index);
    /// @notice Delta equals gamma or the generator: nobody contributed, and anyone can make a proof of anything.
    error KeyWithoutContribution(bytes32 circuitId);
    /// @notice A key made by the fixed-seed development set-up is worthless off a local chain.
    error DevelopmentKeyRefused(bytes32 circuitId, uint256 chainId);
    /// @notice Public signal `index` is not a reduced scalar-field element.
    error NonCanonicalScalar(uint256 index);
    /// @notice Coordinate `index` of the proof is not a reduced base-field element.
    error NonCanonicalCoordinate(uint256 index);
    /// @notice The proof, or one of a batch, does not hold for its public signals under this circuit's key.
    error InvalidProof(bytes32 circuitId);
    /// @notice A batch has at least one claim.
    error EmptyBatch();
    /// @notice A batch has a multiple of `each` bytes.
    error WrongBatchLength(uint256 length, uint256 each);

    /// @notice Gives a circuit its verification key, once; the governor only. It is live two days later, so that whoever
    ///         relies on it can look at it first; on chain 31337 at once.
    /// @param circuitId   keccak256 of the circuit's name, tier and constraint-system hash.
    /// @param key         alpha (G1), beta, gamma, delta (G2), IC_0..IC_3 (G1): 22 words, G2 imaginary part first.
    /// @param development True for a key of the fixed-seed set-up; refused unless the chain id is 31337.
    function registerKey(bytes32 circuitId, bytes calldata key, bool development) external;

    /// @notice Registers the key of a circuit that takes the place of another with the same public vector: a mended one, or
    ///         the same with a key of another ceremony. Nobody moves by it: each portfolio's governor decides, after a notice.
    function registerSuccessor(bytes32 predecessor, bytes32 circuitId, bytes calldata key, bool development) external;

    /// @notice Returns if the proof holds for (c, alpha, beta); reverts by name otherwise.
    function verify(bytes32 circuitId, Proof calldata proof, uint256 c, uint256 alpha, uint256 beta) external view;

    /// @notice Returns if every proof holds for its own signals; reverts by name otherwise. All are of one circuit: k proofs
    ///         cost k + 3 pairings, where one by one they would cost 4k.
    /// @param claims Words of one {Claim} after another.
    function verifyBatch(bytes32 circuitId, bytes calldata claims) external view;

    /// @notice The key's bytes as registered, for whoever checks proofs off chain.
    function keyOf(bytes32 circuitId) external view returns (bytes memory);

    /// @notice The circuit whose place this one takes; 0 when it takes none.
    function predecessorOf(bytes32 circuitId) external view returns (bytes32);

    /// @notice keccak256 of the key's bytes; 0 when the circuit has no key.
    function keyHash(bytes32 circuitId) external view returns (bytes32);

    /// @notice Whether proofs of the circuit are accepted on this chain, but for a pause.
    function isLive(bytes32 circuitId) external view returns (bool);

    /// @notice Proofs of the circuit are refused before this time; 0 when it never was paused.
    function pausedUntil(bytes32 circuitId) external view returns (uint256);
}
