// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Groth16Verifier} from "../../verifier-contracts/Groth16Verifier.sol";
import {IGroth16Verifier, Proof} from "../../verifier-contracts/interfaces/IGroth16Verifier.sol";
import {KnownKey} from "../verifier-contracts/KnownKey.sol";

/// @notice What a key must be, and what a proof under it.
contract KeysTest is KnownKey {
    bytes32 private constant ID = "circuit";

    Groth16Verifier private _verifier;

    function setUp() public {
        vm.chainId(31337);
        _verifier = new Groth16Verifier(address(this));
    }

    function testProvesItsSignalsAndNoOthers() public {
        _verifier.registerKey(ID, _sound(), false);
        _verifier.verify(ID, _proof(0), 0, 0, 0);
        _verifier.verify(ID, _proof(321), 1, 20, 300);
        Proof memory proof = _proof(321);
        uint256[3] memory signals = [uint256(1), 20, 300];
        for (uint256 i; i < 3; ++i) {
            signals[i] += 1;
            vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.InvalidProof.selector, ID));
            _verifier.verify(ID, proof, signals[0], signals[1], signals[2]);
            signals[i] += R - 1;
            vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.NonCanonicalScalar.selector, i));
            _verifier.verify(ID, proof, signals[0], signals[1], signals[2]);
            signals[i] -= R;
        }
    }

    function testNoCoordinateHasASecondSpelling() public {
        _verifier.registerKey(ID, _sound(), false);
        for (uint256 i; i < 8; ++i) {
            Proof memory proof = _proof(0);
            if (i < 2) proof.a[i] += Q;
            else if (i < 6) proof.b[(i - 2) / 2][i % 2] += Q;
            else proof.c[i - 6] += Q;
            vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.NonCanonicalCoordinate.selector, i));
            _verifier.verify(ID, proof, 0, 0, 0);
        }
    }

    /// @dev Exploit 15: a chain that leaves the local id takes its development keys' life.
    function testADevelopmentKeyIsDeadOnEveryOtherChain() public {
        _verifier.registerKey(ID, _sound(), true);
        _verifier.verify(ID, _proof(0), 0, 0, 0);
        assertTrue(_verifier.isLive(ID), "live");
        vm.chainId(1);
        assertTrue(!_verifier.isLive(ID), "dead");
        Proof memory proof = _proof(0);
        bytes memory refused = abi.encodeWithSelector(IGroth16Verifier.DevelopmentKeyRefused.selector, ID, 1);
        vm.expectRevert(refused);
        _verifier.verify(ID, proof, 0, 0, 0);
        refused = abi.encodeWithSelector(IGroth16Verifier.DevelopmentKeyRefused.selector, bytes32("other"), 1);
        vm.expectRevert(refused);
        _verifier.registerKey("other", _sound(), true);
        _verifier.registerKey("other", _sound(), false);
        assertTrue(_verifier.isLive("other"), "a production key lives anywhere");
    }

    function testAKeyWithoutContributionIsNotRegistered() public {
        bytes memory refused = abi.encodeWithSelector(IGroth16Verifier.KeyWithoutContribution.selector, ID);
        for (uint256 k = 1; k < 4; ++k) {
            vm.expectRevert(refused);
            _verifier.registerKey(ID, _key(_g2(k), _g2(k)), false);
        }
        vm.expectRevert(refused);
        _verifier.registerKey(ID, _key(_g2(2), _g2(1)), false);
    }

    function testOnlyTheGovernorRegistersAndOnce() public {
        vm.prank(address(0xbad));
        vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.NotGovernor.selector, address(0xbad)));
        _verifier.registerKey(ID, _sound(), false);
        _verifier.registerKey(ID, _sound(), false);
        vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.KeyExists.selector, ID));
        _verifier.registerKey(ID, _key(_g2(3), _g2(2)), false);
        bytes memory long = bytes.concat(_sound(), hex"00");
        vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.WrongKeyLength.selector, 705, 704));
        _verifier.registerKey("other", long, false);
    }

    /// @dev Each word off its curve, each word with q added, each point at infinity.
    function testEveryWordOfAKeyIsChecked() public {
        for (uint256 i; i < 22; ++i) {
            uint256 point = i < 2 ? 0 : i < 14 ? 2 + (i - 2) / 4 * 4 : i / 2 * 2;
            bytes memory off = _added(i, 1);
            vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.InvalidKeyPoint.selector, point));
            _verifier.registerKey{gas: 3_000_000}(ID, off, false);
            bytes memory aliased = _added(i, Q);
            vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.NonCanonicalKey.selector, i));
            _verifier.registerKey(ID, aliased, false);
            bytes memory zero = _zeroed(point, point > 0 && point < 14 ? 4 : 2);
            vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.InvalidKeyPoint.selector, point));
            _verifier.registerKey{gas: 3_000_000}(ID, zero, false);
        }
    }

    function _added(uint256 word, uint256 by) private pure returns (bytes memory key) {
        key = _sound();
        // Solidity has no way to change one word of a bytes in memory.
        assembly {
            let at := add(add(key, 0x20), mul(word, 0x20))
            mstore(at, add(mload(at), by))
        }
    }

    function _zeroed(uint256 word, uint256 count) private pure returns (bytes memory key) {
        key = _sound();
        for (uint256 i = 32 * word; i < 32 * (word + count); ++i) key[i] = 0;
    }
}
