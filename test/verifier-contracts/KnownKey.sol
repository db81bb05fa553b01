// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Proof} from "../../verifier-contracts/interfaces/IGroth16Verifier.sol";

/// @title  KnownKey
/// @notice A verification key whose secrets are known: α = β = 1, γ = 2, δ = 3, every IC 1. With signals that sum to s,
///         A = 6 + 2s, B = 1, C = 1 is a proof: A·B = 1 + 2·(1 + s) + 3.
library KnownKey {
    uint256 internal constant Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583;

    /// @notice A key that may be registered.
    function sound() internal pure returns (bytes memory) {
        return withPoints(g2(2), g2(3));
    }

    /// @notice The key with other points for gamma and delta.
    function withPoints(bytes memory gamma, bytes memory delta) internal pure returns (bytes memory) {
        bytes memory one = abi.encode(1, 2);
        bytes memory two = bytes.concat(one, one);
        return bytes.concat(one, g2(1), gamma, delta, two, two);
    }

    /// @notice A proof for signals that sum to `sum`.
    function proof(uint256 sum) internal view returns (Proof memory made) {
        (bool done, bytes memory a) = address(7).staticcall(abi.encode(1, 2, 6 + 2 * sum));
        require(done, "multiplied");
        (made.a[0], made.a[1]) = abi.decode(a, (uint256, uint256));
        (made.b[0][0], made.b[0][1], made.b[1][0], made.b[1][1]) =
            abi.decode(g2(1), (uint256, uint256, uint256, uint256));
        (made.c[0], made.c[1]) = (1, 2);
    }

    /// @notice The generator of G2 times `k`, from 1 to 3, imaginary parts first.
    function g2(uint256 k) internal pure returns (bytes memory) {
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
}
