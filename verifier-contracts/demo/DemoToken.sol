// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IERC20} from "../interfaces/IERC20.sol";

/// @title  DemoToken
/// @notice An ERC-20 whose owner makes tokens: the demo's and the tests' stand-in for wrapped coins and stablecoins.
contract DemoToken is IERC20 {
    event Transfer(address indexed from, address indexed to, uint256 amount);
    event Approval(address indexed holder, address indexed spender, uint256 amount);

    /// @notice `caller` does not own the token.
    error NotOwner(address caller);

    address public immutable OWNER = msg.sender;

    string public name;
    string public symbol;
    uint8 public immutable decimals;
    mapping(address holder => uint256) public balanceOf;
    mapping(address holder => mapping(address spender => uint256)) public allowance;

    constructor(string memory symbol_, uint8 decimals_) {
        (name, symbol, decimals) = (symbol_, symbol_, decimals_);
    }

    /// @notice Makes tokens out of nothing.
    function mint(address to, uint256 amount) external {
        if (msg.sender != OWNER) revert NotOwner(msg.sender);
        balanceOf[to] += amount;
        emit Transfer(address(0), to, amount);
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        emit Approval(msg.sender, spender, amount);
        return true;
    }

    /// @inheritdoc IERC20
    function transfer(address to, uint256 amount) public virtual returns (bool) {
        _move(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        allowance[from][msg.sender] -= amount;
        _move(from, to, amount);
        return true;
    }

    function _move(address from, address to, uint256 amount) internal {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
        emit Transfer(from, to, amount);
    }
}
