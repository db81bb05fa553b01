// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Groth16Verifier} from "../../verifier-contracts/Groth16Verifier.sol";
import {IGroth16Verifier} from "../../verifier-contracts/interfaces/IGroth16Verifier.sol";
import {CodeBlob} from "../../verifier-contracts/libraries/CodeBlob.sol";
import {Signatures} from "../../verifier-contracts/libraries/Signatures.sol";
import {KnownKey} from "./KnownKey.sol";
import {Test} from "./Test.sol";

/// @notice What contracts rely on and no honest caller of theirs reaches.
contract LibrariesTest is Test {
    function isValid(address signer, bytes32 digest, bytes calldata signature) external view returns (bool) {
        return Signatures.isValid(signer, digest, signature);
    }

    /// @dev A recovery that fails gives the zero address, which has signed nothing.
    function testNobodySignsAsTheZeroAddress() public view {
        assertTrue(!this.isValid(address(0), "digest", new bytes(65)), "not recovered");
        assertTrue(this.isValid(vm.addr(1), "digest", signed(1, "digest")), "recovered");
        assertTrue(!this.isValid(vm.addr(1), "other", signed(1, "digest")), "of something else");
    }

    function testABlobDoesNothingWhenCalled() public {
        bytes[2] memory refused = [bytes(""), hex"01"];
        for (uint256 i; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(CodeBlob.ExecutableBlob.selector));
            new CodeBlob(refused[i]);
        }
        address blob = address(new CodeBlob(hex"00fe"));
        assertEq(keccak256(blob.code), keccak256(hex"00fe"), "kept");
        (bool success, bytes memory answer) = blob.call("");
        assertTrue(success && answer.length == 0, "nothing");
    }

    function testAKeyIsReadAsItWasRegistered() public {
        Groth16Verifier verifier = new Groth16Verifier(address(this));
        bytes32 id = "circuit";
        vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.UnknownKey.selector, id));
        verifier.keyOf(id);
        assertEq(verifier.keyHash(id), bytes32(0), "none");
        verifier.registerKey(id, KnownKey.sound(), false);
        assertEq(keccak256(verifier.keyOf(id)), keccak256(KnownKey.sound()), "key");
        assertEq(verifier.keyHash(id), keccak256(KnownKey.sound()), "hash");
    }
}
