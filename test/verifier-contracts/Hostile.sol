// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {DemoToken} from "../../verifier-contracts/demo/DemoToken.sol";
import {IERC20} from "../../verifier-contracts/interfaces/IERC20.sol";
import {IUniswapV3SwapCallback} from "../../verifier-contracts/interfaces/IUniswap.sol";
import {Relay} from "./Relay.sol";

/// @notice A factory whose only pool is what it was told.
contract HostileFactory {
    address public pool;

    function set(address pool_) external {
        pool = pool_;
    }

    function getPair(address, address) external view returns (address) {
        return pool;
    }

    function getPool(address, address, uint24) external view returns (address) {
        return pool;
    }
}

/// @notice A pool of both kinds that does what it was told: asks for payments, gives tokens, states amounts, calls others.
contract HostilePool {
    uint24 public constant fee = 500;

    int256[2] private _first;
    int256[2] private _second;
    bool private _twice;
    int256[2] private _stated;
    IERC20 private _given;
    uint256 private _amount;
    address private _target;
    bytes private _call;
    uint112[2] private _reserves;

    /// @notice What it asks for in its callback, and states afterwards.
    function ask(int256 amount0, int256 amount1) external {
        (_first, _stated) = ([amount0, amount1], [amount0, amount1]);
    }

    function askAgain(int256 amount0, int256 amount1) external {
        (_second, _twice) = ([amount0, amount1], true);
    }

    function state(int256 amount0, int256 amount1) external {
        _stated = [amount0, amount1];
    }

    /// @notice What it gives to whoever is to receive.
    function give(IERC20 token, uint256 amount) external {
        (_given, _amount) = (token, amount);
    }

    /// @notice What it calls before anything else.
    function call(address target, bytes calldata data) external {
        (_target, _call) = (target, data);
    }

    function setReserves(uint112 reserve0, uint112 reserve1) external {
        _reserves = [reserve0, reserve1];
    }

    function getReserves() external view returns (uint112, uint112, uint32) {
        return (_reserves[0], _reserves[1], 0);
    }

    /// @notice Uniswap V2's swap.
    function swap(uint256, uint256, address to, bytes calldata) external {
        _act(to);
    }

    /// @notice Uniswap V3's swap.
    function swap(address to, bool, int256, uint160, bytes calldata) external returns (int256, int256) {
        _act(to);
        if (_first[0] > 0 || _first[1] > 0) {
            IUniswapV3SwapCallback(msg.sender).uniswapV3SwapCallback(_first[0], _first[1], "");
        }
        if (_twice) IUniswapV3SwapCallback(msg.sender).uniswapV3SwapCallback(_second[0], _second[1], "");
        return (_stated[0], _stated[1]);
    }

    function _act(address to) private {
        if (_target != address(0)) Relay.send(_target, _call);
        if (_amount != 0) _given.transfer(to, _amount);
    }
}

/// @notice A token with the odd rules that tokens have.
contract OddToken is DemoToken {
    uint256 public feeBps;
    uint256 public surcharge;
    bool public refuses;
    address public hooked;
    bytes public hook;

    constructor(uint8 decimals_) DemoToken("ODD", decimals_) {}

    /// @notice Part of each transfer that does not arrive.
    function setFee(uint256 feeBps_) external {
        feeBps = feeBps_;
    }

    /// @notice What each transfer takes from its sender beside.
    function setSurcharge(uint256 surcharge_) external {
        surcharge = surcharge_;
    }

    function setRefuses(bool refuses_) external {
        refuses = refuses_;
    }

    /// @notice What is called in the middle of each transfer, as ERC-777 lets receivers be.
    function setHook(address hooked_, bytes calldata hook_) external {
        (hooked, hook) = (hooked_, hook_);
    }

    /// @notice Balances grow and shrink by themselves.
    function rebase(address holder, int256 by) external {
        balanceOf[holder] = uint256(int256(balanceOf[holder]) + by);
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        if (refuses) return false;
        if (surcharge != 0) balanceOf[msg.sender] -= surcharge;
        _move(msg.sender, to, amount);
        if (feeBps != 0) balanceOf[to] -= amount * feeBps / 10_000;
        if (hooked != address(0)) Relay.send(hooked, hook);
        return true;
    }
}

/// @notice A token that returns nothing, as some of the largest do.
contract SilentToken {
    uint8 public constant decimals = 6;
    mapping(address holder => uint256) public balanceOf;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function transfer(address to, uint256 amount) external {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
    }
}
