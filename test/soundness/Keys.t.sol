// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Groth16Verifier} from "../../verifier-contracts/Groth16Verifier.sol";
import {IGovernorWithNotice} from "../../verifier-contracts/interfaces/IGovernorWithNotice.sol";
import {IGroth16Verifier, Proof} from "../../verifier-contracts/interfaces/IGroth16Verifier.sol";
import {IKeyGuard} from "../../verifier-contracts/interfaces/IKeyGuard.sol";
import {PublicVector} from "../../verifier-contracts/libraries/PublicVector.sol";
import {KnownKey} from "../verifier-contracts/KnownKey.sol";
import {Test} from "../verifier-contracts/Test.sol";
import {Words} from "../verifier-contracts/Words.sol";

/// @notice The verifier under a key whose secrets are known.
contract KeysTest is Test {
    uint256 private constant Q = KnownKey.Q;
    uint256 private constant R = PublicVector.FIELD;
    bytes32 private constant ID = "circuit";

    Groth16Verifier private _verifier;

    function setUp() public {
        vm.chainId(31337);
        _verifier = new Groth16Verifier(address(this));
    }

    function testProvesItsSignalsAndNoOthers() public {
        _verifier.registerKey(ID, KnownKey.sound(), false);
        _verifier.verify(ID, KnownKey.proof(0), 0, 0, 0);
        _verifier.verify(ID, KnownKey.proof(321), 1, 20, 300);
        Proof memory proof = KnownKey.proof(321);
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
        _verifier.registerKey(ID, KnownKey.sound(), false);
        for (uint256 i; i < 8; ++i) {
            Proof memory proof = KnownKey.proof(0);
            if (i < 2) proof.a[i] += Q;
            else if (i < 6) proof.b[(i - 2) / 2][i % 2] += Q;
            else proof.c[i - 6] += Q;
            vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.NonCanonicalCoordinate.selector, i));
            _verifier.verify(ID, proof, 0, 0, 0);
        }
    }

    /// @dev Exploit 15: a chain that leaves the local id takes its development keys' life.
    function testADevelopmentKeyIsDeadOnEveryOtherChain() public {
        _verifier.registerKey(ID, KnownKey.sound(), true);
        _verifier.verify(ID, KnownKey.proof(0), 0, 0, 0);
        assertTrue(_verifier.isLive(ID), "live");
        vm.chainId(1);
        assertTrue(!_verifier.isLive(ID), "dead");
        Proof memory proof = KnownKey.proof(0);
        bytes memory refused = abi.encodeWithSelector(IGroth16Verifier.DevelopmentKeyRefused.selector, ID, 1);
        vm.expectRevert(refused);
        _verifier.verify(ID, proof, 0, 0, 0);
        refused = abi.encodeWithSelector(IGroth16Verifier.DevelopmentKeyRefused.selector, bytes32("other"), 1);
        vm.expectRevert(refused);
        _verifier.registerKey("other", KnownKey.sound(), true);
        _verifier.registerKey("other", KnownKey.sound(), false);
        vm.warp(block.timestamp + 2 days);
        assertTrue(_verifier.isLive("other"), "a production key lives anywhere");
    }

    function testASuccessorIsOfACircuitThatIsKnown() public {
        vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.UnknownKey.selector, ID));
        _verifier.registerSuccessor(ID, "next", KnownKey.sound(), false);
        _verifier.registerKey(ID, KnownKey.sound(), false);
        _verifier.registerSuccessor(ID, "next", KnownKey.sound(), false);
        assertEq(_verifier.predecessorOf("next"), ID, "its predecessor");
        assertEq(_verifier.predecessorOf(ID), 0, "the first has none");
        _verifier.verify("next", KnownKey.proof(0), 0, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.KeyExists.selector, bytes32("next")));
        _verifier.registerSuccessor(ID, "next", KnownKey.sound(), false);
    }

    /// @dev Off the local chain a key is known for two days before a proof under it counts.
    function testAKeyIsAnnouncedBeforeItIsLive() public {
        vm.chainId(1);
        _verifier.registerKey(ID, KnownKey.sound(), false);
        uint256 liveFrom = block.timestamp + 2 days;
        Proof memory proof = KnownKey.proof(0);
        vm.warp(liveFrom - 1);
        assertTrue(!_verifier.isLive(ID), "announced");
        vm.expectRevert(abi.encodeWithSelector(IKeyGuard.KeyNotLiveYet.selector, ID, liveFrom));
        _verifier.verify(ID, proof, 0, 0, 0);
        vm.warp(liveFrom);
        assertTrue(_verifier.isLive(ID), "live");
        _verifier.verify(ID, proof, 0, 0, 0);
        _verifier.suspendKey(ID);
        vm.expectRevert(abi.encodeWithSelector(IKeyGuard.SuspendedKey.selector, ID));
        _verifier.verify(ID, proof, 0, 0, 0);
        assertTrue(!_verifier.isLive(ID), "suspended");
    }

    function testAPausedCircuitProvesNothingUntilThePauseIsOver() public {
        _verifier.registerKey(ID, KnownKey.sound(), false);
        vm.warp(30 days);
        uint256 until = block.timestamp + 72 hours;
        _verifier.pause(ID, until);
        Proof memory proof = KnownKey.proof(0);
        vm.warp(until - 1);
        vm.expectRevert(abi.encodeWithSelector(IKeyGuard.Paused.selector, ID, until));
        _verifier.verify(ID, proof, 0, 0, 0);
        vm.warp(until);
        _verifier.verify(ID, proof, 0, 0, 0);
    }

    function testAKeyWithoutContributionIsNotRegistered() public {
        bytes memory refused = abi.encodeWithSelector(IGroth16Verifier.KeyWithoutContribution.selector, ID);
        for (uint256 k = 1; k < 4; ++k) {
            vm.expectRevert(refused);
            _verifier.registerKey(ID, KnownKey.withPoints(KnownKey.g2(k), KnownKey.g2(k)), false);
        }
        vm.expectRevert(refused);
        _verifier.registerKey(ID, KnownKey.withPoints(KnownKey.g2(2), KnownKey.g2(1)), false);
    }

    function testOnlyTheGovernorRegistersAndOnce() public {
        vm.prank(address(0xbad));
        vm.expectRevert(abi.encodeWithSelector(IGovernorWithNotice.NotGovernor.selector, address(0xbad)));
        _verifier.registerKey(ID, KnownKey.sound(), false);
        _verifier.registerKey(ID, KnownKey.sound(), false);
        vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.KeyExists.selector, ID));
        _verifier.registerKey(ID, KnownKey.withPoints(KnownKey.g2(3), KnownKey.g2(2)), false);
        bytes memory long = bytes.concat(KnownKey.sound(), hex"00");
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
        key = KnownKey.sound();
        Words.add(key, word, by);
    }

    function _zeroed(uint256 word, uint256 count) private pure returns (bytes memory key) {
        key = KnownKey.sound();
        for (uint256 i = 32 * word; i < 32 * (word + count); ++i) key[i] = 0;
    }
}
