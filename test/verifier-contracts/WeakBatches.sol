// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Groth16Verifier} from "../../verifier-contracts/Groth16Verifier.sol";
import {CLAIM_BYTES} from "../../verifier-contracts/interfaces/IGroth16Verifier.sol";

/// @title  EqualCoefficients
/// @notice The verifier with 1 for every coefficient of a batch, as it must not be: errors that cancel pass.
contract EqualCoefficients is Groth16Verifier {
    constructor(address governor) Groth16Verifier(governor) {}

    function _coefficients(address, bytes calldata claims) internal pure override returns (uint256[] memory list) {
        list = new uint256[](claims.length / CLAIM_BYTES);
        for (uint256 i; i < list.length; ++i) list[i] = 1;
    }
}

/// @title  ShownCoefficients
/// @notice The verifier as it is, telling the coefficients it would take.
contract ShownCoefficients is Groth16Verifier {
    constructor(address governor) Groth16Verifier(governor) {}

    function coefficients(bytes32 circuitId, bytes calldata claims) external view returns (uint256[] memory) {
        return _coefficients(_liveKey(circuitId), claims);
    }
}
