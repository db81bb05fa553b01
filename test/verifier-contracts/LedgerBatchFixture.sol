// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IGroth16Verifier} from "../../verifier-contracts/interfaces/IGroth16Verifier.sol";
import {IRebalanceLedger} from "../../verifier-contracts/interfaces/IRebalanceLedger.sol";
import {LedgerFixture} from "./LedgerFixture.sol";

/// @title  LedgerBatchFixture
/// @notice Many open portfolios, and entries of a batch as their managers would make them.
abstract contract LedgerBatchFixture is LedgerFixture {
    uint256 internal constant FUNDS = 5;
    bytes internal _invalid = abi.encodeWithSelector(IGroth16Verifier.InvalidProof.selector, REBALANCE);

    mapping(bytes32 salt => Known) private _known;

    /// @dev Every portfolio stands at epoch 1 at one market; the second's next step consumes a flow.
    function setUp() public virtual override {
        super.setUp();
        Known memory fresh = known;
        for (uint256 fund; fund < FUNDS; ++fund) {
            _at(fund);
            known = fresh;
            _schedule(_limits(universeId), _terms(), MANDATE_DIGEST);
            mandates.activate(_id());
            _openPortfolio();
        }
        _at(1);
        _flow(-500, "flow");
        known.netFlow = -500;
        vm.warp(START + 60);
        _market(901);
        for (uint256 fund; fund < FUNDS; ++fund) {
            _at(fund);
            (known.market, known.marketTime) = (901, block.timestamp);
        }
    }

    /// @dev Goes on with another portfolio.
    function _at(uint256 fund) internal {
        _known[salt] = known;
        salt = bytes32(fund);
        known = _known[salt];
    }

    /// @dev Entries of the first `count` portfolios in ascending order of their ids. The third reduces only.
    function _entries(uint256 count) internal returns (IRebalanceLedger.Entry[] memory list) {
        list = new IRebalanceLedger.Entry[](count);
        for (uint256 fund; fund < count; ++fund) {
            _at(fund);
            uint256[] memory x = _x(10 + fund, fund != 2);
            IRebalanceLedger.Entry memory entry = IRebalanceLedger.Entry(_id(), _head(), _submission(x, 78));
            uint256 place = fund;
            for (; place > 0 && list[place - 1].portfolioId > entry.portfolioId; --place) {
                list[place] = list[place - 1];
            }
            list[place] = entry;
        }
    }

    function _single(IRebalanceLedger.Entry memory entry) internal {
        ledger.rebalance(entry.portfolioId, entry.head, entry.submission);
    }

    /// @dev Everything the ledger says of every portfolio.
    function _record() internal returns (bytes32 all) {
        for (uint256 fund; fund < FUNDS; ++fund) {
            _at(fund);
            (IRebalanceLedger.Verdict verdict, uint256 reasons) = ledger.status(_id());
            (int256 net, uint256 count) = ledger.netFlowAt(_id(), block.timestamp);
            bytes memory numbers = abi.encode(all, verdict, reasons, net, count);
            all = keccak256(bytes.concat(numbers, abi.encode(ledger.portfolio(_id()), ledger.lastProof(_id()))));
        }
    }

    function _refused(IRebalanceLedger.Entry[] memory entries, bytes memory error_) internal {
        bytes32 before = _record();
        vm.expectRevert(error_);
        ledger.rebalanceBatch(entries);
        assertEq(_record(), before, "nothing moved");
    }

    function _refusedAs(IRebalanceLedger.Entry[] memory entries, bytes4 error_) internal {
        bytes32 before = _record();
        vm.expectPartialRevert(error_);
        ledger.rebalanceBatch(entries);
        assertEq(_record(), before, "nothing moved");
    }
}
