// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @notice One public slot of a universe. A unit is `contractSizeE8` / 1e8 coins; `feed` quotes one coin and is dead when
///         its answer is older than `heartbeat` seconds; a coin price outside the band is not believed. One that is more
///         than `jumpBps` off the price captured last is believed when `secondFeed` (0 for none, dead after
///         `secondHeartbeat`) is within `agreeBps` of it, or when it has stood for `jumpDelay` seconds. `optionType` is
///         0 none, 1 call, 2 put; `shocksBps` is the relative coin price change per scenario.
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
    uint32 jumpBps;
    uint32 jumpDelay;
    address secondFeed;
    uint32 secondHeartbeat;
    uint32 agreeBps;
    uint32 marginBps;
    uint8 optionType;
    uint64 strikeE8;
    uint40 expiry;
    int32[] shocksBps;
}

/// @notice What a slot's feeds were at registration, and the first slot whose price comes from the same feeds on the same
///         terms: a capture reads them once for all such slots.
struct Sources {
    uint8 decimals;
    uint8 secondDecimals;
    uint8 leader;
}

/// @title  Instruments
/// @notice How a slot is kept: six words and the shocks, eight to a word.
library Instruments {
    uint8 internal constant SPOT = 0;
    uint8 internal constant OPTION = 2;
    uint256 private constant HEAD_WORDS = 6;

    /// @notice What a quantity in a slot is a quantity of. Risk parameters, and when a price is believed, are left out:
    ///         changing them does not change what is held.
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

    /// @notice Writes an instrument and its sources from word `start`.
    function pack(Instrument calldata it, Sources memory sources, uint256[] memory words, uint256 start) internal pure {
        words[start] = uint256(it.symbol);
        words[start + 1] = uint256(it.underlying);
        words[start + 2] = uint256(uint160(it.feed)) | uint256(it.kind) << 160 | uint256(it.account) << 168
            | uint256(sources.decimals) << 176 | uint256(it.optionType) << 184 | uint256(it.contractSizeE8) << 192;
        words[start + 3] = uint256(it.minPriceE8) | uint256(it.maxPriceE8) << 64 | uint256(it.strikeE8) << 128
            | uint256(it.heartbeat) << 192 | uint256(it.marginBps) << 224;
        words[start + 4] = uint256(uint160(it.secondFeed)) | uint256(sources.secondDecimals) << 160
            | uint256(sources.leader) << 168 | uint256(it.expiry) << 176;
        words[start + 5] = uint256(it.jumpBps) | uint256(it.jumpDelay) << 32 | uint256(it.secondHeartbeat) << 64
            | uint256(it.agreeBps) << 96;
        for (uint256 s; s < it.shocksBps.length; ++s) {
            words[start + HEAD_WORDS + s / 8] |= uint256(uint32(it.shocksBps[s])) << (32 * (s % 8));
        }
    }

    /// @notice Reads back what {pack} wrote.
    function unpack(uint256[] memory words, uint256 start, uint256 scenarios)
        internal
        pure
        returns (Instrument memory it, Sources memory sources)
    {
        it.symbol = bytes32(words[start]);
        it.underlying = bytes32(words[start + 1]);
        uint256 word = words[start + 2];
        it.feed = address(uint160(word));
        it.kind = uint8(word >> 160);
        it.account = uint8(word >> 168);
        sources.decimals = uint8(word >> 176);
        it.optionType = uint8(word >> 184);
        it.contractSizeE8 = uint64(word >> 192);
        word = words[start + 3];
        it.minPriceE8 = uint64(word);
        it.maxPriceE8 = uint64(word >> 64);
        it.strikeE8 = uint64(word >> 128);
        it.heartbeat = uint32(word >> 192);
        it.marginBps = uint32(word >> 224);
        word = words[start + 4];
        it.secondFeed = address(uint160(word));
        sources.secondDecimals = uint8(word >> 160);
        sources.leader = uint8(word >> 168);
        it.expiry = uint40(word >> 176);
        word = words[start + 5];
        it.jumpBps = uint32(word);
        it.jumpDelay = uint32(word >> 32);
        it.secondHeartbeat = uint32(word >> 64);
        it.agreeBps = uint32(word >> 96);
        it.shocksBps = new int32[](scenarios);
        for (uint256 s; s < scenarios; ++s) {
            it.shocksBps[s] = int32(uint32(words[start + HEAD_WORDS + s / 8] >> (32 * (s % 8))));
        }
    }
}
