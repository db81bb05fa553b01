// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Groth16Verifier} from "../../verifier-contracts/Groth16Verifier.sol";
import {IGroth16Verifier, Proof} from "../../verifier-contracts/interfaces/IGroth16Verifier.sol";
import {IKeyGuard} from "../../verifier-contracts/interfaces/IKeyGuard.sol";
import {Test} from "../verifier-contracts/Test.sol";

/// @notice The verifier under a key whose secrets are known: α = β = 1, γ = 2, δ = 3, every IC 1. With signals that sum to
///         s, A = 6 + 2s, B = 1, C = 1 is a proof: A·B = 1 + 2·(1 + s) + 3.
contract KeysTest is Test {
    uint256 private constant Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583;
    uint256 private constant R = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
    bytes32 private constant ID = "circuit";

    Groth16Verifier private _verifier;

    function setUp() public {
        vm.chainId(31337);
        _verifier = new Groth16Verifier(address(this));
    }

    function _key(bytes memory gamma, bytes memory delta) private pure returns (bytes memory) {
        bytes memory one = abi.encode(1, 2);
        return bytes.concat(one, _g2(1), gamma, delta, one, one, one, one);
    }

    function _sound() private pure returns (bytes memory) {
        return _key(_g2(2), _g2(3));
    }

    /// @dev Multiples of the generator of G2, imaginary parts first.
    function _g2(uint256 k) private pure returns (bytes memory) {
        if (k == 1) {
            return abi.encode(
                11559732032986387107991004021392285783925812861821192530917403151452391805634,
                10857046999023057135944570762232829481370756359578518086990519993285655852781,
                4082367875863433681332203403145435568316851327593401208105741076214120093531,
                8495653923123431417604973247489272438418190587263600148770280649306958101930
            );
        }
        if (k == 2) {
            return abi.encode(
                14583779054894525174450323658765874724019480979794335525732096752006891875705,
                18029695676650738226693292988307914797657423701064905010927197838374790804409,
                11474861747383700316476719153975578001603231366361248090558603872215261634898,
                2140229616977736810657479771656733941598412651537078903776637920509952744750
            );
        }
        return abi.encode(
            7273165102799931111715871471550377909735733521218303035754523677688038059653,
            2725019753478801796453339367788033689375851816420509565303521482350756874229,
            957874124722006818841961785324909313781880061366718538693995380805373202866,
            2512659008974376214222774206987427162027254181373325676825515531566330959255
        );
    }

    function _proof(uint256 sum) private view returns (Proof memory proof) {
        (bool done, bytes memory a) = address(7).staticcall(abi.encode(1, 2, 6 + 2 * sum));
        assertTrue(done, "multiplied");
        (proof.a[0], proof.a[1]) = abi.decode(a, (uint256, uint256));
        (proof.b[0][0], proof.b[0][1], proof.b[1][0], proof.b[1][1]) =
            abi.decode(_g2(1), (uint256, uint256, uint256, uint256));
        (proof.c[0], proof.c[1]) = (1, 2);
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
        vm.warp(block.timestamp + 2 days);
        assertTrue(_verifier.isLive("other"), "a production key lives anywhere");
    }

    /// @dev Off the local chain a key is known for two days before a proof under it counts.
    function testAKeyIsAnnouncedBeforeItIsLive() public {
        vm.chainId(1);
        _verifier.registerKey(ID, _sound(), false);
        uint256 liveFrom = block.timestamp + 2 days;
        Proof memory proof = _proof(0);
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
        _verifier.registerKey(ID, _sound(), false);
        vm.warp(30 days);
        uint256 until = block.timestamp + 72 hours;
        _verifier.pause(ID, until);
        Proof memory proof = _proof(0);
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
