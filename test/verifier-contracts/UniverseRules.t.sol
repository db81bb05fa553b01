// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IMarketSnapshots} from "../../verifier-contracts/interfaces/IMarketSnapshots.sol";
import {IUniverseRules} from "../../verifier-contracts/interfaces/IUniverseRules.sol";
import {Feeds} from "../../verifier-contracts/libraries/Feeds.sol";
import {Instrument} from "../../verifier-contracts/libraries/Instruments.sol";
import {MarketFixture} from "./MarketFixture.sol";
import {OddFeed} from "./OddFeed.sol";

/// @notice What a universe may list.
contract UniverseRulesTest is MarketFixture {
    function testRefusesAUniverseTwiceOrOfAnotherLength() public {
        vm.expectRevert(abi.encodeWithSelector(IMarketSnapshots.UniverseExists.selector, universeId));
        snapshots.registerUniverse(_instruments());
        vm.expectRevert(abi.encodeWithSelector(IUniverseRules.WrongUniverseLength.selector, 0, 4));
        snapshots.registerUniverse(new Instrument[](0));
        vm.expectRevert(abi.encodeWithSelector(IUniverseRules.WrongUniverseLength.selector, 5, 4));
        snapshots.registerUniverse(new Instrument[](5));
    }

    function testRefusesDuplicates() public {
        Instrument[] memory list = _instruments();
        list[1].symbol = "BTC";
        vm.expectRevert(abi.encodeWithSelector(IUniverseRules.DuplicateInstrument.selector, 1, 0));
        snapshots.registerUniverse(list);
        list = _instruments();
        (list[1].kind, list[1].account) = (0, 0);
        vm.expectRevert(abi.encodeWithSelector(IUniverseRules.DuplicateInstrument.selector, 1, 0));
        snapshots.registerUniverse(list);
    }

    function testRefusesEachBadField() public {
        for (uint256 i; i < 19; ++i) {
            Instrument[] memory list = _instruments();
            string memory field = _spoil(list[1], i);
            vm.expectRevert(abi.encodeWithSelector(IUniverseRules.InvalidInstrument.selector, 1, field));
            snapshots.registerUniverse(list);
        }
        Instrument[] memory options = _instruments();
        options[2].optionType = 3;
        vm.expectRevert(abi.encodeWithSelector(IUniverseRules.InvalidInstrument.selector, 2, "option terms"));
        snapshots.registerUniverse(options);
    }

    /// @dev What the fields of the wait may be, at each end, and what they may not be a step beyond.
    function testRefusesEachBadTermOfAJump() public {
        for (uint256 i; i < 13; ++i) {
            Instrument[] memory list = _instruments();
            string memory field = _spoilJump(list[1], i);
            vm.expectRevert(abi.encodeWithSelector(IUniverseRules.InvalidInstrument.selector, 1, field));
            snapshots.registerUniverse(list);
        }
        for (uint256 i; i < 6; ++i) {
            Instrument[] memory list = _instruments();
            if (i == 0) (list[1].jumpBps, list[1].agreeBps) = (100, 100);
            if (i == 1) (list[1].jumpBps, list[1].agreeBps) = (1_000_000, 1);
            if (i == 2) list[1].jumpDelay = 1 minutes;
            if (i == 3) list[1].jumpDelay = 1 days;
            if (i == 4) list[1].secondHeartbeat = 30 days;
            if (i == 5) (list[1].secondFeed, list[1].secondHeartbeat, list[1].agreeBps) = (address(0), 0, 0);
            uint256 id = snapshots.registerUniverse(list);
            assertEq(keccak256(abi.encode(snapshots.universe(id))), keccak256(abi.encode(list)), "as given");
        }
    }

    function _spoilJump(Instrument memory it, uint256 i) private pure returns (string memory) {
        if (i == 0) (it.jumpBps, it.agreeBps) = (99, 1);
        if (i == 1) it.jumpBps = 1_000_001;
        if (i <= 1) return "jumpBps";
        if (i == 2) it.jumpDelay = 1 minutes - 1;
        if (i == 3) it.jumpDelay = 1 days + 1;
        if (i <= 3) return "jumpDelay";
        if (i == 4) it.secondFeed = address(0xdead);
        if (i == 5) it.secondFeed = it.feed;
        if (i <= 5) return "secondFeed";
        if (i == 6) it.secondHeartbeat = 0;
        if (i == 7) it.secondHeartbeat = 30 days + 1;
        if (i == 8) (it.secondFeed, it.agreeBps) = (address(0), 0);
        if (i <= 8) return "secondHeartbeat";
        if (i == 9) it.agreeBps = 0;
        if (i == 10) it.agreeBps = it.jumpBps + 1;
        if (i == 11) (it.secondFeed, it.secondHeartbeat) = (address(0), 0);
        if (i == 12) it.agreeBps = type(uint32).max;
        return "agreeBps";
    }

    function testFeedsMustAnswerTheirDecimals() public {
        OddFeed odd = new OddFeed();
        for (uint256 i; i < 6; ++i) {
            Instrument[] memory list = _instruments();
            if (i % 2 == 0) list[1].feed = address(odd);
            else list[1].secondFeed = address(odd);
            if (i < 2) odd.setDecimals(abi.encode(19));
            else if (i < 4) odd.setDecimals("");
            else odd.setDecimals(abi.encode(i == 4 ? 0 : 18));
            if (i < 4) vm.expectRevert(abi.encodeWithSelector(Feeds.FeedCallFailed.selector, 1, address(odd)));
            snapshots.registerUniverse(list);
        }
    }

    function _spoil(Instrument memory it, uint256 i) private pure returns (string memory) {
        if (i == 0) it.symbol = 0;
        if (i == 0) return "symbol";
        if (i == 1) it.kind = 3;
        if (i == 1) return "kind";
        if (i == 2) it.account = 2;
        if (i == 2) return "account";
        if (i == 3) it.contractSizeE8 = 0;
        if (i == 4) it.contractSizeE8 = 1 << 63;
        if (i <= 4) return "contractSizeE8";
        if (i == 5) it.feed = address(0xdead);
        if (i == 5) return "feed";
        if (i == 6) it.heartbeat = 0;
        if (i == 7) it.heartbeat = 31 days;
        if (i <= 7) return "heartbeat";
        if (i == 8) it.minPriceE8 = 0;
        if (i == 9) it.maxPriceE8 = it.minPriceE8;
        if (i == 10) it.maxPriceE8 = 1 << 63;
        if (i <= 10) return "price band";
        if (i == 11) it.marginBps = 1_000_001;
        if (i == 11) return "marginBps";
        if (i == 12) it.shocksBps = new int32[](1);
        if (i == 13) it.shocksBps[0] = -10_001;
        if (i == 14) it.shocksBps[1] = 1_000_001;
        if (i == 15) (it.maxPriceE8, it.shocksBps[1]) = (1 << 62, 20_000);
        if (i <= 15) return "shocksBps";
        if (i == 16) it.optionType = 1;
        if (i == 17) it.strikeE8 = 1;
        if (i == 18) it.expiry = 1;
        return "option terms";
    }
}
