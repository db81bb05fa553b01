// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IRebalanceLedger} from "../../verifier-contracts/interfaces/IRebalanceLedger.sol";
import {LedgerBatchFixture} from "./LedgerBatchFixture.sol";

/// @notice A smart account that says yes when the test likes what can be seen of the ledger while it is asked.
contract Watcher {
    LedgerBatchManagerTest private immutable _TEST = LedgerBatchManagerTest(msg.sender);

    function isValidSignature(bytes32, bytes calldata signature) external view returns (bytes4) {
        return _TEST.seesStepsWhole(abi.decode(signature, (uint256))) ? this.isValidSignature.selector : bytes4(0);
    }
}

/// @notice A smart account that says yes once it has called the ledger again, with its signature for call data.
contract Reenterer {
    address private immutable _LEDGER;

    constructor(address ledger) {
        _LEDGER = ledger;
    }

    function isValidSignature(bytes32, bytes calldata signature) external returns (bytes4) {
        (bool done,) = _LEDGER.call(signature);
        return done ? this.isValidSignature.selector : bytes4(0);
    }
}

/// @notice Managers that are contracts, asked in the middle of a batch.
contract LedgerBatchManagerTest is LedgerBatchFixture {
    IRebalanceLedger.Entry[] private _watched;

    function _headAfter(IRebalanceLedger.Entry memory e) private pure returns (bytes32) {
        bytes32 before = keccak256(abi.encode(e.head.previous, e.head.book, e.head.budget));
        return keccak256(abi.encode(before, e.submission.step.newBook, e.submission.step.newBudget));
    }

    /// @dev Asked by {Watcher} of entry `i`: those before it are applied whole, it and those after it not at all.
    function seesStepsWhole(uint256 i) external view returns (bool) {
        for (uint256 j; j < _watched.length; ++j) {
            IRebalanceLedger.Entry memory e = _watched[j];
            IRebalanceLedger.Portfolio memory p = ledger.portfolio(e.portfolioId);
            bytes32 before = keccak256(abi.encode(e.head.previous, e.head.book, e.head.budget));
            bool whole = j < i ? p.head == _headAfter(e) && p.epoch == 2 : p.head == before && p.epoch == 1;
            bool snapshot = p.snapshotTime == (j < i ? block.timestamp : START);
            if (!whole || !snapshot) return false;
        }
        return true;
    }

    function _watch() private returns (IRebalanceLedger.Entry[] memory entries) {
        vm.etch(vm.addr(MANAGER_KEY), address(new Watcher()).code);
        entries = _entries(3);
        for (uint256 i; i < 3; ++i) {
            entries[i].submission.authorization = abi.encode(i);
            _watched.push(entries[i]);
        }
    }

    function testAManagerWhoLooksSeesNoStepHalfDone() public {
        IRebalanceLedger.Entry[] memory entries = _watch();
        assertEq(ledger.rebalanceBatch(entries), 3, "applied");
        assertTrue(this.seesStepsWhole(3), "all done");
    }

    /// @dev What a manager saw of entries before its own is undone, with its own, by a false proof behind it.
    function testWhatAManagerSawIsUndoneByAFalseProof() public {
        IRebalanceLedger.Entry[] memory entries = _watch();
        for (uint256 i; i < 3; ++i) {
            entries[i].submission.proof.a[0] += 1;
            _refused(entries, _invalid);
            entries[i].submission.proof.a[0] -= 1;
        }
        assertTrue(this.seesStepsWhole(0), "none done");
    }

    function testAManagerCannotCallBack() public {
        IRebalanceLedger.Entry[] memory entries = _entries(3);
        IRebalanceLedger.Entry memory last = entries[2];
        bytes memory back =
            abi.encodeCall(IRebalanceLedger.rebalance, (last.portfolioId, last.head, last.submission));
        address manager = vm.addr(MANAGER_KEY);
        vm.etch(manager, address(new Reenterer(address(ledger))).code);
        entries[0].submission.authorization = back;
        _refusedAs(entries, IRebalanceLedger.NotAuthorized.selector);
        // Called by anybody else, the same account's call goes through.
        assertTrue(
            Reenterer(manager).isValidSignature(0, back) == Reenterer.isValidSignature.selector, "goes through"
        );
    }
}
