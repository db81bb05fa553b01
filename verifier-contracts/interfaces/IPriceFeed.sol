// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @title  IPriceFeed
/// @notice The part of Chainlink's AggregatorV3Interface that is read.
interface IPriceFeed {
    /// @notice Decimals of an answer.
    function decimals() external view returns (uint8);

    /// @notice The latest round.
    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
}
