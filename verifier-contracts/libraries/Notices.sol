// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @title  Notices
/// @notice How long what changes is public before it takes effect.
library Notices {
    uint256 private constant LEAST = 1 hours;
    uint256 private constant MOST = 30 days;

    /// @notice A notice has at least `least` seconds and at most `most`.
    error NoticeOutOfRange(uint256 notice, uint256 least, uint256 most);

    /// @notice Reverts unless a notice is long enough to be seen, and ends.
    function check(uint256 notice) internal pure {
        if (notice < LEAST || notice > MOST) revert NoticeOutOfRange(notice, LEAST, MOST);
    }
}
