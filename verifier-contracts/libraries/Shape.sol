// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @notice Sizes a deployment serves: slots N, groups G, accounts A, scenarios S. Groups and accounts fit a mask of 32 bits.
struct Shape {
    uint8 slots;
    uint8 groups;
    uint8 accounts;
    uint8 scenarios;
}
