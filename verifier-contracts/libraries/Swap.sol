// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Venue} from "../interfaces/ISettlementRegistry.sol";

/// @notice One exchange in one pool for leg `slot`: exactly `amount` of `tokenOut` for at most `most` of `tokenIn` (buying),
///         or exactly `amount` of `tokenIn`, which is `most` too, for what it brings (selling).
struct Swap {
    uint256 slot;
    Venue venue;
    address pool;
    address tokenIn;
    address tokenOut;
    bool buys;
    uint256 amount;
    uint256 most;
}
