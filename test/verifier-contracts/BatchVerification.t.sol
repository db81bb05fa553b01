// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IGroth16Verifier, Proof} from "../../verifier-contracts/interfaces/IGroth16Verifier.sol";
import {IKeyGuard} from "../../verifier-contracts/interfaces/IKeyGuard.sol";
import {PublicVector} from "../../verifier-contracts/libraries/PublicVector.sol";
import {KnownKey} from "./KnownKey.sol";
import {Test} from "./Test.sol";
import {EqualCoefficients, ShownCoefficients} from "./WeakBatches.sol";
import {Words} from "./Words.sol";

/// @notice Many proofs at once, by one who knows the key's secrets and can make any error to order: a proof whose C is
///         C = 1 + e has the error 3e, whatever its signals.
contract BatchVerificationTest is Test {
    uint256 private constant Q = KnownKey.Q;
    uint256 private constant R = PublicVector.FIELD;
    bytes32 private constant ID = "circuit";
    bytes private _invalid = abi.encodeWithSelector(IGroth16Verifier.InvalidProof.selector, ID);

    ShownCoefficients private _verifier;
    EqualCoefficients private _equal;

    function setUp() public {
        vm.chainId(31337);
        _verifier = new ShownCoefficients(address(this));
        _equal = new EqualCoefficients(address(this));
        _verifier.registerKey(ID, KnownKey.sound(), false);
        _equal.registerKey(ID, KnownKey.sound(), false);
    }

    /// @dev A claim for (c, alpha, beta) = (s, 0, 0) with the error 3e.
    function _claim(uint256 s, uint256 e) private view returns (bytes memory) {
        Proof memory proof = KnownKey.proof(s);
        (bool done, bytes memory point) = address(7).staticcall(abi.encode(1, 2, addmod(1, e, R)));
        assertTrue(done, "multiplied");
        (proof.c[0], proof.c[1]) = abi.decode(point, (uint256, uint256));
        return _words(proof, s);
    }

    function _words(Proof memory proof, uint256 c) private pure returns (bytes memory) {
        return bytes.concat(abi.encode(proof), abi.encode(c, 0, 0));
    }

    /// @dev Two claims that are true and one that is false in one signal of the three.
    function testEverySignalCounts() public {
        for (uint256 wrong; wrong < 7; ++wrong) {
            bytes memory claims = _claim(9, 0);
            for (uint256 i; i < 2; ++i) {
                uint256[3] memory s = [uint256(1), 20, 300];
                if (wrong / 3 == i) s[wrong % 3] += 1;
                claims = bytes.concat(claims, abi.encode(KnownKey.proof(321)), abi.encode(s));
            }
            // The last round is all true.
            if (wrong < 6) vm.expectRevert(_invalid);
            _verifier.verifyBatch(ID, claims);
        }
    }

    function testHonestBatchesOfEverySize() public view {
        bytes memory claims;
        for (uint256 k = 1; k < 8; ++k) {
            claims = bytes.concat(claims, _claim(1_000 * k, 0));
            _verifier.verifyBatch(ID, claims);
        }
        // The same claim many times over is true as often.
        _verifier.verifyBatch(ID, bytes.concat(claims, claims));
    }

    function testOneErrorIsSeenAtEveryPlace() public {
        for (uint256 k = 1; k < 6; ++k) {
            for (uint256 wrong; wrong < k; ++wrong) {
                bytes memory claims;
                for (uint256 i; i < k; ++i) claims = bytes.concat(claims, _claim(i, i == wrong ? 1 : 0));
                vm.expectRevert(_invalid);
                _verifier.verifyBatch(ID, claims);
            }
        }
    }

    /// @dev Exploit 21: errors e and −e pass under equal coefficients, and not under drawn ones; no more do signals that are
    ///      false by 1 and −1.
    function testErrorsThatCancelAreRefused() public {
        bytes memory proofs = bytes.concat(_claim(5, 7), _claim(6, R - 7));
        bytes memory above = _words(KnownKey.proof(5), 6);
        bytes memory below = _words(KnownKey.proof(5), 4);
        bytes memory signals = bytes.concat(above, below, _claim(8, 0));
        _equal.verifyBatch(ID, proofs);
        _equal.verifyBatch(ID, signals);
        vm.expectRevert(_invalid);
        _verifier.verifyBatch(ID, proofs);
        vm.expectRevert(_invalid);
        _verifier.verifyBatch(ID, signals);
    }

    /// @dev Errors that would cancel under the coefficients of the batch as it was: making them changes the coefficients.
    function testErrorsMadeForTheCoefficientsAreRefused() public {
        bytes memory honest = bytes.concat(_claim(5, 0), _claim(6, 0));
        uint256[] memory rho = _verifier.coefficients(ID, honest);
        assertEq(addmod(mulmod(rho[0], rho[1], R), mulmod(R - rho[1], rho[0], R), R), 0, "would cancel");
        bytes memory claims = bytes.concat(_claim(5, rho[1]), _claim(6, R - rho[0]));
        vm.expectRevert(_invalid);
        _verifier.verifyBatch(ID, claims);
    }

    /// @dev Every word of every claim, the number of claims, their order and the key are in every coefficient.
    function testEveryCoefficientDependsOnEverything() public {
        bytes memory claims = bytes.concat(_claim(5, 0), _claim(6, 0), _claim(7, 0));
        uint256[] memory rho = _verifier.coefficients(ID, claims);
        for (uint256 i; i < 3; ++i) {
            assertTrue(rho[i] > 0 && rho[i] < 1 << 128, "128 bits");
            for (uint256 j; j < i; ++j) assertTrue(rho[i] != rho[j], "differ");
        }
        for (uint256 last = 31; last < claims.length; last += 32) {
            bytes memory other = bytes.concat(claims);
            other[last] = bytes1(uint8(other[last]) ^ 1);
            _differ(rho, _verifier.coefficients(ID, other));
        }
        _differ(rho, _verifier.coefficients(ID, bytes.concat(claims, _claim(8, 0))));
        _differ(rho, _verifier.coefficients(ID, bytes.concat(_claim(5, 0), _claim(7, 0), _claim(6, 0))));
        _verifier.registerKey("other", KnownKey.withPoints(KnownKey.g2(3), KnownKey.g2(2)), false);
        _differ(rho, _verifier.coefficients("other", claims));
    }

    function _differ(uint256[] memory rho, uint256[] memory other) private pure {
        for (uint256 i; i < rho.length; ++i) assertTrue(rho[i] != other[i], "another coefficient");
    }

    function testNoNumberHasASecondSpelling() public {
        for (uint256 word; word < 22; ++word) {
            bytes memory claims = bytes.concat(_claim(5, 0), _claim(6, 0));
            uint256 in_ = word % 11;
            bytes memory refused = in_ < 8
                ? abi.encodeWithSelector(IGroth16Verifier.NonCanonicalCoordinate.selector, in_)
                : abi.encodeWithSelector(IGroth16Verifier.NonCanonicalScalar.selector, in_ - 8);
            Words.add(claims, word, in_ < 8 ? Q : R);
            vm.expectRevert(refused);
            _verifier.verifyBatch(ID, claims);
        }
    }

    /// @dev Points off the curve or outside the subgroup, in each claim, whose precompile takes all gas it is given.
    function testNoPointOffItsCurve() public {
        for (uint256 word; word < 22; ++word) {
            if (word % 11 > 7) continue;
            bytes memory claims = bytes.concat(_claim(5, 0), _claim(6, 0));
            Words.add(claims, word, 1);
            vm.expectRevert(_invalid);
            _verifier.verifyBatch{gas: 30_000_000}(ID, claims);
        }
    }

    function testABatchIsWholeClaimsAtLeastOne() public {
        vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.EmptyBatch.selector));
        _verifier.verifyBatch(ID, "");
        bytes memory long = bytes.concat(_claim(5, 0), hex"00");
        vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.WrongBatchLength.selector, 353, 352));
        _verifier.verifyBatch(ID, long);
        bytes memory short = new bytes(351);
        vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.WrongBatchLength.selector, 351, 352));
        _verifier.verifyBatch(ID, short);
    }

    function testNoBatchUnderAKeyThatIsAnnouncedPausedOrSuspended() public {
        vm.chainId(1);
        vm.warp(30 days);
        _verifier.registerKey("new", KnownKey.sound(), false);
        bytes memory claims = _claim(5, 0);
        uint256 time = 32 days;
        vm.warp(time - 1);
        vm.expectRevert(abi.encodeWithSelector(IKeyGuard.KeyNotLiveYet.selector, bytes32("new"), time));
        _verifier.verifyBatch("new", claims);
        vm.warp(time);
        _verifier.verifyBatch("new", claims);
        time += 72 hours;
        _verifier.pause("new", time);
        vm.warp(time - 1);
        vm.expectRevert(abi.encodeWithSelector(IKeyGuard.Paused.selector, bytes32("new"), time));
        _verifier.verifyBatch("new", claims);
        vm.warp(time);
        _verifier.verifyBatch("new", claims);
        _verifier.suspendKey("new");
        vm.expectRevert(abi.encodeWithSelector(IKeyGuard.SuspendedKey.selector, bytes32("new")));
        _verifier.verifyBatch("new", claims);
    }

    function testABatchIsUnderOneLiveKey() public {
        bytes memory claims = _claim(5, 0);
        vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.UnknownKey.selector, bytes32("other")));
        _verifier.verifyBatch("other", claims);
        _verifier.registerKey("other", KnownKey.withPoints(KnownKey.g2(3), KnownKey.g2(2)), false);
        vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.InvalidProof.selector, bytes32("other")));
        _verifier.verifyBatch("other", claims);
        _verifier.registerKey("made here", KnownKey.sound(), true);
        _verifier.verifyBatch("made here", claims);
        vm.chainId(1);
        bytes memory dead =
            abi.encodeWithSelector(IGroth16Verifier.DevelopmentKeyRefused.selector, bytes32("made here"), 1);
        vm.expectRevert(dead);
        _verifier.verifyBatch("made here", claims);
    }
}
