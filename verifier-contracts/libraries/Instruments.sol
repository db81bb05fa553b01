// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Layout} from "./Layout.sol";
import {Shape} from "./Shape.sol";

/// @notice One public slot of a universe. A unit is `contractSizeE8` / 1e8 coins; `feed` quotes one coin and is dead when
///         its answer is older than `heartbeat` seconds; a coin price outside the band is not believed. `optionType` is 0
///         none, 1 call, 2 put; `shocksBps` is the relative coin price change per scenario.
struct Instrument {
    bytes32 symbol;
    bytes32 underlying;
    uint8 kind;
    uint8 account;
    uint64 contractSizeE8;
    address feed;
    uint32 heartbeat;
    uint64 minPriceE8;
    uint64 maxPriceE8;
    uint32 marginBps;
    uint8 optionType;
    uint64 strikeE8;
    uint40 expiry;
    int32[] shocksBps;
}

/// @title  Instruments
/// @notice What a universe may list, and how a slot is kept: five words and the shocks, eight to a word.
library Instruments {
    uint8 internal constant OPTION = 2;
    uint256 private constant HEAD_WORDS = 5;
    uint256 private constant BPS_MAX = 1_000_000;
    uint256 private constant HEARTBEAT_MAX = 30 days;

    /// @notice Field `field` of slot `slot` is not a value an instrument may have.
    error InvalidInstrument(uint256 slot, string field);
    /// @notice Slot `slot` lists the instrument of slot `earlier` a second time.
    error DuplicateInstrument(uint256 slot, uint256 earlier);

    /// @notice Refuses an instrument whose market numbers could leave their widths, or whose feed could be dead for ever.
    function check(Instrument calldata it, uint256 slot, Shape memory shape) internal view {
        if (it.symbol == 0) revert InvalidInstrument(slot, "symbol");
        if (it.kind > OPTION) revert InvalidInstrument(slot, "kind");
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
        if (it.marginBps > BPS_MAX) revert InvalidInstrument(slot, "marginBps");
        if (it.shocksBps.length != shape.scenarios) revert InvalidInstrument(slot, "shocksBps");
        for (uint256 s; s < it.shocksBps.length; ++s) {
            int256 shock = it.shocksBps[s];
            bool wide = shock > 0 && (unitMax * uint256(shock) / 1e4 + 1) >> Layout.BITS_PRICE != 0;
            if (shock < -1e4 || shock > int256(BPS_MAX) || wide) revert InvalidInstrument(slot, "shocksBps");
        }
        bool option = it.kind == OPTION;
        bool terms = it.strikeE8 != 0 && it.strikeE8 >> Layout.BITS_PRICE == 0 && it.expiry != 0
            && (it.optionType == 1 || it.optionType == 2);
        bool none = it.strikeE8 == 0 && it.expiry == 0 && it.optionType == 0;
        if (option ? !terms : !none) revert InvalidInstrument(slot, "option terms");
    }

    /// @notice Refuses a symbol, or the same thing held in the same account, listed twice.
    function checkDuplicates(Instrument[] calldata list) internal pure {
        bytes32[] memory lines = new bytes32[](list.length);
        for (uint256 i; i < list.length; ++i) {
            Instrument calldata it = list[i];
            lines[i] = keccak256(abi.encode(it.kind, it.feed, it.account, it.optionType, it.strikeE8, it.expiry));
            for (uint256 j; j < i; ++j) {
                if (lines[j] == lines[i] || list[j].symbol == it.symbol) revert DuplicateInstrument(i, j);
            }
        }
    }

    /// @notice What a quantity in a slot is a quantity of. Risk parameters, heartbeat and band are left out: changing
    ///         them does not change what is held.
    function identity(Instrument memory it) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                it.symbol,
                it.underlying,
                it.kind,
                it.account,
                it.contractSizeE8,
                it.feed,
                it.optionType,
                it.strikeE8,
                it.expiry
            )
        );
    }

    /// @notice Words one instrument takes for `scenarios` shocks.
    function wordsPer(uint256 scenarios) internal pure returns (uint256) {
        return HEAD_WORDS + (scenarios + 7) / 8;
    }

    /// @notice Writes an instrument and its feed's decimals from word `start`.
    function pack(Instrument calldata it, uint8 decimals, uint256[] memory words, uint256 start) internal pure {
        words[start] = uint256(it.symbol);
        words[start + 1] = uint256(it.underlying);
        words[start + 2] = uint256(uint160(it.feed)) | uint256(it.kind) << 160 | uint256(it.account) << 168
            | uint256(decimals) << 176 | uint256(it.optionType) << 184 | uint256(it.contractSizeE8) << 192;
        words[start + 3] = uint256(it.minPriceE8) | uint256(it.maxPriceE8) << 64 | uint256(it.strikeE8) << 128
            | uint256(it.heartbeat) << 192 | uint256(it.marginBps) << 224;
        words[start + 4] = it.expiry;
        for (uint256 s; s < it.shocksBps.length; ++s) {
            words[start + HEAD_WORDS + s / 8] |= uint256(uint32(it.shocksBps[s])) << (32 * (s % 8));
        }
    }

    /// @notice Reads back what {pack} wrote.
    function unpack(uint256[] memory words, uint256 start, uint256 scenarios)
        internal
        pure
        returns (Instrument memory it, uint8 decimals)
    {
        it.symbol = bytes32(words[start]);
        it.underlying = bytes32(words[start + 1]);
        uint256 word = words[start + 2];
        it.feed = address(uint160(word));
        it.kind = uint8(word >> 160);
        it.account = uint8(word >> 168);
        decimals = uint8(word >> 176);
        it.optionType = uint8(word >> 184);
        it.contractSizeE8 = uint64(word >> 192);
        word = words[start + 3];
        it.minPriceE8 = uint64(word);
        it.maxPriceE8 = uint64(word >> 64);
        it.strikeE8 = uint64(word >> 128);
        it.heartbeat = uint32(word >> 192);
        it.marginBps = uint32(word >> 224);
        it.expiry = uint40(words[start + 4]);
        it.shocksBps = new int32[](scenarios);
        for (uint256 s; s < scenarios; ++s) {
            it.shocksBps[s] = int32(uint32(words[start + HEAD_WORDS + s / 8] >> (32 * (s % 8))));
        }
    }
}
