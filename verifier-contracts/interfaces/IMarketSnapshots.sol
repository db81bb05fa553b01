// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Instrument} from "../libraries/Instruments.sol";
import {Quote} from "../libraries/Jumps.sol";
import {OptionBlock} from "../libraries/OptionBlocks.sol";
import {Proof} from "./IGroth16Verifier.sol";

/// @title  IMarketSnapshots
/// @notice Public lists of instruments, and their market numbers at block times, each shown to open to one field element.
interface IMarketSnapshots {
    /// @notice What can make a snapshot unusable.
    enum Usability {
        Usable,
        Unknown,
        Superseded,
        TooOld,
        BeforeLast
    }

    /// @notice A universe was registered.
    event UniverseRegistered(uint256 indexed universeId, Instrument[] instruments);
    /// @notice The market vector of a universe at `time`, ready to be published; negative numbers are r − x.
    event MarketCaptured(uint256 indexed universeId, uint256 time, uint256[] vector);
    /// @notice A price that has jumped, read for `slot` and every other that shares its feeds and terms, will be believed at
    ///         `believedAt` if it still stands, or earlier if the second feed agrees.
    event PriceWaits(uint256 indexed universeId, uint256 slot, uint256 priceE8, uint256 believedAt);
    /// @notice A captured vector got its digest and is the newest snapshot.
    event MarketPublished(uint256 indexed universeId, uint256 time, uint256 digest);

    /// @notice The universe is registered already.
    error UniverseExists(uint256 universeId);
    /// @notice Nobody registered this universe.
    error UnknownUniverse(uint256 universeId);
    /// @notice The next capture may happen at `earliest`.
    error CapturedTooSoon(uint256 universeId, uint256 earliest);
    /// @notice Field `field` is not a value a deployment may have.
    error InvalidRule(string field);
    /// @notice The option block is dated after the block, before the last one, or is older than `maxAge`.
    error OptionTime(uint256 time, uint256 last, uint256 maxAge);
    /// @notice The option row of `slot` was priced at another coin price than the feed's.
    error SpotMismatch(uint256 slot, uint256 signedE8, uint256 feedE8);
    /// @notice An expired option keeps its first settlement value.
    error SettlementChanged(uint256 slot, uint256 price, uint256 settled);
    /// @notice The vector given as last is not the one captured last.
    error WrongLastVector(uint256 universeId, bytes32 vectorHash);
    /// @notice This vector was not captured.
    error NotCaptured(uint256 universeId, bytes32 vectorHash);
    /// @notice Snapshots only move forward in time.
    error NotNewer(uint256 universeId, uint256 time, uint256 last);
    /// @notice The snapshot may not be used now.
    error UnusableSnapshot(uint256 universeId, uint256 digest, Usability reason);

    /// @notice Registers an immutable list of instruments; open to anyone, since its id is the hash of its content.
    /// @return universeId uint256(keccak256(abi.encode(instruments, shape))) >> 8.
    function registerUniverse(Instrument[] calldata instruments) external returns (uint256 universeId);

    /// @notice Fixes the market of a universe at the block's time; open to anyone.
    /// @param options    Numbers of every option slot, in slot order; a settled one may be left out. Empty for a universe
    ///                   without options, or when its risk signers are silent.
    /// @param signatures One entry per risk signer in their order; one that is empty is not asked.
    /// @param lastVector The vector captured last, needed only when a feed is dead, a price has jumped or the risk signers
    ///                   are silent: such a slot's row is published as suspended.
    function capture(
        uint256 universeId,
        OptionBlock calldata options,
        bytes[] calldata signatures,
        uint256[] calldata lastVector
    ) external;

    /// @notice Makes a captured vector the newest snapshot, given a proof that it opens to `digest`; open to anyone.
    function publish(uint256 universeId, uint256[] calldata vector, uint256 digest, Proof calldata proof) external;

    /// @notice Time of a snapshot usable now: the market was not captured again, or less than `grace` seconds ago; at most
    ///         `maxAge` seconds old; not before `notBefore`. Reverts otherwise.
    function usable(uint256 universeId, uint256 digest, uint256 maxAge, uint256 grace, uint256 notBefore)
        external
        view
        returns (uint256 time);

    /// @notice The same without reverting.
    function isUsable(uint256 universeId, uint256 digest, uint256 maxAge, uint256 grace, uint256 notBefore)
        external
        view
        returns (bool);

    /// @notice The instruments of a universe.
    function universe(uint256 universeId) external view returns (Instrument[] memory instruments);

    /// @notice Bit i is set where slot i holds another instrument in one universe than in the other.
    function changedMask(uint256 universeA, uint256 universeB) external view returns (uint256);

    /// @notice The newest capture: time, keccak256 of its packed vector, and the signed time of its options.
    function captured(uint256 universeId)
        external
        view
        returns (uint256 time, bytes32 vectorHash, uint256 optionTime);

    /// @notice The newest snapshot; zeros when there is none.
    function newest(uint256 universeId) external view returns (uint256 time, uint256 digest);

    /// @notice The coin price of a slot that was captured last, and the one that waits to be believed with the time since it
    ///         has stood; zeros where there is none.
    function quote(uint256 universeId, uint256 slot) external view returns (Quote memory);

    /// @notice Whether the option of a slot has settled, and at which price of a unit.
    function settlement(uint256 universeId, uint256 slot) external view returns (bool settled, uint256 price);
}
