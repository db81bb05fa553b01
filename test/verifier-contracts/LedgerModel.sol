// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IRebalanceLedger} from "../../verifier-contracts/interfaces/IRebalanceLedger.sol";
import {Terms} from "../../verifier-contracts/interfaces/IMandates.sol";
import {Instrument} from "../../verifier-contracts/libraries/Instruments.sol";
import {OptionBlock, OptionRow} from "../../verifier-contracts/libraries/OptionBlocks.sol";
import {DeclaredVerifier} from "./DeclaredVerifier.sol";
import {Fixture} from "./Fixture.sol";
import {LedgerFixture} from "./LedgerFixture.sol";
import {MockVerifier} from "./MockVerifier.sol";

/// @title  LedgerModel
/// @notice What must be recorded of a few portfolios, kept from what was asked and never read from the ledger. Two universes
///         differ in one slot; both have a snapshot at the same times.
abstract contract LedgerModel is LedgerFixture {
    uint256 internal constant FUNDS = 3;
    uint256 internal constant OTHER_ATTESTOR_KEY = 0xA5;
    uint256 internal constant OTHER_MANAGER_KEY = 0xA6;
    uint256 internal constant MIN_INTERVAL = 60;

    /// @dev A market of both universes: digest of the first, and one more for the second.
    struct Snapshot {
        uint256 digest;
        uint256 time;
        uint256 next; // when the market was captured next, 0 while it was not
    }

    struct Waiting {
        int256 amount;
        uint256 since;
    }

    struct Link {
        bytes32 previous;
        uint256 book;
        uint256 budget;
        uint256 epoch;
    }

    struct Limits {
        uint256 version;
        uint256 digest;
        uint256 universe;
        uint256 heartbeat;
        uint256 announcedAt;
        uint256 dueAt;
    }

    struct Fund {
        Known known;
        bool open;
        bool compliant;
        bool mandateChanged;
        bool replaced;
        uint256 provenEpoch;
        uint256 amberSince;
        uint256 snapshotTime;
        uint256 bookUniverse;
        uint256 attestedAt;
        uint256 bookAsOf;
        uint256 firstWaiting; // index in `waiting`
        Waiting[] waiting;
        uint256 firstLink; // index in `links` of the first since the last replacement
        Link[] links;
        Limits active;
        Limits scheduled; // version 0 while none is
        uint256 versions;
        uint256 activatedAt;
        uint256 unnoticedAt;
        uint256 manager;
        uint256 nextManager;
        uint256 managerDueAt;
    }

    /// @dev A portfolio whose record has ended.
    struct Ended {
        bytes32 id;
        bytes32 head;
        uint256 epoch;
    }

    uint256[2] internal universes;
    Snapshot[] internal markets;
    mapping(bytes32 salt => Fund) internal funds;
    bytes32[FUNDS] internal salts;
    mapping(bytes32 id => mapping(bytes32 flowId => bool)) internal usedFlows;
    Ended[] internal ended;
    uint256 internal pausedUntil;
    uint256 internal pauseEnd;
    bool internal suspended;
    uint256 internal otherTier;
    uint256 internal otherNext;
    uint256 internal otherDueAt;

    function setUp() public virtual override {
        Fixture.setUp();
        universes[0] = universeId;
        Instrument[] memory other = _instruments();
        other[1].symbol = "BTC-OTHER";
        universes[1] = snapshots.registerUniverse(other);
        _publishMarkets();
        for (uint256 i; i < FUNDS; ++i) salts[i] = bytes32(i + 1);
    }

    function _newVerifier() internal override returns (MockVerifier) {
        return new DeclaredVerifier(address(this), REBALANCE);
    }

    /// @dev Without an option, so that no portfolio ever expires.
    function _instruments() internal view override returns (Instrument[] memory list) {
        Instrument[] memory all = super._instruments();
        list = new Instrument[](2);
        (list[0], list[1]) = (all[0], all[1]);
    }

    function _limitsOf(Limits memory mandate) internal view returns (int256[] memory v, Terms memory terms) {
        v = _limits(universes[mandate.universe]);
        for (uint256 i = 9; i < 13; ++i) v[i] = 0;
        terms = _terms();
        terms.heartbeat = uint32(mandate.heartbeat);
    }

    function _fund() internal view returns (Fund storage) {
        return funds[salt];
    }

    function _publishMarkets() internal {
        if (markets.length != 0) {
            uint256 due = markets[markets.length - 1].time + MIN_INTERVAL;
            if (block.timestamp < due) vm.warp(due);
            markets[markets.length - 1].next = block.timestamp;
        }
        feed.set(60_000e8);
        uint256 digest = 100_000 + 2 * markets.length;
        for (uint256 i; i < 2; ++i) {
            OptionBlock memory none;
            snapshots.capture(universes[i], none, new bytes[](0), new uint256[](0));
            OptionRow memory row;
            row.changes = new int256[](2);
            uint256[] memory x = _vector(60_000e8, row);
            x[0] = universes[i];
            _publishCaptured(x, digest + i);
        }
        markets.push(Snapshot(digest, block.timestamp, 0));
    }

    function _isUsable(Snapshot storage it) internal view returns (bool) {
        bool superseded = it.next != 0 && block.timestamp >= it.next + _terms().grace;
        return !superseded && block.timestamp - it.time <= _terms().marketMaxAge && it.time >= _fund().snapshotTime;
    }

    function _isPaused() internal view returns (bool) {
        return block.timestamp < pausedUntil;
    }

    /// @dev Whether a step is possible at all.
    function _canMove() internal view returns (bool) {
        return _fund().open && !_isPaused() && !suspended;
    }

    function _isListed(uint256 key) internal view returns (bool) {
        if (key == ATTESTOR_KEY) return true;
        return key == OTHER_ATTESTOR_KEY && _otherTier() != 0;
    }

    function _otherTier() internal view returns (uint256) {
        return otherDueAt != 0 && block.timestamp >= otherDueAt ? otherNext : otherTier;
    }

    /// @dev Flows that wait and were recorded by then: their sum and the index after them.
    function _dueBy(uint256 time) internal view returns (int256 sum, uint256 end) {
        Fund storage fund = _fund();
        for (end = fund.firstWaiting; end < fund.waiting.length && fund.waiting[end].since <= time; ++end) {
            sum += fund.waiting[end].amount;
        }
    }

    /// @dev What the portfolio's next step says of mandate, market and flows.
    function _know(Snapshot storage market) internal {
        Fund storage fund = _fund();
        known = fund.known;
        managerKey = fund.manager;
        (known.mandate, known.market, known.marketTime) =
            (fund.active.digest, market.digest + fund.active.universe, market.time);
        known.oldUniverse = universes[fund.bookUniverse];
        known.changed = fund.bookUniverse == fund.active.universe ? 0 : 2;
        (known.netFlow,) = _dueBy(market.time);
    }

    /// @dev The step to `x` at that market is on record from now on.
    function _stepped(uint256[] memory x, uint256 time) internal {
        Fund storage fund = _fund();
        (, fund.firstWaiting) = _dueBy(time);
        bool compliant = x[13] == 1;
        if (!compliant && fund.compliant) fund.amberSince = block.timestamp;
        (fund.compliant, fund.mandateChanged, fund.replaced) = (compliant, false, false);
        (fund.snapshotTime, fund.bookUniverse) = (time, fund.active.universe);
        _advance(x);
        fund.known = known;
        fund.links.push(Link(known.previous, known.book, known.budget, known.epoch));
    }

    /// @dev By the table of the protocol.
    function _status() internal view returns (IRebalanceLedger.Verdict, uint256 reasons) {
        Fund storage fund = _fund();
        Terms memory terms = _terms();
        if (!fund.compliant) reasons = block.timestamp > fund.amberSince + terms.cureTime ? 3 : 1;
        if (block.timestamp > fund.snapshotTime + fund.active.heartbeat) reasons |= 4;
        if (fund.mandateChanged) reasons |= 8;
        if (suspended) reasons |= 16;
        if (block.timestamp > fund.attestedAt + terms.attestationMaxAge) reasons |= 32;
        if (fund.replaced) reasons |= 128;
        bool waits = fund.firstWaiting < fund.waiting.length;
        if (waits && block.timestamp > fund.waiting[fund.firstWaiting].since + terms.flowMaxWait) reasons |= 256;
        if (_isPaused()) return (IRebalanceLedger.Verdict.Paused, reasons | 512);
        if (reasons == 0) return (IRebalanceLedger.Verdict.Green, 0);
        if (reasons == 1) return (IRebalanceLedger.Verdict.Amber, 1);
        return (reasons & 2 != 0 ? IRebalanceLedger.Verdict.Red : IRebalanceLedger.Verdict.Stale, reasons);
    }
}
