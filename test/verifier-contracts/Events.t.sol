// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Groth16Verifier} from "../../verifier-contracts/Groth16Verifier.sol";
import {IAttestorList} from "../../verifier-contracts/interfaces/IAttestorList.sol";
import {IGroth16Verifier} from "../../verifier-contracts/interfaces/IGroth16Verifier.sol";
import {IKeyGuard} from "../../verifier-contracts/interfaces/IKeyGuard.sol";
import {IMandates, Terms} from "../../verifier-contracts/interfaces/IMandates.sol";
import {IMarketSettings, Settings} from "../../verifier-contracts/interfaces/IMarketSettings.sol";
import {IMarketSnapshots} from "../../verifier-contracts/interfaces/IMarketSnapshots.sol";
import {IPortfolioRoles} from "../../verifier-contracts/interfaces/IPortfolioRoles.sol";
import {IRebalanceLedger} from "../../verifier-contracts/interfaces/IRebalanceLedger.sol";
import {ITradeExecutor} from "../../verifier-contracts/interfaces/ITradeExecutor.sol";
import {Attestation, Kind} from "../../verifier-contracts/libraries/Attestations.sol";
import {Instrument} from "../../verifier-contracts/libraries/Instruments.sol";
import {OptionBlock} from "../../verifier-contracts/libraries/OptionBlocks.sol";
import {KnownKey} from "./KnownKey.sol";
import {LedgerFixture} from "./LedgerFixture.sol";
import {Log} from "./Test.sol";

/// @notice Whatever changes is said by an event, with what it became.
contract EventsTest is LedgerFixture {
    address private constant _NEXT = address(0x61);
    bytes32 private constant _KEY = "circuit";
    address private _attestor = vm.addr(ATTESTOR_KEY);

    /// @dev The one event since the last look, by its signature.
    function _said(address emitter, string memory signature) private {
        Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1, signature);
        assertTrue(logs[0].emitter == emitter, signature);
        assertEq(logs[0].topics[0], keccak256(bytes(signature)), signature);
    }

    function testWhoAttests() public {
        vm.expectEmit(address(attestors));
        emit IAttestorList.AttestorScheduled(_NEXT, 3, START + NOTICE);
        vm.prank(LIST_GOVERNOR);
        attestors.scheduleAttestor(_NEXT, 3);
        vm.expectEmit(address(attestors));
        emit IAttestorList.AttestorCancelled(_NEXT);
        vm.prank(LIST_GOVERNOR);
        attestors.cancelAttestor(_NEXT);
    }

    function testWhoGoverns() public {
        vm.recordLogs();
        vm.prank(LIST_GOVERNOR);
        attestors.proposeGovernor(_NEXT);
        _said(address(attestors), "GovernorProposed(address,uint256)");
        vm.prank(GOVERNOR);
        settings.proposeGovernor(_NEXT);
        _said(address(settings), "GovernorProposed(address,uint256)");
        vm.warp(START + NOTICE);
        vm.prank(_NEXT);
        attestors.acceptGovernor();
        _said(address(attestors), "GovernorChanged(address)");
        vm.prank(_NEXT);
        settings.acceptGovernor();
        _said(address(settings), "GovernorChanged(address)");
    }

    function testKeys() public {
        Groth16Verifier real = new Groth16Verifier(address(this));
        bytes memory key = KnownKey.sound();
        vm.expectEmit(address(real));
        emit IGroth16Verifier.KeyRegistered(_KEY, keccak256(key), true, START);
        real.registerKey(_KEY, key, true);
    }

    function testTheGuardian() public {
        vm.expectEmit(address(verifier));
        emit IKeyGuard.CircuitPaused(REBALANCE, START + 1 hours);
        vm.prank(GUARDIAN);
        verifier.pause(REBALANCE, START + 1 hours);
        vm.warp(START + 60);
        vm.expectEmit(address(verifier));
        emit IKeyGuard.CircuitPaused(REBALANCE, START + 60);
        verifier.unpause(REBALANCE);
        vm.expectEmit(address(verifier));
        emit IKeyGuard.KeySuspended(REBALANCE);
        vm.prank(GUARDIAN);
        verifier.suspendKey(REBALANCE);
        vm.expectEmit(address(verifier));
        emit IKeyGuard.KeyReinstated(REBALANCE, START + 60);
        verifier.reinstateKey(REBALANCE);
        vm.expectEmit(address(verifier));
        emit IKeyGuard.GuardianScheduled(_NEXT, START + 60);
        verifier.scheduleGuardian(_NEXT);
    }

    function testMandates() public {
        int256[] memory limits = _limits(universeId);
        Terms memory terms = _terms();
        uint256 dueAt = START + 7 days;
        terms.heartbeat += 1;
        vm.expectEmit(address(mandates));
        emit IMandates.MandateScheduled(_id(), 2, dueAt, 51, limits, terms);
        _schedule(limits, terms, 51);
        vm.expectEmit(address(mandates));
        emit IMandates.MandateCancelled(_id(), 2);
        vm.expectEmit(address(mandates));
        emit IMandates.MandateScheduled(_id(), 3, dueAt, 52, limits, terms);
        _schedule(limits, terms, 52);
        vm.expectEmit(address(mandates));
        emit IMandates.MandateCancelled(_id(), 3);
        vm.prank(GOVERNOR);
        mandates.cancel(_id());

        _openPortfolio();
        _schedule(limits, terms, 53);
        vm.warp(dueAt);
        vm.expectEmit(address(mandates));
        emit IMandates.MandateActivated(_id(), 4, 53);
        vm.expectEmit(address(ledger));
        emit IRebalanceLedger.MandateAdopted(_id(), 4);
        mandates.activate(_id());
    }

    function testRoles() public {
        vm.expectEmit(address(mandates));
        emit IPortfolioRoles.GovernorProposed(_id(), _NEXT, START + NOTICE);
        vm.prank(GOVERNOR);
        mandates.proposeGovernor(_id(), _NEXT);
        vm.expectEmit(address(mandates));
        emit IPortfolioRoles.ManagerProposed(_id(), _NEXT, START + NOTICE);
        vm.prank(GOVERNOR);
        mandates.proposeManager(_id(), _NEXT);
        vm.warp(START + NOTICE);
        vm.expectEmit(address(mandates));
        emit IPortfolioRoles.ManagerChanged(_id(), _NEXT);
        mandates.rotateManager(_id());
        vm.expectEmit(address(mandates));
        emit IPortfolioRoles.GovernorChanged(_id(), _NEXT);
        vm.prank(_NEXT);
        mandates.acceptGovernor(_id());
    }

    function testSettings() public {
        Settings memory next = settings.active();
        next.riskSigners[0] = _NEXT;
        vm.expectEmit(address(settings));
        emit IMarketSettings.SettingsScheduled(next, START + NOTICE);
        vm.prank(GOVERNOR);
        settings.schedule(next);
        vm.expectEmit(address(settings));
        emit IMarketSettings.SettingsCancelled();
        vm.prank(GOVERNOR);
        settings.cancel();
        vm.prank(GOVERNOR);
        settings.schedule(next);
        vm.warp(START + NOTICE);
        vm.expectEmit(address(settings));
        emit IMarketSettings.SettingsActivated(next);
        settings.activate();
    }

    function testMarkets() public {
        Instrument[] memory other = _instruments();
        other[0].symbol = "OTHER";
        uint256 id = uint256(keccak256(abi.encode(other, _shape()))) >> 8;
        vm.expectEmit(address(snapshots));
        emit IMarketSnapshots.UniverseRegistered(id, other);
        snapshots.registerUniverse(other);

        vm.warp(START + 60);
        feed.set(60_000e8);
        OptionBlock memory options = _options(START + 60);
        bytes[] memory signatures = _riskSignature(options, RISK_KEY);
        uint256[] memory x = _vector(60_000e8, options.rows[0]);
        vm.expectEmit(address(snapshots));
        emit IMarketSnapshots.MarketCaptured(universeId, START + 60, x);
        snapshots.capture(universeId, options, signatures, new uint256[](0));
        vm.expectEmit(address(snapshots));
        emit IMarketSnapshots.MarketPublished(universeId, START + 60, 901);
        _publishCaptured(x, 901);
    }

    /// @dev An opening, a step, a flow, a confirmation, a replacement and the end.
    function testTheLedger() public {
        uint256[] memory x = _x(known.book, true);
        IRebalanceLedger.Submission memory submission = _submission(x, 77);
        _expectAttested(Kind.Open);
        vm.expectEmit(address(ledger));
        emit IRebalanceLedger.Opened(_id(), _creation());
        _expectStep(x, 77, submission);
        _openPortfolio();

        x = _x(2, true);
        _expectStep(x, 78, _submission(x, 78));
        _rebalance(2, true);

        vm.warp(START + 60);
        _expectAttested(Kind.Flow);
        vm.expectEmit(address(ledger));
        emit IRebalanceLedger.FlowRecorded(_id(), "flow", -5, START + 60);
        _flow(-5, "flow");

        Attestation memory confirmed = _confirm();
        _expectAttested(Kind.Confirm);
        vm.expectEmit(address(ledger));
        emit IRebalanceLedger.Attested(_id(), 2, START + 60, 1, 1);
        ledger.attest(confirmed, _attest(confirmed, ATTESTOR_KEY), _head(), new IRebalanceLedger.Link[](0));

        _expectAttested(Kind.Replace);
        vm.expectEmit(address(ledger));
        emit IRebalanceLedger.BookReplaced(_id(), 3, 9, known.budget);
        _replace(9);

        bytes memory authorization = _closeAuthorization(MANAGER_KEY);
        vm.expectEmit(address(ledger));
        emit IRebalanceLedger.Closed(_id(), 3);
        vm.prank(GOVERNOR);
        ledger.close(_id(), authorization);
    }

    /// @dev Whatever the executor says it gained, up to the width of a flow.
    function testAnImprovement() public {
        _openPortfolio();
        (uint256[] memory x, uint256[] memory legs) = (new uint256[](20), new uint256[](4));
        uint256[] memory sealed_ = _x(2, true);
        for (uint256 i; i < 16; ++i) x[i] = sealed_[i];
        x[14] = 1;
        for (uint256 i; i < 4; ++i) (x[16 + i], legs[i]) = (1 << 128, 1 << 128);
        IRebalanceLedger.Submission memory submission = _submission(x, 78);
        IRebalanceLedger.Head memory head = _head();
        bytes memory execute = abi.encodeWithSelector(ITradeExecutor.execute.selector);
        vm.mockCall(address(ledger.EXECUTOR()), execute, abi.encode(1 << 126));
        vm.expectRevert(abi.encodeWithSelector(IRebalanceLedger.FlowsFull.selector, _id()));
        ledger.rebalanceOpen(_id(), head, submission, legs);
        vm.mockCall(address(ledger.EXECUTOR()), execute, abi.encode((1 << 126) - 1));
        vm.expectEmit(address(ledger));
        emit IRebalanceLedger.ImprovementRecorded(_id(), 2, (1 << 126) - 1);
        ledger.rebalanceOpen(_id(), head, submission, legs);
    }

    function _expectAttested(Kind kind) private {
        vm.expectEmit(address(ledger));
        emit IRebalanceLedger.AttestorSigned(_id(), _attestor, kind, 1, "evidence");
    }

    function _expectStep(uint256[] memory x, uint256 c, IRebalanceLedger.Submission memory submission) private {
        vm.expectEmit(address(ledger));
        emit IRebalanceLedger.Rebalanced(_id(), x[1], x, c, submission.proof, submission.sealedTrade);
    }
}
