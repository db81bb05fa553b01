// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @title  IERC20
/// @notice The part of ERC-20 that settlement uses. There is no allowance in it: nothing here is ever approved.
interface IERC20 {
    function balanceOf(address holder) external view returns (uint256);

    function decimals() external view returns (uint8);

    /// @dev Some tokens return nothing; see the library TokenTransfer.
    function transfer(address to, uint256 amount) external returns (bool);
}
