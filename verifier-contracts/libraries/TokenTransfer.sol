// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IERC20} from "../interfaces/IERC20.sol";

/// @title  TokenTransfer
/// @notice Transfers of tokens that return true, and of those that return nothing.
library TokenTransfer {
    /// @notice The token refused the transfer, or answers neither true nor nothing.
    error TransferFailed(address token);

    /// @notice Sends from the calling contract. What arrives is for the caller to measure.
    function send(address token, address to, uint256 amount) internal {
        (bool success, bytes memory answer) = token.call(abi.encodeCall(IERC20.transfer, (to, amount)));
        bool agreed = answer.length == 0 || (answer.length == 32 && uint256(bytes32(answer)) == 1);
        if (!success || !agreed) revert TransferFailed(token);
    }
}
