// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IRebalanceLedger} from "../../verifier-contracts/interfaces/IRebalanceLedger.sol";
import {Proof} from "../../verifier-contracts/interfaces/IGroth16Verifier.sol";
import {Terms} from "../../verifier-contracts/interfaces/IMandates.sol";
import {PublicVector} from "../../verifier-contracts/libraries/PublicVector.sol";
import {LedgerModel} from "./LedgerModel.sol";
import {Log} from "./Test.sol";

/// @title  LedgerGovernance
/// @notice Plays clocks, governors, the guardian and strangers; reads the events of every act, and knows from them alone where
///         each portfolio must stand.
abstract contract LedgerGovernance is LedgerModel {
    /// @dev What the events say of a portfolio.
    struct Told {
        bytes32 head;
        uint256 epoch;
        int256 waiting;
        bool opened;
        bool closed;
    }

    mapping(bytes32 id => Told) internal told;
    uint256 private _entropy;
    uint256 internal _place; // of the portfolio of the moment
    uint256 public tried;
    uint256 public done;

    /// @dev One act, on the portfolio that the seed chooses.
    modifier acting(uint256 seed) {
        _entropy = seed;
        _place = _pick(FUNDS);
        salt = salts[_place];
        _;
    }

    /// @dev A number below `count` by lot: what the fuzzer likes to give is far from that.
    function _pick(uint256 count) internal returns (uint256) {
        _entropy = uint256(keccak256(abi.encode(_entropy)));
        return _entropy % count;
    }

    /// @dev Calls, holds the call to what was known beforehand, and hears the events of one that succeeds.
    function _do(address target, bytes memory call, bool possible, string memory what) internal returns (bool success) {
        vm.recordLogs();
        (success,) = target.call(call);
        assertTrue(success == possible, what);
        ++tried;
        Log[] memory logs = vm.getRecordedLogs();
        if (!success) return false;
        ++done;
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter == address(ledger)) _hear(logs[i]);
        }
    }

    function _attestor() internal returns (uint256) {
        uint256 kind = _pick(16);
        return kind == 0 ? STRANGER_KEY : kind < 3 ? OTHER_ATTESTOR_KEY : ATTESTOR_KEY;
    }

    function _hear(Log memory log) private {
        Told storage it = told[log.topics[1]];
        bytes32 topic = log.topics[0];
        assertTrue(!it.closed, "a closed record says no more");
        if (topic == IRebalanceLedger.Opened.selector) {
            assertTrue(!it.opened, "opened once");
            it.opened = true;
        } else if (topic == IRebalanceLedger.Rebalanced.selector) {
            (uint256[] memory x,,,) = abi.decode(log.data, (uint256[], uint256, Proof, bytes));
            assertEq(x[1], it.epoch + 1, "one epoch further");
            assertEq(uint256(log.topics[2]), x[1], "by its epoch");
            it.head = keccak256(abi.encode(it.head, x[3], x[5]));
            it.epoch = x[1];
            it.waiting -= x[11] < 1 << 127 ? int256(x[11]) : -int256(PublicVector.FIELD - x[11]);
        } else if (topic == IRebalanceLedger.BookReplaced.selector) {
            (uint256 book, uint256 budget) = abi.decode(log.data, (uint256, uint256));
            assertEq(uint256(log.topics[2]), it.epoch + 1, "one epoch further");
            (it.head, it.epoch, it.waiting) = (keccak256(abi.encode(bytes32(0), book, budget)), it.epoch + 1, 0);
        } else if (topic == IRebalanceLedger.FlowRecorded.selector) {
            (, int256 amount,) = abi.decode(log.data, (bytes32, int256, uint256));
            it.waiting += amount;
        } else if (topic == IRebalanceLedger.Closed.selector) {
            it.closed = true;
        }
    }

    /// @dev Mostly minutes; at times days, or to the second before, at or after something is due.
    function pass(uint256 seed) external acting(seed) {
        uint256 kind = _pick(16);
        uint256 time = block.timestamp + 1 + _pick(kind == 0 ? 4 days : 10 minutes);
        if (kind > 10) {
            uint256 due = _deadline(_pick(10)) + _pick(3);
            if (due > block.timestamp + 1) time = due - 1;
        }
        vm.warp(time);
    }

    /// @dev When something may end or begin; 0 when nothing does.
    function _deadline(uint256 kind) private view returns (uint256) {
        Fund storage fund = _fund();
        Terms memory terms = _terms();
        if (kind == 0) return fund.snapshotTime + fund.active.heartbeat;
        if (kind == 1) return fund.amberSince + terms.cureTime;
        if (kind == 2) return fund.attestedAt + terms.attestationMaxAge;
        if (kind == 3 && fund.firstWaiting < fund.waiting.length) {
            return fund.waiting[fund.firstWaiting].since + terms.flowMaxWait;
        }
        if (kind == 4) return fund.scheduled.dueAt;
        if (kind == 5) return fund.managerDueAt;
        if (kind == 6) return pausedUntil;
        if (kind == 7) return otherDueAt;
        if (kind == 8) return markets[markets.length - 1].time + terms.marketMaxAge;
        if (kind == 9 && markets.length > 1) return markets[markets.length - 2].next + terms.grace;
        return 0;
    }

    function publish(uint256 seed) external acting(seed) {
        _publishMarkets();
    }

    function _draw() private returns (Limits memory next) {
        Fund storage fund = _fund();
        next.version = ++fund.versions;
        next.digest = 500 + next.version;
        next.universe = _pick(4) == 0 ? 1 - fund.active.universe : fund.active.universe;
        next.heartbeat = [12 hours, 1 days, 2 days][_pick(3)];
        next.announcedAt = block.timestamp;
        next.dueAt = block.timestamp;
        if (fund.activatedAt == 0) return next;
        uint256 notice = block.timestamp + NOTICE;
        if (next.universe == fund.active.universe && next.heartbeat <= fund.active.heartbeat) {
            uint256 free = fund.unnoticedAt + 7 days;
            next.dueAt = free > notice ? notice : free > block.timestamp ? free : block.timestamp;
        } else {
            uint256 spaced = fund.activatedAt + 7 days;
            next.dueAt = notice > spaced ? notice : spaced;
        }
    }

    function _activated() private {
        Fund storage fund = _fund();
        Limits memory next = fund.scheduled;
        bool first = fund.activatedAt == 0;
        bool looser = next.universe != fund.active.universe || next.heartbeat > fund.active.heartbeat;
        bool noticed = block.timestamp >= next.announcedAt + NOTICE;
        assertTrue(first || noticed || !looser, "what loosens has had its notice");
        if (!first && !noticed) fund.unnoticedAt = block.timestamp;
        (fund.active, fund.activatedAt, fund.scheduled.version) = (next, block.timestamp, 0);
        if (fund.open) fund.mandateChanged = true;
    }

    /// @dev The first mandate of a portfolio, in force at once.
    function _begin() internal {
        Fund storage fund = _fund();
        fund.manager = MANAGER_KEY;
        fund.scheduled = _draw();
        _announce(fund.scheduled);
        mandates.activate(_id());
        _activated();
    }

    function _announce(Limits memory next) private {
        (int256[] memory vector, Terms memory terms) = _limitsOf(next);
        assertEq(_schedule(vector, terms, next.digest), next.version, "version");
    }

    function schedule(uint256 seed) external acting(seed) {
        Fund storage fund = _fund();
        fund.scheduled = _draw();
        _announce(fund.scheduled);
        (,, uint256 waiting, uint256 dueAt) = mandates.versions(_id());
        assertTrue(waiting == fund.versions && dueAt == fund.scheduled.dueAt, "waits as long as it must");
    }

    function activate(uint256 seed) external acting(seed) {
        Limits storage next = _fund().scheduled;
        bool possible = next.version != 0 && block.timestamp >= next.dueAt;
        if (!possible && _pick(4) != 0) return;
        if (_do(address(mandates), abi.encodeCall(mandates.activate, (_id())), possible, "a mandate")) _activated();
    }

    function rotate(uint256 seed) external acting(seed) {
        Fund storage fund = _fund();
        if (fund.nextManager == 0) {
            fund.nextManager = fund.manager == MANAGER_KEY ? OTHER_MANAGER_KEY : MANAGER_KEY;
            fund.managerDueAt = block.timestamp + NOTICE;
            vm.prank(GOVERNOR);
            mandates.proposeManager(_id(), vm.addr(fund.nextManager));
        }
        bool possible = block.timestamp >= fund.managerDueAt;
        if (!possible && _pick(4) != 0) return;
        bytes memory call = abi.encodeCall(mandates.rotateManager, (_id()));
        if (!_do(address(mandates), call, possible, "another manager")) return;
        (fund.manager, fund.nextManager, fund.managerDueAt) = (fund.nextManager, 0, 0);
    }

    /// @dev The guardian pauses, at most 72 hours and not within a week of the last pause, and ends pauses.
    function pause(uint256 seed) external acting(seed) {
        bool ends = _isPaused() && _pick(4) != 0;
        uint256 until = block.timestamp + _pick(_pick(8) == 0 ? 73 hours : 3 hours);
        bool mayBegin = block.timestamp >= pauseEnd + 7 days && until > block.timestamp
            && until <= block.timestamp + 72 hours;
        if (!ends && !mayBegin && _pick(4) != 0) return;
        bytes memory call =
            ends ? abi.encodeCall(verifier.unpause, (REBALANCE)) : abi.encodeCall(verifier.pause, (REBALANCE, until));
        vm.prank(GUARDIAN);
        if (!_do(address(verifier), call, ends || mayBegin, "a pause")) return;
        pausedUntil = ends ? block.timestamp : until;
        pauseEnd = pausedUntil;
    }

    function suspend(uint256 seed) external acting(seed) {
        if (suspended || _pick(8) == 0) _toggle();
    }

    function _toggle() internal {
        bytes memory call = suspended
            ? abi.encodeCall(verifier.reinstateKey, (REBALANCE))
            : abi.encodeCall(verifier.suspendKey, (REBALANCE));
        if (!suspended) vm.prank(GUARDIAN);
        if (_do(address(verifier), call, true, "a suspension")) suspended = !suspended;
    }

    function list(uint256 seed) external acting(seed) {
        (otherTier, otherNext, otherDueAt) = (_otherTier(), _pick(3), block.timestamp + NOTICE);
        vm.prank(LIST_GOVERNOR);
        attestors.scheduleAttestor(vm.addr(OTHER_ATTESTOR_KEY), uint8(otherNext));
    }

    /// @dev Strangers do what is not theirs to do, and send ether.
    function trespass(uint256 seed) external acting(seed) {
        vm.deal(address(this), 1 ether);
        address[5] memory all =
            [address(ledger), address(mandates), address(snapshots), address(attestors), address(verifier)];
        (bool success,) = all[_pick(5)].call{value: 1}("");
        assertTrue(!success, "ether");
        bytes memory adopt = abi.encodeCall(ledger.adoptMandate, (_id(), address(this)));
        _do(address(ledger), adopt, false, "a stranger's mandate");
    }

    /// @notice Compares what the ledger says of every portfolio with what was done, and with what its events said.
    function compare() external {
        for (uint256 i; i < FUNDS; ++i) {
            salt = salts[i];
            if (_fund().open) _compare();
            else assertTrue(told[_id()].epoch == 0, "nothing before an opening");
        }
        for (uint256 i; i < ended.length; ++i) {
            IRebalanceLedger.Portfolio memory it = ledger.portfolio(ended[i].id);
            assertTrue(it.closed && told[ended[i].id].closed, "closed for ever");
            assertTrue(it.head == ended[i].head && it.epoch == ended[i].epoch, "and where it was");
        }
        uint256 ether_ = address(ledger).balance + address(mandates).balance + address(verifier).balance;
        assertEq(ether_ + address(snapshots).balance + address(attestors).balance, 0, "no ether");
    }

    function _compare() private view {
        Fund storage fund = _fund();
        IRebalanceLedger.Portfolio memory it = ledger.portfolio(_id());
        Known storage now_ = fund.known;
        assertEq(it.head, keccak256(abi.encode(now_.previous, now_.book, now_.budget)), "head");
        assertEq(it.epoch, now_.epoch, "epoch");
        assertEq(it.snapshotTime, fund.snapshotTime, "snapshot");
        assertEq(it.universeId, universes[fund.bookUniverse], "universe");
        assertEq(it.mandateVersion, fund.active.version, "mandate");
        assertTrue(it.manager == vm.addr(fund.manager), "manager");
        assertEq(it.attestedAt, fund.attestedAt, "attested");
        assertEq(it.amberSince, fund.compliant ? 0 : fund.amberSince, "amber");
        assertEq(it.pendingFlows, fund.waiting.length - fund.firstWaiting, "flows");
        (IRebalanceLedger.Verdict expected, uint256 expectedReasons) = _status();
        (IRebalanceLedger.Verdict verdict, uint256 reasons) = ledger.status(_id());
        assertTrue(verdict == expected && reasons == expectedReasons, "status");
        IRebalanceLedger.LastProof memory last = ledger.lastProof(_id());
        assertEq(last.epoch, fund.replaced ? fund.provenEpoch : now_.epoch, "last proof");
        assertTrue(last.compliant == fund.compliant && last.replacedSince == fund.replaced, "last proof");

        Told storage heard = told[_id()];
        (int256 waiting,) = ledger.netFlowAt(_id(), block.timestamp);
        assertTrue(heard.head == it.head && heard.epoch == it.epoch, "its events lead to its head");
        assertTrue(heard.waiting == waiting && heard.closed == it.closed, "and to its flows");
    }
}
