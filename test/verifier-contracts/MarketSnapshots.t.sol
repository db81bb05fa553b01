// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {MarketSnapshots} from "../../verifier-contracts/MarketSnapshots.sol";
import {UniverseRules} from "../../verifier-contracts/UniverseRules.sol";
import {PriceFeed} from "../../verifier-contracts/demo/PriceFeed.sol";
import {IGroth16Verifier, Proof} from "../../verifier-contracts/interfaces/IGroth16Verifier.sol";
import {IMarketSettings} from "../../verifier-contracts/interfaces/IMarketSettings.sol";
import {IMarketSnapshots} from "../../verifier-contracts/interfaces/IMarketSnapshots.sol";
import {Instrument} from "../../verifier-contracts/libraries/Instruments.sol";
import {OptionBlock, OptionBlocks} from "../../verifier-contracts/libraries/OptionBlocks.sol";
import {PublicVector} from "../../verifier-contracts/libraries/PublicVector.sol";
import {Shape} from "../../verifier-contracts/libraries/Shape.sol";
import {Fixture} from "./Fixture.sol";

contract MarketSnapshotsTest is Fixture {
    uint256[] private _none;

    struct GoldenFeed {
        address at;
        uint8 decimals;
        int256 answer;
    }

    /// @dev Same instruments, feeds and option numbers: the contract's vector is the integer model's, element by element.
    function testBuildsTheVectorOfTheIntegerModel() public {
        GoldenFeed[] memory feeds = abi.decode(vm.envBytes("GOLDEN_FEEDS"), (GoldenFeed[]));
        for (uint256 i; i < feeds.length; ++i) {
            vm.etch(feeds[i].at, address(feed).code);
            PriceFeed(feeds[i].at).setDecimals(feeds[i].decimals);
            PriceFeed(feeds[i].at).set(feeds[i].answer);
        }
        snapshots = new MarketSnapshots(
            verifier, settings, new UniverseRules(), MARKET, Shape(16, 8, 4, 8), MarketSnapshots.Rules(60, 300, 50)
        );
        universeId = snapshots.registerUniverse(abi.decode(vm.envBytes("GOLDEN_INSTRUMENTS"), (Instrument[])));
        assertEq(bytes32(universeId), bytes32(vm.envBytes("GOLDEN_UNIVERSE")), "universe id");
        OptionBlock memory options = abi.decode(vm.envBytes("GOLDEN_OPTIONS"), (OptionBlock));
        snapshots.capture(universeId, options, _riskSignature(options, RISK_KEY), _none);
        uint256[] memory expected = abi.decode(vm.envBytes("GOLDEN_MARKET"), (uint256[]));
        (, bytes32 hash,) = snapshots.captured(universeId);
        assertEq(hash, keccak256(abi.encodePacked(expected)), "vector");
    }

    function testKeepsTheInstruments() public view {
        bytes32 stored = keccak256(abi.encode(snapshots.universe(universeId)));
        assertEq(stored, keccak256(abi.encode(_instruments())), "instruments");
    }

    function testNothingIsKnownOfAUniverseThatIsNotRegistered() public {
        uint256 unknown = universeId + 1;
        OptionBlock memory none;
        bytes memory error_ = abi.encodeWithSelector(IMarketSnapshots.UnknownUniverse.selector, unknown);
        vm.expectRevert(error_);
        snapshots.capture(unknown, none, new bytes[](0), _none);
        vm.expectRevert(error_);
        snapshots.universe(unknown);
        vm.expectRevert(error_);
        snapshots.changedMask(universeId, unknown);
        vm.expectRevert(error_);
        snapshots.quote(unknown, 0);
        (uint256 time, uint256 digest) = snapshots.newest(unknown);
        assertEq(time + digest, 0, "no snapshot");
    }

    function testCapturesAtMostOncePerInterval() public {
        _publish(60_000e8, 1);
        OptionBlock memory options = _options(block.timestamp);
        bytes[] memory signatures = _riskSignature(options, RISK_KEY);
        vm.warp(START + 59);
        vm.expectRevert(abi.encodeWithSelector(IMarketSnapshots.CapturedTooSoon.selector, universeId, START + 60));
        snapshots.capture(universeId, options, signatures, _none);
    }

    function testPublishesOnlyWhatWasCaptured() public {
        OptionBlock memory options = _options(block.timestamp);
        snapshots.capture(universeId, options, _riskSignature(options, RISK_KEY), _none);
        uint256[] memory x = _vector(60_000e8, options.rows[0]);
        (, uint256 alpha, uint256 beta) = PublicVector.signals(MARKET, x, 9);
        Proof memory proof = verifier.proofOf(MARKET, 9, alpha, beta);
        for (uint256 i; i < x.length; ++i) {
            x[i] += 1;
            vm.expectPartialRevert(IMarketSnapshots.NotCaptured.selector);
            snapshots.publish(universeId, x, 9, proof);
            x[i] -= 1;
        }
        vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.InvalidProof.selector, MARKET));
        snapshots.publish(universeId, x, 10, proof);
        snapshots.publish(universeId, x, 9, proof);
        (uint256 time, uint256 digest) = snapshots.newest(universeId);
        assertEq(time, START, "time");
        assertEq(digest, 9, "digest");
    }

    function testMovesOnlyForward() public {
        OptionBlock memory options = _options(block.timestamp);
        snapshots.capture(universeId, options, _riskSignature(options, RISK_KEY), _none);
        uint256[] memory x = _vector(60_000e8, options.rows[0]);
        vm.warp(START + 60);
        _publish(61_000e8, 2);
        (, uint256 alpha, uint256 beta) = PublicVector.signals(MARKET, x, 1);
        Proof memory proof = verifier.proofOf(MARKET, 1, alpha, beta);
        vm.expectRevert(abi.encodeWithSelector(IMarketSnapshots.NotNewer.selector, universeId, START, START + 60));
        snapshots.publish(universeId, x, 1, proof);
    }

    function testACaptureSupersedesWhatCameBeforeItPublishedOrNot() public {
        _publish(60_000e8, 1);
        vm.warp(START + 60);
        OptionBlock memory options = _options(block.timestamp);
        snapshots.capture(universeId, options, _riskSignature(options, RISK_KEY), _none);
        uint256[] memory held = _vector(60_000e8, options.rows[0]);
        assertTrue(!snapshots.isUsable(universeId, 1, 1000, 0, 0), "captured anew");
        assertTrue(snapshots.isUsable(universeId, 1, 1000, 1, 0), "within the grace");

        vm.warp(START + 120);
        options = _options(block.timestamp);
        snapshots.capture(universeId, options, _riskSignature(options, RISK_KEY), _none);
        vm.warp(START + 130);
        (, uint256 alpha, uint256 beta) = PublicVector.signals(MARKET, held, 2);
        snapshots.publish(universeId, held, 2, verifier.proofOf(MARKET, 2, alpha, beta));
        vm.expectRevert(_unusable(2, IMarketSnapshots.Usability.Superseded));
        snapshots.usable(universeId, 2, 1000, 10, 0);
        assertTrue(snapshots.isUsable(universeId, 2, 1000, 11, 0), "ten seconds after the next capture");
        assertTrue(!snapshots.isUsable(universeId, 1, 1000, 70, 0), "since the first capture after it");
    }

    function testUsableIsNewestOrWithinGraceAndNotOld() public {
        _publish(60_000e8, 1);
        vm.warp(START + 100);
        _publish(60_000e8, 2);
        assertTrue(snapshots.isUsable(universeId, 2, 0, 0, 0), "newest");
        assertTrue(!snapshots.isUsable(universeId, 1, 1000, 0, 0), "superseded without grace");
        assertTrue(snapshots.isUsable(universeId, 1, 1000, 10, 0), "superseded within grace");
        vm.warp(START + 109);
        assertTrue(snapshots.isUsable(universeId, 1, 109, 10, START), "last second of grace");
        assertTrue(!snapshots.isUsable(universeId, 1, 108, 10, START), "one second too old");
        vm.warp(START + 110);
        vm.expectRevert(_unusable(1, IMarketSnapshots.Usability.Superseded));
        snapshots.usable(universeId, 1, 1000, 10, 0);
        vm.expectRevert(_unusable(2, IMarketSnapshots.Usability.TooOld));
        snapshots.usable(universeId, 2, 9, 10, 0);
        vm.expectRevert(_unusable(2, IMarketSnapshots.Usability.BeforeLast));
        snapshots.usable(universeId, 2, 10, 10, START + 101);
        vm.expectRevert(_unusable(3, IMarketSnapshots.Usability.Unknown));
        snapshots.usable(universeId, 3, 10, 10, 0);
        assertEq(snapshots.usable(universeId, 2, 10, 10, START + 100), START + 100, "usable");
    }

    function _unusable(uint256 digest, IMarketSnapshots.Usability reason) private view returns (bytes memory) {
        return abi.encodeWithSelector(IMarketSnapshots.UnusableSnapshot.selector, universeId, digest, reason);
    }

    function testChangedMaskSeesWhatIsHeldNotHowItIsShocked() public {
        Instrument[] memory list = _instruments();
        (list[0].marginBps, list[0].shocksBps[0], list[0].heartbeat) = (77, -1, 2 hours);
        list[1].contractSizeE8 = 2e8;
        uint256 other = snapshots.registerUniverse(list);
        assertEq(snapshots.changedMask(universeId, other), 2, "slot 1 only");
        assertEq(snapshots.changedMask(universeId, universeId), 0, "none");
        Instrument[] memory two = new Instrument[](2);
        (two[0], two[1]) = (list[0], _instrument("ETH", 0, 1));
        two[1].feed = address(otherFeed);
        assertEq(snapshots.changedMask(universeId, snapshots.registerUniverse(two)), 6, "another and none");
    }

    function testOptionNumbersNeedASigner() public {
        OptionBlock memory options = _options(block.timestamp);
        bytes[] memory signatures = _riskSignature(options, STRANGER_KEY);
        vm.expectRevert(abi.encodeWithSelector(IMarketSettings.NotEnoughSignatures.selector, 0, 1));
        snapshots.capture(universeId, options, signatures, _none);
        signatures = _riskSignature(options, RISK_KEY);
        options.rows[0].price += 1;
        vm.expectRevert(abi.encodeWithSelector(IMarketSettings.NotEnoughSignatures.selector, 0, 1));
        snapshots.capture(universeId, options, signatures, _none);
        delete options.rows;
        vm.expectRevert(abi.encodeWithSelector(OptionBlocks.MissingOptionRow.selector, 2));
        snapshots.capture(universeId, options, new bytes[](0), _none);
    }
}
