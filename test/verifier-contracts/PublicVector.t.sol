// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {PublicVector} from "../../verifier-contracts/libraries/PublicVector.sol";
import {Test} from "./Test.sol";

contract PublicVectorTest is Test {
    uint256 private constant R = PublicVector.FIELD;

    function signals(bytes32 id, uint256[] memory x, uint256 c) public pure returns (bytes32, uint256, uint256) {
        return PublicVector.signals(id, x, c);
    }

    function testAgreesWithTheTypescriptTwin() public view {
        bytes memory data = vm.envBytes("GOLDEN_PUBLIC_VECTOR");
        (bytes32 id, int256[] memory v, uint256 c, bytes32 statement, uint256 alpha, uint256 beta) =
            abi.decode(data, (bytes32, int256[], uint256, bytes32, uint256, uint256));
        uint256[] memory x = new uint256[](v.length);
        for (uint256 i; i < v.length; ++i) x[i] = PublicVector.toField(v[i]);
        (bytes32 s, uint256 a, uint256 b) = PublicVector.signals(id, x, c);
        assertEq(s, statement, "statement");
        assertEq(a, alpha, "alpha");
        assertEq(b, beta, "beta");
    }

    function testFuzzBetaIsTheSumOfPowers(bytes32 id, uint256[12] memory seed, uint256 c) public pure {
        uint256[] memory x = new uint256[](12);
        for (uint256 i; i < 12; ++i) x[i] = seed[i] % R;
        (bytes32 statement, uint256 alpha, uint256 beta) = PublicVector.signals(id, x, c % R);
        assertEq(alpha, uint256(keccak256(abi.encode(id, x, c % R))) % R, "alpha");
        assertEq(statement, keccak256(abi.encode(id, x, c % R)), "statement");
        uint256 power = 1;
        uint256 sum;
        for (uint256 i; i < 12; ++i) {
            power = mulmod(power, alpha, R);
            sum = addmod(sum, mulmod(x[i], power, R), R);
        }
        assertEq(beta, sum, "beta");
    }

    function testFuzzEveryPlaceCounts(uint256[6] memory seed, uint256 place, uint256 other) public pure {
        uint256[] memory x = new uint256[](6);
        for (uint256 i; i < 6; ++i) x[i] = seed[i] % R;
        (, uint256 alpha, uint256 beta) = PublicVector.signals(0, x, 1);
        place = place % 6;
        uint256 changed = other % R;
        vm.assume(changed != x[place]);
        // Under the same alpha, one changed element always changes beta: the power of alpha has an inverse.
        uint256 power = 1;
        for (uint256 i; i <= place; ++i) power = mulmod(power, alpha, R);
        uint256 moved = addmod(beta, mulmod(addmod(changed, R - x[place], R), power, R), R);
        assertTrue(moved != beta, "beta moved");
        x[place] = changed;
        (, uint256 alphaAfter,) = PublicVector.signals(0, x, 1);
        assertTrue(alphaAfter != alpha, "alpha moved");
    }

    function testFuzzRefusesAnAlias(uint256 place, uint256 value) public {
        uint256[] memory x = new uint256[](5);
        place = place % 5;
        x[place] = bound(value, R, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(PublicVector.NonCanonicalElement.selector, place, x[place]));
        this.signals(0, x, 0);
        uint256 c = x[place];
        x[place] = 0;
        vm.expectRevert(abi.encodeWithSelector(PublicVector.NonCanonicalElement.selector, 5, c));
        this.signals(0, x, c);
    }

    function testTrailingZerosChangeAlphaButNotTheSum() public pure {
        uint256[] memory head = new uint256[](3);
        (head[0], head[1], head[2]) = (5, 6, 7);
        (, uint256 alpha, uint256 beta) = PublicVector.signals(0, head, 9);
        uint256 sum = mulmod(5, alpha, R);
        uint256 power = mulmod(alpha, alpha, R);
        sum = addmod(sum, mulmod(6, power, R), R);
        sum = addmod(sum, mulmod(7, mulmod(power, alpha, R), R), R);
        assertEq(beta, sum, "legs of zero add nothing");
    }

    function testFuzzNegativeNumbersAreComplements(int256 value) public pure {
        value = value % int256(uint256(1) << 250);
        uint256 sum = addmod(PublicVector.toField(value), PublicVector.toField(-value), R);
        assertEq(sum, 0, "x + (-x)");
    }
}
