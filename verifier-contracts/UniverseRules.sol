// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IUniverseRules} from "./interfaces/IUniverseRules.sol";
import {Feeds} from "./libraries/Feeds.sol";
import {Instrument, Instruments, Sources} from "./libraries/Instruments.sol";
import {Layout} from "./libraries/Layout.sol";
import {Shape} from "./libraries/Shape.sol";

/// @title  UniverseRules
/// @dev    Keeps nothing; a contract of its own because the snapshots are full.
contract UniverseRules is IUniverseRules {
    uint256 private constant BPS_MAX = 1_000_000;
    uint256 private constant HEARTBEAT_MAX = 30 days;
    /// @dev A feed moves by up to 1 % between two answers when nothing is wrong.
    uint256 private constant JUMP_BPS_MIN = 100;
    uint256 private constant JUMP_DELAY_MIN = 1 minutes;
    /// @dev The longest that a true price may be kept out.
    uint256 private constant JUMP_DELAY_MAX = 1 days;

    /// @inheritdoc IUniverseRules
    function pack(Instrument[] calldata instruments, Shape calldata shape)
        external
        view
        returns (uint256[] memory words)
    {
        if (instruments.length == 0 || instruments.length > shape.slots) {
            revert WrongUniverseLength(instruments.length, shape.slots);
        }
        _checkDuplicates(instruments);
        bytes32[] memory terms = new bytes32[](instruments.length);
        uint256 each = Instruments.wordsPer(shape.scenarios);
        words = new uint256[](instruments.length * each);
        for (uint256 i; i < instruments.length; ++i) {
            Instrument calldata it = instruments[i];
            _check(it, i, shape);
            Sources memory sources;
            sources.decimals = Feeds.decimalsOf(it.feed, i);
            if (it.secondFeed != address(0)) sources.secondDecimals = Feeds.decimalsOf(it.secondFeed, i);
            terms[i] = _priceTerms(it);
            while (terms[sources.leader] != terms[i]) ++sources.leader;
            Instruments.pack(it, sources, words, i * each);
        }
    }

    /// @dev Refuses an instrument whose market numbers could leave their widths, or whose feed could be dead for ever.
    function _check(Instrument calldata it, uint256 slot, Shape memory shape) private view {
        if (it.symbol == 0) revert InvalidInstrument(slot, "symbol");
        if (it.kind > Instruments.OPTION) revert InvalidInstrument(slot, "kind");
        if (it.account >= shape.accounts) revert InvalidInstrument(slot, "account");
        if (it.contractSizeE8 == 0 || it.contractSizeE8 >> Layout.BITS_PRICE != 0) {
            revert InvalidInstrument(slot, "contractSizeE8");
        }
        if (it.feed.code.length == 0) revert InvalidInstrument(slot, "feed");
        if (it.heartbeat == 0 || it.heartbeat > HEARTBEAT_MAX) revert InvalidInstrument(slot, "heartbeat");
        uint256 unitMax = uint256(it.maxPriceE8) * it.contractSizeE8 / 1e8;
        if (it.minPriceE8 == 0 || it.minPriceE8 >= it.maxPriceE8 || unitMax >> Layout.BITS_PRICE != 0) {
            revert InvalidInstrument(slot, "price band");
        }
        _checkJump(it, slot);
        if (it.marginBps > BPS_MAX) revert InvalidInstrument(slot, "marginBps");
        if (it.shocksBps.length != shape.scenarios) revert InvalidInstrument(slot, "shocksBps");
        for (uint256 s; s < it.shocksBps.length; ++s) {
            int256 shock = it.shocksBps[s];
            bool wide = shock > 0 && (unitMax * uint256(shock) / 1e4 + 1) >> Layout.BITS_PRICE != 0;
            if (shock < -1e4 || shock > int256(BPS_MAX) || wide) revert InvalidInstrument(slot, "shocksBps");
        }
        bool option = it.kind == Instruments.OPTION;
        bool terms = it.strikeE8 != 0 && it.strikeE8 >> Layout.BITS_PRICE == 0 && it.expiry != 0
            && (it.optionType == 1 || it.optionType == 2);
        bool none = it.strikeE8 == 0 && it.expiry == 0 && it.optionType == 0;
        if (option ? !terms : !none) revert InvalidInstrument(slot, "option terms");
    }

    /// @dev A limit below what feeds do every day, or a wait that never ends, would keep true prices out; a second feed
    ///      that is the first, or that agrees with anything, would let false ones in.
    function _checkJump(Instrument calldata it, uint256 slot) private view {
        if (it.jumpBps < JUMP_BPS_MIN || it.jumpBps > BPS_MAX) revert InvalidInstrument(slot, "jumpBps");
        if (it.jumpDelay < JUMP_DELAY_MIN || it.jumpDelay > JUMP_DELAY_MAX) {
            revert InvalidInstrument(slot, "jumpDelay");
        }
        if (it.secondFeed == address(0)) {
            if (it.secondHeartbeat != 0) revert InvalidInstrument(slot, "secondHeartbeat");
            if (it.agreeBps != 0) revert InvalidInstrument(slot, "agreeBps");
            return;
        }
        if (it.secondFeed.code.length == 0 || it.secondFeed == it.feed) revert InvalidInstrument(slot, "secondFeed");
        if (it.secondHeartbeat == 0 || it.secondHeartbeat > HEARTBEAT_MAX) {
            revert InvalidInstrument(slot, "secondHeartbeat");
        }
        if (it.agreeBps == 0 || it.agreeBps > it.jumpBps) revert InvalidInstrument(slot, "agreeBps");
    }

    /// @dev What a slot's coin price depends on: slots that agree in it are one price.
    function _priceTerms(Instrument calldata it) private pure returns (bytes32) {
        return keccak256(
            abi.encode(
                it.feed,
                it.heartbeat,
                it.minPriceE8,
                it.maxPriceE8,
                it.jumpBps,
                it.jumpDelay,
                it.secondFeed,
                it.secondHeartbeat,
                it.agreeBps
            )
        );
    }

    /// @dev Refuses a symbol, or the same thing held in the same account, listed twice.
    function _checkDuplicates(Instrument[] calldata list) private pure {
        bytes32[] memory lines = new bytes32[](list.length);
        for (uint256 i; i < list.length; ++i) {
            Instrument calldata it = list[i];
            lines[i] = keccak256(abi.encode(it.kind, it.feed, it.account, it.optionType, it.strikeE8, it.expiry));
            for (uint256 j; j < i; ++j) {
                if (lines[j] == lines[i] || list[j].symbol == it.symbol) revert DuplicateInstrument(i, j);
            }
        }
    }
}
