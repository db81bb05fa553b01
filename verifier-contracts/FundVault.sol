// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {TokenTransfer} from "./libraries/TokenTransfer.sol";

/// @title  FundVault
/// @notice Holds the tokens of one portfolio and gives them out at its executor's word alone. It approves nobody, signs
///         nothing and takes no ether.
contract FundVault {
    /// @notice `caller` may not move tokens.
    error NotExecutor(address caller);

    address public immutable EXECUTOR = msg.sender;
    bytes32 public immutable PORTFOLIO_ID;

    constructor(bytes32 portfolioId) {
        PORTFOLIO_ID = portfolioId;
    }

    /// @notice Sends tokens; the executor only.
    function pay(address token, address to, uint256 amount) external {
        if (msg.sender != EXECUTOR) revert NotExecutor(msg.sender);
        TokenTransfer.send(token, to, amount);
    }
}
