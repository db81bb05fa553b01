// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {MarketSettings} from "../../verifier-contracts/MarketSettings.sol";
import {MarketSnapshots} from "../../verifier-contracts/MarketSnapshots.sol";
import {UniverseRules} from "../../verifier-contracts/UniverseRules.sol";
import {IGovernorWithNotice} from "../../verifier-contracts/interfaces/IGovernorWithNotice.sol";
import {IMarketSettings, Settings} from "../../verifier-contracts/interfaces/IMarketSettings.sol";
import {IMarketSnapshots} from "../../verifier-contracts/interfaces/IMarketSnapshots.sol";
import {OptionBlock} from "../../verifier-contracts/libraries/OptionBlocks.sol";
import {IERC1271} from "../../verifier-contracts/libraries/Signatures.sol";
import {Fixture} from "./Fixture.sol";

/// @notice A risk signer that is a contract: it says yes to anything, or burns all it is given.
contract ContractSigner is IERC1271 {
    bool public burns;

    function setBurns(bool burns_) external {
        burns = burns_;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        while (burns) {}
        return IERC1271.isValidSignature.selector;
    }
}

/// @notice Who signs option numbers, and that nobody changes it without notice.
contract MarketSettingsTest is Fixture {
    address private constant _STRANGER = address(0x62);
    bytes32 private constant _DIGEST = keccak256("digest");
    uint256[] private _none;

    function _list(uint256 count) private pure returns (address[] memory signers) {
        signers = new address[](count);
        for (uint256 i; i < count; ++i) signers[i] = address(uint160(i + 1));
    }

    /// @dev The addresses of keys 0xB1…, in ascending order, with their keys.
    function _signers(uint256 count) private pure returns (address[] memory signers, uint256[] memory keys) {
        (signers, keys) = (new address[](count), new uint256[](count));
        for (uint256 i; i < count; ++i) {
            (uint256 key, uint256 j) = (0xB1 + i, i);
            for (; j != 0 && signers[j - 1] > vm.addr(key); --j) {
                (signers[j], keys[j]) = (signers[j - 1], keys[j - 1]);
            }
            (signers[j], keys[j]) = (vm.addr(key), key);
        }
    }

    function _schedule(Settings memory next) private {
        vm.prank(GOVERNOR);
        settings.schedule(next);
    }

    function _assertSame(Settings memory a, Settings memory b) private pure {
        assertEq(keccak256(abi.encode(a)), keccak256(abi.encode(b)), "settings");
    }

    function _invalid(string memory field) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IMarketSettings.InvalidSetting.selector, field);
    }

    function testADeploymentHasItsRanges() public {
        vm.expectRevert(_invalid("sequencerFeed"));
        new MarketSettings(GOVERNOR, NOTICE, _list(1), 1, _STRANGER, 1 hours);
        bytes memory grace = _invalid("sequencerGrace");
        vm.expectRevert(grace);
        new MarketSettings(GOVERNOR, NOTICE, _list(1), 1, address(0), 1);
        vm.expectRevert(grace);
        new MarketSettings(GOVERNOR, NOTICE, _list(1), 1, address(feed), 0);
        vm.expectRevert(grace);
        new MarketSettings(GOVERNOR, NOTICE, _list(1), 1, address(feed), 1 days + 1);
        new MarketSettings(GOVERNOR, NOTICE, _list(1), 1, address(feed), 1 days);
        new MarketSettings(GOVERNOR, NOTICE, _list(32), 32, address(feed), 1);
    }

    function testAListIsAscendingAndOfItsLength() public {
        address[] memory zero = new address[](1);
        address[] memory twice = _list(2);
        twice[1] = twice[0];
        Settings[7] memory bad = [
            Settings(new address[](0), 0, false), Settings(_list(33), 1, false), Settings(zero, 1, false),
            Settings(twice, 1, false), Settings(_list(2), 0, false), Settings(_list(2), 3, false),
            Settings(_list(1), 1, true)
        ];
        for (uint256 i; i < 7; ++i) {
            bytes memory error_ = _invalid(i < 4 ? "riskSigners" : i < 6 ? "threshold" : "sequencerAsked");
            vm.prank(GOVERNOR);
            vm.expectRevert(error_);
            settings.schedule(bad[i]);
        }
        _schedule(Settings(_list(32), 32, false));
    }

    function testAChangeHasPublicNoticeAndAnyoneActivatesIt() public {
        Settings memory before = settings.active();
        Settings memory next = Settings(_list(3), 2, false);
        vm.prank(_STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IGovernorWithNotice.NotGovernor.selector, _STRANGER));
        settings.schedule(next);
        vm.expectRevert(abi.encodeWithSelector(IMarketSettings.NothingWaits.selector));
        settings.activate();

        vm.recordLogs();
        _schedule(next);
        assertEq(vm.getRecordedLogs()[0].topics[0], IMarketSettings.SettingsScheduled.selector, "announced");
        (Settings memory waits, uint256 dueAt) = settings.waiting();
        _assertSame(waits, next);
        assertEq(dueAt, START + NOTICE, "due");
        _assertSame(settings.active(), before);

        vm.warp(START + NOTICE - 1);
        vm.expectRevert(abi.encodeWithSelector(IGovernorWithNotice.NoticeNotOver.selector, START + NOTICE));
        settings.activate();
        vm.warp(START + NOTICE);
        vm.prank(_STRANGER);
        vm.recordLogs();
        settings.activate();
        assertEq(vm.getRecordedLogs()[0].topics[0], IMarketSettings.SettingsActivated.selector, "in force");
        _assertSame(settings.active(), next);
        (waits, dueAt) = settings.waiting();
        assertEq(waits.riskSigners.length + dueAt, 0, "nothing waits");
        vm.expectRevert(abi.encodeWithSelector(IMarketSettings.NothingWaits.selector));
        settings.activate();
    }

    function testAnotherChangeStartsTheNoticeAnew() public {
        _schedule(Settings(_list(3), 2, false));
        vm.warp(START + NOTICE);
        _schedule(Settings(_list(2), 1, false));
        vm.expectRevert(abi.encodeWithSelector(IGovernorWithNotice.NoticeNotOver.selector, START + 2 * NOTICE));
        settings.activate();
        vm.warp(START + 2 * NOTICE);
        settings.activate();
        _assertSame(settings.active(), Settings(_list(2), 1, false));
    }

    function testAChangeIsWithdrawnByTheGovernorAlone() public {
        vm.prank(GOVERNOR);
        vm.expectRevert(abi.encodeWithSelector(IMarketSettings.NothingWaits.selector));
        settings.cancel();
        _schedule(Settings(_list(3), 2, false));
        vm.prank(_STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IGovernorWithNotice.NotGovernor.selector, _STRANGER));
        settings.cancel();
        vm.prank(GOVERNOR);
        settings.cancel();
        vm.warp(START + NOTICE);
        vm.expectRevert(abi.encodeWithSelector(IMarketSettings.NothingWaits.selector));
        settings.activate();
    }

    /// @dev Every subset of five signers against every threshold: accepted exactly when enough of them signed.
    function testKOfN() public {
        (address[] memory signers, uint256[] memory keys) = _signers(5);
        for (uint256 k = 1; k <= 5; ++k) {
            MarketSettings some = new MarketSettings(GOVERNOR, NOTICE, signers, k, address(0), 0);
            for (uint256 subset; subset < 32; ++subset) {
                bytes[] memory signatures = new bytes[](5);
                uint256 count;
                for (uint256 i; i < 5; ++i) {
                    if (subset >> i & 1 == 0) continue;
                    signatures[i] = signed(keys[i], _DIGEST);
                    ++count;
                }
                if (count < k) vm.expectRevert(_notEnough(count, k));
                some.checkSigned(_DIGEST, signatures);
            }
        }
    }

    function testASignatureCountsOnceInItsPlaceAndForItsDigest() public {
        (address[] memory signers, uint256[] memory keys) = _signers(3);
        MarketSettings some = new MarketSettings(GOVERNOR, NOTICE, signers, 2, address(0), 0);
        bytes[] memory signatures = new bytes[](5);
        for (uint256 i; i < 5; ++i) signatures[i] = signed(keys[0], _DIGEST);
        vm.expectRevert(_notEnough(1, 2));
        some.checkSigned(_DIGEST, signatures);
        signatures[1] = signed(keys[1], keccak256("another"));
        signatures[2] = signed(STRANGER_KEY, _DIGEST);
        vm.expectRevert(_notEnough(1, 2));
        some.checkSigned(_DIGEST, signatures);
        signatures[2] = signed(keys[2], _DIGEST);
        some.checkSigned(_DIGEST, signatures);
    }

    /// @dev One of n that burns gas costs its own signature and nobody else's: who sends does not ask it.
    function testASignerThatBurnsGasIsNotAsked() public {
        ContractSigner contractSigner = new ContractSigner();
        (address[] memory signers,) = _signers(1);
        bool first = address(contractSigner) < signers[0];
        address[] memory both = new address[](2);
        (both[first ? 0 : 1], both[first ? 1 : 0]) = (address(contractSigner), signers[0]);
        MarketSettings some = new MarketSettings(GOVERNOR, NOTICE, both, 1, address(0), 0);
        bytes[] memory signatures = new bytes[](2);
        signatures[first ? 0 : 1] = "yes";
        some.checkSigned(_DIGEST, signatures);
        contractSigner.setBurns(true);
        (signatures[first ? 0 : 1], signatures[first ? 1 : 0]) = (bytes(""), signed(0xB1, _DIGEST));
        some.checkSigned{gas: 100_000}(_DIGEST, signatures);
    }

    function _notEnough(uint256 valid, uint256 threshold) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IMarketSettings.NotEnoughSignatures.selector, valid, threshold);
    }

    /// @dev A block signed by the old list is worth nothing once the new one is in force, and the other way round.
    function testTheListInForceSigns() public {
        Settings memory next = Settings(new address[](1), 1, false);
        next.riskSigners[0] = vm.addr(STRANGER_KEY);
        _schedule(next);
        vm.warp(START + NOTICE);
        feed.set(60_000e8);
        OptionBlock memory options = _options(block.timestamp);
        bytes[] memory old = _riskSignature(options, RISK_KEY);
        bytes[] memory new_ = _riskSignature(options, STRANGER_KEY);
        vm.expectRevert(_notEnough(0, 1));
        snapshots.capture(universeId, options, new_, _none);
        settings.activate();
        vm.expectRevert(_notEnough(0, 1));
        snapshots.capture(universeId, options, old, _none);
        snapshots.capture(universeId, options, new_, _none);
    }

    function testTheSnapshotsHaveTheirRanges() public {
        UniverseRules rules = new UniverseRules();
        for (uint256 i; i < 3; ++i) {
            MarketSnapshots.Rules memory bad = MarketSnapshots.Rules(i == 0 ? 0 : 3_601, 300, 50);
            if (i == 2) (bad.minInterval, bad.optionMaxAge) = (60, 0);
            string memory field = i < 2 ? "minInterval" : "optionMaxAge";
            vm.expectRevert(abi.encodeWithSelector(IMarketSnapshots.InvalidRule.selector, field));
            new MarketSnapshots(verifier, settings, rules, MARKET, _shape(), bad);
        }
        new MarketSnapshots(verifier, settings, rules, MARKET, _shape(), MarketSnapshots.Rules(3_600, 1, 0));
        new MarketSnapshots(verifier, settings, rules, MARKET, _shape(), MarketSnapshots.Rules(1, 1, 0));
    }
}
