// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @title  OddFeed
/// @notice A feed that answers with any bytes, or does not answer in any way there is.
contract OddFeed {
    enum Manner {
        Answers,
        Reverts,
        RevertsAtLength,
        HitsInvalidOpcode,
        NeverEnds,
        AnswersAtLength,
        WritesFirst,
        NeedsMoreGas
    }

    /// @dev Far more than an answer, and as much as the gas that a feed is given can make.
    uint256 private constant _LENGTH = 150_000;
    uint256 private constant _MORE_GAS = 150_000;

    bytes private _decimals = abi.encode(8);
    bytes private _round;
    Manner private _manner;
    bool private _mannerOfDecimals;

    /// @notice A round of 160 bytes that began when it was answered.
    function setRound(int256 answer, uint256 updatedAt) external {
        _round = abi.encode(1, answer, updatedAt, updatedAt, 1);
    }

    function setRaw(bytes calldata round) external {
        _round = round;
    }

    function setDecimals(bytes calldata decimals) external {
        _decimals = decimals;
    }

    /// @notice How the latest round is answered, or with `ofDecimals` the decimals.
    function setManner(Manner manner, bool ofDecimals) external {
        (_manner, _mannerOfDecimals) = (manner, ofDecimals);
    }

    fallback() external {
        bool decimals = msg.sig == bytes4(keccak256("decimals()"));
        Manner manner = decimals == _mannerOfDecimals ? _manner : Manner.Answers;
        if (manner == Manner.Reverts) revert("no answer");
        if (manner == Manner.NeverEnds) while (true) {}
        if (manner == Manner.WritesFirst) _mannerOfDecimals = _mannerOfDecimals;
        if (manner == Manner.NeedsMoreGas && gasleft() < _MORE_GAS) revert("too little gas");
        bytes memory answer = decimals ? _decimals : _round;
        assembly ("memory-safe") {
            // Bytes of a length of choice: what no Solidity function returns.
            if eq(manner, 2) { revert(0, _LENGTH) }
            if eq(manner, 3) { invalid() }
            if eq(manner, 5) { return(add(answer, 0x20), _LENGTH) }
            return(add(answer, 0x20), mload(answer))
        }
    }
}
