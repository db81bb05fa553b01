// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @title  TypedData
/// @notice EIP-712 domain "Ballast" version "1" of the inheriting contract, following the chain through a fork.
abstract contract TypedData {
    bytes32 private constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    uint256 private immutable _CHAIN_ID = block.chainid;
    bytes32 private immutable _SEPARATOR = _separator();

    /// @dev The digest to sign for a struct hash.
    function _typed(bytes32 structHash) internal view returns (bytes32) {
        bytes32 separator = block.chainid == _CHAIN_ID ? _SEPARATOR : _separator();
        return keccak256(abi.encodePacked(hex"1901", separator, structHash));
    }

    function _separator() private view returns (bytes32) {
        return keccak256(
            abi.encode(DOMAIN_TYPE, keccak256("Ballast"), keccak256("1"), block.chainid, address(this))
        );
    }
}
