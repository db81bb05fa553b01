// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @title  Relay
/// @notice Calls that others asked for.
library Relay {
    /// @notice Sends `data`, and passes the reason on when it is refused.
    function send(address to, bytes memory data) internal {
        (bool success, bytes memory answer) = to.call(data);
        if (success) return;
        // Solidity has no way to revert with bytes as they are.
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }
}
