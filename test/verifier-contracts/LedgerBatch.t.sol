// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IGroth16Verifier} from "../../verifier-contracts/interfaces/IGroth16Verifier.sol";
import {IKeyGuard} from "../../verifier-contracts/interfaces/IKeyGuard.sol";
import {IRebalanceLedger} from "../../verifier-contracts/interfaces/IRebalanceLedger.sol";
import {LedgerBatchFixture} from "./LedgerBatchFixture.sol";
import {Log} from "./Test.sol";

/// @notice Steps of many portfolios in one transaction.
contract LedgerBatchTest is LedgerBatchFixture {
    function testABatchDoesWhatItsStepsDoOneByOne() public {
        uint256[3] memory sizes = [uint256(1), 2, FUNDS];
        for (uint256 i; i < 3; ++i) {
            IRebalanceLedger.Entry[] memory entries = _entries(sizes[i]);
            uint256 start = vm.snapshotState();
            vm.recordLogs();
            for (uint256 j; j < entries.length; ++j) _single(entries[j]);
            (bytes memory logs, bytes32 record) = (abi.encode(vm.getRecordedLogs()), _record());
            vm.revertToState(start);
            vm.recordLogs();
            assertEq(ledger.rebalanceBatch(entries), sizes[i], "applied");
            Log[] memory emitted = vm.getRecordedLogs();
            assertEq(emitted.length, sizes[i], "one event a step");
            assertEq(keccak256(abi.encode(emitted)), keccak256(logs), "the same events");
            assertEq(_record(), record, "the same records");
            vm.revertToState(start);
        }
    }

    /// @dev One entry at fault, at each place, in each way.
    function testOneEntryThatMayNotBeAppliedFailsThemAll() public {
        for (uint256 i; i < FUNDS; ++i) {
            IRebalanceLedger.Entry[] memory entries = _entries(FUNDS);
            entries[i].submission.proof.a[0] += 1;
            _refused(entries, _invalid);
            entries[i].submission.proof.a[0] -= 1;
            entries[i].submission.step.trade += 1;
            _refusedAs(entries, IRebalanceLedger.NotAuthorized.selector);
            entries[i].submission.step.trade -= 1;
            entries[i].head.budget += 1;
            _refusedAs(entries, IRebalanceLedger.WrongHead.selector);
            entries[i].head.budget -= 1;
            entries[i].submission.step.newBook = entries[i].head.book;
            _refused(
                entries,
                abi.encodeWithSelector(IRebalanceLedger.BookUnchanged.selector, entries[i].portfolioId)
            );
        }
        IRebalanceLedger.Entry[] memory last = _entries(FUNDS);
        last[FUNDS - 1].portfolioId = bytes32(type(uint256).max);
        _refused(last, abi.encodeWithSelector(IRebalanceLedger.NotOpen.selector, bytes32(type(uint256).max)));
    }

    /// @dev Exploit 21: a copy of any entry, or of several, sent ahead of the batch.
    function testAnEntryAppliedAheadOfTheBatchIsLeftOut() public {
        IRebalanceLedger.Entry[] memory entries = _entries(FUNDS);
        uint256 start = vm.snapshotState();
        ledger.rebalanceBatch(entries);
        bytes32 record = _record();
        for (uint256 mask = 1; mask < 1 << FUNDS; ++mask) {
            vm.revertToState(start);
            uint256 ahead;
            for (uint256 i; i < FUNDS; ++i) {
                if (mask >> i & 1 == 0) continue;
                _single(entries[i]);
                ++ahead;
            }
            vm.recordLogs();
            assertEq(ledger.rebalanceBatch(entries), FUNDS - ahead, "applied");
            assertEq(vm.getRecordedLogs().length, FUNDS - ahead, "events");
            assertEq(_record(), record, "as if nobody had been ahead");
        }
    }

    /// @dev What is left out is not looked at, so that it cannot spoil the check of the others.
    function testAnEntryLeftOutIsNotInThePairing() public {
        IRebalanceLedger.Entry[] memory entries = _entries(FUNDS);
        _single(entries[2]);
        entries[2].submission.proof.a[0] = type(uint256).max;
        (entries[2].submission.authorization, entries[2].submission.sealedTrade) = ("", "");
        assertEq(ledger.rebalanceBatch(entries), FUNDS - 1, "applied");
    }

    function testABatchOfWhatIsAppliedDoesNothing() public {
        IRebalanceLedger.Entry[] memory entries = _entries(2);
        ledger.rebalanceBatch(entries);
        bytes32 record = _record();
        vm.recordLogs();
        assertEq(ledger.rebalanceBatch(entries), 0, "applied");
        assertEq(vm.getRecordedLogs().length, 0, "events");
        assertEq(_record(), record, "unmoved");
    }

    function testAnEmptyBatchIsRefused() public {
        _refused(
            new IRebalanceLedger.Entry[](0), abi.encodeWithSelector(IGroth16Verifier.EmptyBatch.selector)
        );
    }

    /// @dev Another step from the same head, to another book or to another budget, is not this one.
    function testAnotherStepIsNotTakenForThisOne() public {
        IRebalanceLedger.Entry[] memory entries = _entries(2);
        for (uint256 i; i < 2; ++i) {
            uint256 start = vm.snapshotState();
            _at(uint256(0));
            bytes32 id = _id();
            bytes32 given = _headHash();
            uint256[] memory x = _x(10, true);
            x[i == 0 ? 3 : 5] += 1;
            IRebalanceLedger.Submission memory other = _submission(x, 79);
            ledger.rebalance(id, _head(), other);
            bytes32 current = ledger.portfolio(id).head;
            _refused(entries, abi.encodeWithSelector(IRebalanceLedger.WrongHead.selector, id, current, given));
            vm.revertToState(start);
        }
    }

    /// @dev A portfolio that has gone on from this step is not where the step ends.
    function testAStepFurtherBackIsRefused() public {
        IRebalanceLedger.Entry[] memory entries = _entries(2);
        _at(0);
        _rebalance(10, true);
        _rebalance(20, true);
        _refusedAs(entries, IRebalanceLedger.WrongHead.selector);
    }

    /// @dev Neither one step twice nor two steps in a row: if the second of a row were let in, a copy of both, sent ahead,
    ///      would leave the first behind the head.
    function testEachPortfolioComesOnceInAscendingOrder() public {
        IRebalanceLedger.Entry[] memory pair = _entries(2);
        (pair[0], pair[1]) = (pair[1], pair[0]);
        bytes4 error_ = IRebalanceLedger.EntryOutOfOrder.selector;
        _refused(pair, abi.encodeWithSelector(error_, pair[1].portfolioId));
        pair[1] = pair[0];
        _refused(pair, abi.encodeWithSelector(error_, pair[0].portfolioId));
        _at(0);
        uint256[] memory x = _x(10, true);
        pair[0] = IRebalanceLedger.Entry(_id(), _head(), _submission(x, 78));
        _advance(x);
        pair[1] = IRebalanceLedger.Entry(_id(), _head(), _submission(_x(20, true), 79));
        _refused(pair, abi.encodeWithSelector(error_, _id()));
        // Both are good, one after the other.
        _single(pair[0]);
        _single(pair[1]);
    }

    function testNoBatchMovesAnythingWhilePausedOrUnderASuspendedKey() public {
        IRebalanceLedger.Entry[] memory entries = _entries(2);
        uint256 until = block.timestamp + 1;
        vm.prank(GUARDIAN);
        verifier.pause(REBALANCE, until);
        _refused(entries, abi.encodeWithSelector(IKeyGuard.Paused.selector, REBALANCE, until));
        vm.warp(until);
        uint256 over = vm.snapshotState();
        assertEq(ledger.rebalanceBatch(entries), 2, "goes on");
        vm.revertToState(over);
        vm.prank(GUARDIAN);
        verifier.suspendKey(REBALANCE);
        _refused(entries, abi.encodeWithSelector(IKeyGuard.SuspendedKey.selector, REBALANCE));
    }

    function testAClosedPortfolioFailsABatch() public {
        IRebalanceLedger.Entry[] memory entries = _entries(2);
        _at(0);
        bytes memory manager = _closeAuthorization(MANAGER_KEY);
        bytes32 id = _id();
        vm.prank(GOVERNOR);
        ledger.close(id, manager);
        _refused(entries, abi.encodeWithSelector(IRebalanceLedger.NotOpen.selector, id));
    }
}
