// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IPriceFeed} from "../interfaces/IPriceFeed.sol";

/// @title  PriceFeed
/// @notice A feed whose owner sets the answer: the demo's and the tests' only stand-in for a deployed aggregator.
contract PriceFeed is IPriceFeed {
    /// @notice `caller` does not own the feed.
    error NotOwner(address caller);

    address public immutable OWNER = msg.sender;

    string public description;
    uint8 public decimals;
    int256 private _answer;
    uint256 private _updatedAt;
    uint80 private _round;

    constructor(string memory description_, uint8 decimals_) {
        description = description_;
        decimals = decimals_;
    }

    /// @notice Publishes an answer dated now.
    function set(int256 answer) external {
        setAt(answer, block.timestamp);
    }

    /// @notice Publishes an answer with a date of choice.
    function setAt(int256 answer, uint256 updatedAt) public {
        if (msg.sender != OWNER) revert NotOwner(msg.sender);
        (_answer, _updatedAt, _round) = (answer, updatedAt, _round + 1);
    }

    /// @notice Changes the number of decimals, as a migrated feed might.
    function setDecimals(uint8 decimals_) external {
        if (msg.sender != OWNER) revert NotOwner(msg.sender);
        decimals = decimals_;
    }

    /// @inheritdoc IPriceFeed
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return (_round, _answer, _updatedAt, _updatedAt, _round);
    }
}
