// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Instrument} from "../libraries/Instruments.sol";
import {Shape} from "../libraries/Shape.sol";

/// @title  IUniverseRules
/// @notice What a universe may list.
interface IUniverseRules {
    /// @notice A universe lists 1 to `most` instruments.
    error WrongUniverseLength(uint256 length, uint256 most);
    /// @notice Field `field` of slot `slot` is not a value an instrument may have.
    error InvalidInstrument(uint256 slot, string field);
    /// @notice Slot `slot` lists the instrument of slot `earlier` a second time.
    error DuplicateInstrument(uint256 slot, uint256 earlier);

    /// @notice Refuses a list with a duplicate, with numbers that could leave their widths, or with feeds that do not answer
    ///         or could be dead for ever; otherwise returns it packed, six words and the shocks for each instrument.
    function pack(Instrument[] calldata instruments, Shape calldata shape)
        external
        view
        returns (uint256[] memory words);
}
