// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Groth16Verifier} from "../../verifier-contracts/Groth16Verifier.sol";
import {Mandates} from "../../verifier-contracts/Mandates.sol";
import {MarketSettings} from "../../verifier-contracts/MarketSettings.sol";
import {MarketSnapshots} from "../../verifier-contracts/MarketSnapshots.sol";
import {RebalanceLedger} from "../../verifier-contracts/RebalanceLedger.sol";
import {IAttestorList} from "../../verifier-contracts/interfaces/IAttestorList.sol";
import {IGovernorWithNotice} from "../../verifier-contracts/interfaces/IGovernorWithNotice.sol";
import {Proof} from "../../verifier-contracts/interfaces/IGroth16Verifier.sol";
import {IKeyGuard} from "../../verifier-contracts/interfaces/IKeyGuard.sol";
import {Creation} from "../../verifier-contracts/interfaces/IMandates.sol";
import {IPortfolioCircuits} from "../../verifier-contracts/interfaces/IPortfolioCircuits.sol";
import {IMarketSettings, Settings} from "../../verifier-contracts/interfaces/IMarketSettings.sol";
import {IPortfolioRoles} from "../../verifier-contracts/interfaces/IPortfolioRoles.sol";
import {IRebalanceLedger} from "../../verifier-contracts/interfaces/IRebalanceLedger.sol";
import {Attestation, Kind} from "../../verifier-contracts/libraries/Attestations.sol";
import {Instrument} from "../../verifier-contracts/libraries/Instruments.sol";
import {OptionBlock} from "../../verifier-contracts/libraries/OptionBlocks.sol";
import {PublicVector} from "../../verifier-contracts/libraries/PublicVector.sol";
import {KnownKey} from "./KnownKey.sol";
import {RolesFixture} from "./RolesFixture.sol";

/// @notice Who may call what: every function that changes anything, sent by every role with everything else in order. The
///         table is that of PROPERTIES.md; forge.test.ts checks that no function is missing.
contract RolesTest is RolesFixture {
    bytes32 private constant KEY = "key";

    Groth16Verifier private _real;
    MarketSettings private _ownSettings;

    function setUp() public override {
        super.setUp();
        _real = new Groth16Verifier(VERIFIER_GOVERNOR);
        vm.prank(VERIFIER_GOVERNOR);
        _real.registerKey(KEY, KnownKey.sound(), false);
        vm.prank(VERIFIER_GOVERNOR);
        _real.scheduleGuardian(GUARDIAN);
        address[] memory signers = settings.active().riskSigners;
        _ownSettings = new MarketSettings(MARKET_GOVERNOR, NOTICE, signers, 1, address(0), 0);
    }

    function testVerifier() public {
        address to = address(_real);
        bytes4 notGovernor = IGovernorWithNotice.NotGovernor.selector;
        bytes4 notGuardian = IKeyGuard.NotGuardian.selector;
        bytes memory data = abi.encodeCall(Groth16Verifier.registerKey, ("other", KnownKey.sound(), false));
        _sent(Call("Groth16Verifier.registerKey", to, data), GOVERNS_VERIFIER, notGovernor);
        data = abi.encodeCall(Groth16Verifier.registerSuccessor, (KEY, "other", KnownKey.sound(), false));
        _sent(Call("Groth16Verifier.registerSuccessor", to, data), GOVERNS_VERIFIER, notGovernor);
        data = abi.encodeCall(IKeyGuard.scheduleGuardian, (NEXT));
        _sent(Call("Groth16Verifier.scheduleGuardian", to, data), GOVERNS_VERIFIER, notGovernor);
        data = abi.encodeCall(IKeyGuard.suspendKey, (KEY));
        _sent(Call("Groth16Verifier.suspendKey", to, data), GUARDS, notGuardian);
        data = abi.encodeCall(IKeyGuard.pause, (KEY, START + 1 hours));
        _sent(Call("Groth16Verifier.pause", to, data), GUARDS, notGuardian);
        vm.prank(GUARDIAN);
        _real.suspendKey(KEY);
        data = abi.encodeCall(IKeyGuard.reinstateKey, (KEY));
        _sent(Call("Groth16Verifier.reinstateKey", to, data), GOVERNS_VERIFIER, notGovernor);
        vm.prank(GUARDIAN);
        _real.pause(KEY, START + 1 hours);
        data = abi.encodeCall(IKeyGuard.unpause, (KEY));
        _sent(Call("Groth16Verifier.unpause", to, data), GOVERNS_VERIFIER | GUARDS, notGuardian);
    }

    /// @dev The office of who governs `to`: `governor`, who is `who` among the senders.
    function _office(address to, address governor, uint256 who, string memory first, string memory second) private {
        bytes memory data = abi.encodeCall(IGovernorWithNotice.proposeGovernor, (NEXT));
        _sent(Call(first, to, data), who, IGovernorWithNotice.NotGovernor.selector);
        vm.prank(governor);
        IGovernorWithNotice(to).proposeGovernor(NEXT);
        vm.warp(block.timestamp + NOTICE);
        data = abi.encodeCall(IGovernorWithNotice.acceptGovernor, ());
        _sent(Call(second, to, data), PROPOSED, IGovernorWithNotice.NotProposed.selector);
    }

    function testOffices() public {
        string memory first = "Groth16Verifier.proposeGovernor";
        _office(address(_real), VERIFIER_GOVERNOR, GOVERNS_VERIFIER, first, "Groth16Verifier.acceptGovernor");
        first = "AttestorList.proposeGovernor";
        _office(address(attestors), LIST_GOVERNOR, GOVERNS_LIST, first, "AttestorList.acceptGovernor");
        first = "MarketSettings.proposeGovernor";
        _office(address(_ownSettings), MARKET_GOVERNOR, GOVERNS_MARKET, first, "MarketSettings.acceptGovernor");
    }

    function testMarketSettings() public {
        address to = address(_ownSettings);
        bytes4 notGovernor = IGovernorWithNotice.NotGovernor.selector;
        Settings memory next = settings.active();
        bytes memory data = abi.encodeCall(IMarketSettings.schedule, (next));
        _sent(Call("MarketSettings.schedule", to, data), GOVERNS_MARKET, notGovernor);
        vm.prank(MARKET_GOVERNOR);
        _ownSettings.schedule(next);
        data = abi.encodeCall(IMarketSettings.cancel, ());
        _sent(Call("MarketSettings.cancel", to, data), GOVERNS_MARKET, notGovernor);
        vm.warp(START + NOTICE);
        _sent(Call("MarketSettings.activate", to, abi.encodeCall(IMarketSettings.activate, ())));
    }

    function testAttestorList() public {
        address to = address(attestors);
        bytes4 notGovernor = IGovernorWithNotice.NotGovernor.selector;
        bytes memory data = abi.encodeCall(IAttestorList.scheduleAttestor, (NEXT, 1));
        _sent(Call("AttestorList.scheduleAttestor", to, data), GOVERNS_LIST, notGovernor);
        vm.prank(LIST_GOVERNOR);
        attestors.scheduleAttestor(NEXT, 1);
        data = abi.encodeCall(IAttestorList.cancelAttestor, (NEXT));
        _sent(Call("AttestorList.cancelAttestor", to, data), GOVERNS_LIST, notGovernor);
    }

    function testMandates() public {
        address to = address(mandates);
        bytes4 notGovernor = IPortfolioRoles.NotGovernor.selector;
        bytes32 id = _id();
        _sent(Call("Mandates.schedule", to, _scheduleData(_creation().salt)), GOVERNS, notGovernor);
        _sent(Call("Mandates.schedule", to, _scheduleData("new")), GOVERNS, notGovernor);
        bytes memory data = abi.encodeCall(IPortfolioRoles.proposeGovernor, (id, NEXT));
        _sent(Call("Mandates.proposeGovernor", to, data), GOVERNS, notGovernor);
        data = abi.encodeCall(IPortfolioRoles.proposeManager, (id, NEXT));
        _sent(Call("Mandates.proposeManager", to, data), GOVERNS, notGovernor);
        verifier.registerSuccessor(REBALANCE, "next", "", true);
        data = abi.encodeCall(IPortfolioCircuits.proposeCircuit, (id, "next"));
        _sent(Call("Mandates.proposeCircuit", to, data), GOVERNS, notGovernor);
        _schedule(_limits(universeId), _terms(), 501);
        _sent(Call("Mandates.cancel", to, abi.encodeCall(Mandates.cancel, (id))), GOVERNS, notGovernor);
        _sent(Call("Mandates.activate", to, abi.encodeCall(Mandates.activate, (id))));
        vm.prank(GOVERNOR);
        mandates.proposeGovernor(id, NEXT);
        vm.prank(GOVERNOR);
        mandates.proposeManager(id, NEXT);
        vm.prank(GOVERNOR);
        mandates.proposeCircuit(id, "next");
        vm.warp(START + NOTICE);
        data = abi.encodeCall(IPortfolioRoles.acceptGovernor, (id));
        _sent(Call("Mandates.acceptGovernor", to, data), PROPOSED, IPortfolioRoles.NotProposed.selector);
        _sent(Call("Mandates.rotateManager", to, abi.encodeCall(IPortfolioRoles.rotateManager, (id))));
        _sent(Call("Mandates.changeCircuit", to, abi.encodeCall(IPortfolioCircuits.changeCircuit, (id))));
    }

    function _scheduleData(bytes32 salt) private view returns (bytes memory) {
        int256[] memory vector = _limits(universeId);
        Creation memory creation = _creation();
        creation.salt = salt;
        Proof memory proof = _mandateProof(vector, 501);
        return abi.encodeCall(Mandates.schedule, (creation, vector, _terms(), 501, proof));
    }

    function testMarketSnapshots() public {
        address to = address(snapshots);
        Instrument[] memory list = _instruments();
        list[0].symbol = "other";
        bytes memory data = abi.encodeCall(MarketSnapshots.registerUniverse, (list));
        _sent(Call("MarketSnapshots.registerUniverse", to, data));
        vm.warp(START + 60);
        feed.set(60_000e8);
        OptionBlock memory options = _options(block.timestamp);
        bytes[] memory signatures = _riskSignature(options, RISK_KEY);
        uint256[] memory none = new uint256[](0);
        data = abi.encodeCall(MarketSnapshots.capture, (universeId, options, signatures, none));
        _sent(Call("MarketSnapshots.capture", to, data));
        snapshots.capture(universeId, options, signatures, none);
        uint256[] memory x = _vector(60_000e8, options.rows[0]);
        (, uint256 alpha, uint256 beta) = PublicVector.signals(MARKET, x, 9);
        data = abi.encodeCall(
            MarketSnapshots.publish, (universeId, x, 9, verifier.proofOf(MARKET, 9, alpha, beta))
        );
        _sent(Call("MarketSnapshots.publish", to, data));
    }

    function testLedger() public {
        address to = address(ledger);
        _sent(Call("RebalanceLedger.open", to, _openData()));
        _openPortfolio();
        _sent(Call("RebalanceLedger.rebalance", to, _rebalanceData(MANAGER_KEY)));
        _sent(Call("RebalanceLedger.rebalanceBatch", to, _batchData(MANAGER_KEY)));
        _sent(Call("RebalanceLedger.recordFlow", to, _flowData(ATTESTOR_KEY)));
        _sent(Call("RebalanceLedger.attest", to, _confirmData(ATTESTOR_KEY)));
        _sent(Call("RebalanceLedger.replaceBook", to, _replaceData(ATTESTOR_KEY, MANAGER_KEY)));
        bytes4 wrongCaller = IRebalanceLedger.WrongCaller.selector;
        _sent(Call("RebalanceLedger.close", to, _closeData(MANAGER_KEY)), GOVERNS, wrongCaller);
        bytes memory data = abi.encodeCall(RebalanceLedger.adoptMandate, (_id(), mandates.active(_id())));
        _sent(Call("RebalanceLedger.adoptMandate", to, data), MANDATES_CONTRACT, wrongCaller);
    }

    /// @dev Whoever sends it: a step and a closing count with the manager's signature alone, a word with a listed attestor's
    ///      alone, and a replacement with both.
    function testWhoseSignatureCounts() public {
        _openPortfolio();
        uint256[4] memory keys = [MANAGER_KEY, ATTESTOR_KEY, RISK_KEY, STRANGER_KEY];
        for (uint256 i; i < 4; ++i) {
            _counts(_rebalanceData(keys[i]), i == 0);
            _counts(_batchData(keys[i]), i == 0);
            _counts(_closeData(keys[i]), i == 0);
            _counts(_flowData(keys[i]), i == 1);
            _counts(_confirmData(keys[i]), i == 1);
            for (uint256 k; k < 4; ++k) _counts(_replaceData(keys[i], keys[k]), i == 1 && k == 0);
        }
    }

    function _openData() private view returns (bytes memory) {
        Attestation memory a = _attestation(Kind.Open);
        (a.commitment, a.asOf) = (known.book, START - 1);
        IRebalanceLedger.Submission memory s = _submission(_x(known.book, true), 77);
        return abi.encodeCall(RebalanceLedger.open, (_creation(), s, a, _attest(a, ATTESTOR_KEY)));
    }

    function _stepOf(uint256 manager) private view returns (IRebalanceLedger.Submission memory s) {
        uint256[] memory x = _x(2, true);
        s = _submission(x, 78);
        (bytes32 statement,,) = PublicVector.signals(REBALANCE, x, 78);
        s.authorization = _authorization(statement, manager);
    }

    function _rebalanceData(uint256 manager) private view returns (bytes memory) {
        return abi.encodeCall(RebalanceLedger.rebalance, (_id(), _head(), _stepOf(manager)));
    }

    function _batchData(uint256 manager) private view returns (bytes memory) {
        IRebalanceLedger.Entry[] memory entries = new IRebalanceLedger.Entry[](1);
        entries[0] = IRebalanceLedger.Entry(_id(), _head(), _stepOf(manager));
        return abi.encodeCall(RebalanceLedger.rebalanceBatch, (entries));
    }

    function _flowData(uint256 attestor) private view returns (bytes memory) {
        Attestation memory a = _attestation(Kind.Flow);
        (a.amount, a.flowId) = (5, "f");
        return abi.encodeCall(IRebalanceLedger.recordFlow, (a, _attest(a, attestor)));
    }

    function _confirmData(uint256 attestor) private view returns (bytes memory) {
        Attestation memory a = _confirm();
        IRebalanceLedger.Link[] memory none = new IRebalanceLedger.Link[](0);
        return abi.encodeCall(IRebalanceLedger.attest, (a, _attest(a, attestor), _head(), none));
    }

    function _replaceData(uint256 attestor, uint256 manager) private view returns (bytes memory) {
        Attestation memory a = _replacement(55);
        bytes memory authorization = _replaceAuthorization(55, manager);
        return abi.encodeCall(IRebalanceLedger.replaceBook, (a, _attest(a, attestor), _head(), authorization));
    }

    function _closeData(uint256 manager) private view returns (bytes memory) {
        return abi.encodeCall(RebalanceLedger.close, (_id(), _closeAuthorization(manager)));
    }

    function _counts(bytes memory data, bool expected) private {
        uint256 state = vm.snapshotState();
        vm.prank(GOVERNOR);
        (bool success,) = address(ledger).call(data);
        assertTrue(success == expected, "whose signature");
        vm.revertToState(state);
    }
}
