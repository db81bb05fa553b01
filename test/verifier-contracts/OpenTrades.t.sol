// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IGroth16Verifier} from "../../verifier-contracts/interfaces/IGroth16Verifier.sol";
import {IKeyGuard} from "../../verifier-contracts/interfaces/IKeyGuard.sol";
import {IRebalanceLedger} from "../../verifier-contracts/interfaces/IRebalanceLedger.sol";
import {ITradeExecutor, Route} from "../../verifier-contracts/interfaces/ITradeExecutor.sol";
import {Layout} from "../../verifier-contracts/libraries/Layout.sol";
import {PublicVector} from "../../verifier-contracts/libraries/PublicVector.sol";
import {TokenTransfer} from "../../verifier-contracts/libraries/TokenTransfer.sol";
import {OddToken} from "./Hostile.sol";
import {OpenTradesFixture} from "./OpenTradesFixture.sol";

/// @notice Open steps through the ledger: what binds them, what they leave behind, what undoes them.
contract OpenTradesTest is OpenTradesFixture {
    function testAProvenStepIsExecutedAndWhatIsBetterWaitsAsAFlow() public {
        uint256 cost = _quoteV3(pool, true, btc, 10e8);
        vm.warp(START + 30);
        _rebalanceOpen(2, 10e8, 61_000e8);
        assertEq(ledger.portfolio(_id()).head, _headHash(), "head");
        assertEq(btc.balanceOf(vault), 110e8, "bought");
        assertEq(usd.balanceOf(vault), 10e6 * 1e6 - cost, "paid");
        int256 better = int256(610_000e16 - cost * 1e10);
        (int256 net, uint256 count) = ledger.netFlowAt(_id(), START + 30);
        assertTrue(net == better && count == 1, "waits");
        (net, count) = ledger.netFlowAt(_id(), START + 29);
        assertTrue(net == 0 && count == 0, "dated by its recording");

        // A step at the same snapshot takes no notice; the next snapshot's must take it in.
        _rebalance(3, true);
        vm.warp(START + 60);
        _market(901);
        IRebalanceLedger.Submission memory without = _submission(_x(4, true), 78);
        IRebalanceLedger.Head memory head = _head();
        vm.expectPartialRevert(IRebalanceLedger.NotAuthorized.selector);
        ledger.rebalance(_id(), head, without);
        known.netFlow = better;
        _rebalance(4, true);
        assertEq(ledger.portfolio(_id()).pendingFlows, 0, "consumed");
    }

    function testNothingBetterIsNoFlow() public {
        uint256 cost = _quoteV3(pool, true, btc, 10e8);
        _rebalanceOpen(2, 10e8, 10 * cost);
        assertEq(ledger.portfolio(_id()).pendingFlows, 0, "none");
        _rebalanceOpen(3, 0, 0);
        assertEq(ledger.portfolio(_id()).pendingFlows, 0, "no trade, no flow");
    }

    function testAFillWorseThanProvenUndoesTheStep() public {
        uint256 cost = _quoteV3(pool, true, btc, 10e8);
        bytes32 before = ledger.portfolio(_id()).head;
        (uint256[] memory x, bytes memory payload) = _open(2, 10e8, 10 * cost - 1);
        (IRebalanceLedger.Submission memory s, uint256[] memory legs) = _signedOpen(x, payload);
        IRebalanceLedger.Head memory head = _head();
        vm.expectRevert(
            abi.encodeWithSelector(ITradeExecutor.WorseThanProven.selector, 0, cost, cost - 1)
        );
        ledger.rebalanceOpen(_id(), head, s, legs);
        assertEq(ledger.portfolio(_id()).head, before, "head");
        assertEq(ledger.portfolio(_id()).epoch, 1, "epoch");
        assertEq(btc.balanceOf(vault), 100e8, "vault");
    }

    function testEachLegIsBoundByTheSignatureAndTheProof() public {
        (uint256[] memory x, bytes memory payload) = _open(2, 10e8, 61_000e8);
        (IRebalanceLedger.Submission memory s, uint256[] memory legs) = _signedOpen(x, payload);
        IRebalanceLedger.Head memory head = _head();
        for (uint256 i; i < 5; ++i) {
            uint256[] memory other = new uint256[](i == 4 ? 3 : 4);
            for (uint256 j; j < other.length; ++j) other[j] = legs[j];
            if (i < 4) other[i] += 1;
            vm.expectPartialRevert(IRebalanceLedger.NotAuthorized.selector);
            ledger.rebalanceOpen(_id(), head, s, other);
            uint256[] memory signedX = new uint256[](HEAD + other.length);
            for (uint256 j; j < signedX.length; ++j) signedX[j] = j < HEAD ? x[j] : other[j - HEAD];
            (bytes32 statement,,) = PublicVector.signals(REBALANCE, signedX, 78);
            (IRebalanceLedger.Submission memory forged,) = _signedOpen(x, payload);
            forged.authorization = _authorization(statement, MANAGER_KEY);
            vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.InvalidProof.selector, REBALANCE));
            ledger.rebalanceOpen(_id(), head, forged, other);
        }
        ledger.rebalanceOpen(_id(), head, s, legs);
    }

    function testRoutesAndDeadlineAreBound() public {
        (uint256[] memory x, bytes memory payload) = _open(2, 10e8, 61_000e8);
        (IRebalanceLedger.Submission memory s, uint256[] memory legs) = _signedOpen(x, payload);
        IRebalanceLedger.Head memory head = _head();
        Route[] memory list = new Route[](1);
        list[0] = Route(0, 1, pair, 10e8);
        bytes[2] memory others = [abi.encode(block.timestamp, list), abi.encode(block.timestamp + 1, list)];
        list[0] = Route(0, 0, pool, 10e8);
        others[1] = abi.encode(block.timestamp + 1, list);
        for (uint256 i; i < 2; ++i) {
            s.sealedTrade = others[i];
            vm.expectPartialRevert(IRebalanceLedger.NotAuthorized.selector);
            ledger.rebalanceOpen(_id(), head, s, legs);
        }
    }

    function testTheFormsOfTradesAreNotMixed() public {
        bytes memory wrong = abi.encodeWithSelector(IRebalanceLedger.WrongTradeForm.selector, _id());
        (uint256[] memory x, bytes memory payload) = _open(2, 10e8, 61_000e8);
        (IRebalanceLedger.Submission memory s, uint256[] memory legs) = _signedOpen(x, payload);
        IRebalanceLedger.Head memory head = _head();
        vm.expectRevert(wrong);
        ledger.rebalance(_id(), head, s);
        // A sealed step by the entrance of open ones, with legs and without.
        IRebalanceLedger.Submission memory sealed_ = _submission(_x(2, true), 78);
        vm.expectRevert(wrong);
        ledger.rebalanceOpen(_id(), head, sealed_, legs);
        vm.expectRevert(wrong);
        ledger.rebalanceOpen(_id(), head, sealed_, new uint256[](0));
        s.sealedTrade = "";
        vm.expectRevert(abi.encodeWithSelector(IRebalanceLedger.WrongPayloadLength.selector, 0, 4096));
        ledger.rebalanceOpen(_id(), head, s, legs);
        s.sealedTrade = new bytes(4097);
        vm.expectRevert(abi.encodeWithSelector(IRebalanceLedger.WrongPayloadLength.selector, 4097, 4096));
        ledger.rebalanceOpen(_id(), head, s, legs);
    }

    /// @dev 63 flows leave room for one improvement, 64 for none.
    function testAnImprovementNeedsRoomAmongTheFlows() public {
        vm.warp(START + 30);
        for (uint256 i; i < 63; ++i) _flow(1, bytes32(i + 1));
        uint256 state = vm.snapshotState();
        _rebalanceOpen(2, 10e8, 61_000e8);
        assertEq(ledger.portfolio(_id()).pendingFlows, 64, "room for one");
        vm.revertToState(state);
        (known.previous, known.book, known.budget, known.epoch) = (0, 1, 1_000_001, 1);
        _flow(1, bytes32(uint256(64)));
        (uint256[] memory x, bytes memory payload) = _open(2, 10e8, 61_000e8);
        (IRebalanceLedger.Submission memory s, uint256[] memory legs) = _signedOpen(x, payload);
        IRebalanceLedger.Head memory head = _head();
        vm.expectRevert(abi.encodeWithSelector(IRebalanceLedger.FlowsFull.selector, _id()));
        ledger.rebalanceOpen(_id(), head, s, legs);
    }

    function testAnImprovementHasTheWidthOfAFlow() public {
        (uint256[] memory x, bytes memory payload) = _open(2, 10e8, 61_000e8);
        (IRebalanceLedger.Submission memory s, uint256[] memory legs) = _signedOpen(x, payload);
        IRebalanceLedger.Head memory head = _head();
        uint256 most = (1 << 126) - 1;
        uint256[3] memory improvements = [most + 1, type(uint256).max, most];
        for (uint256 i; i < 3; ++i) {
            bytes memory data = abi.encodeWithSelector(ITradeExecutor.execute.selector);
            vm.mockCall(address(executor), data, abi.encode(improvements[i]));
            if (i < 2) vm.expectRevert(abi.encodeWithSelector(IRebalanceLedger.FlowsFull.selector, _id()));
            ledger.rebalanceOpen(_id(), head, s, legs);
        }
        (int256 net,) = ledger.netFlowAt(_id(), block.timestamp);
        assertTrue(net == int256(most), "the widest");
    }

    function testThirtyOneRoutesFillAPayload() public {
        (uint256[] memory x, bytes memory payload) = _openIn(32, 2, 31 * 32e6, 61_000e8);
        (IRebalanceLedger.Submission memory s, uint256[] memory legs) = _signedOpen(x, payload);
        IRebalanceLedger.Head memory head = _head();
        bytes4 selector = IRebalanceLedger.WrongPayloadLength.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, 32 * (3 + 4 * 32), 4096));
        ledger.rebalanceOpen(_id(), head, s, legs);
        (x, payload) = _openIn(31, 2, 31 * 32e6, 61_000e8);
        (s, legs) = _signedOpen(x, payload);
        ledger.rebalanceOpen(_id(), head, s, legs);
        assertEq(btc.balanceOf(vault), 100e8 + 31 * 32e6, "bought");
    }

    function testNoOpenTradeWhilePausedOrUnderASuspendedKey() public {
        (uint256[] memory x, bytes memory payload) = _open(2, 10e8, 61_000e8);
        (IRebalanceLedger.Submission memory s, uint256[] memory legs) = _signedOpen(x, payload);
        IRebalanceLedger.Head memory head = _head();
        vm.prank(GUARDIAN);
        verifier.pause(REBALANCE, START + 1);
        vm.expectRevert(abi.encodeWithSelector(IKeyGuard.Paused.selector, REBALANCE, START + 1));
        ledger.rebalanceOpen(_id(), head, s, legs);
        verifier.unpause(REBALANCE);
        uint256 over = vm.snapshotState();
        ledger.rebalanceOpen(_id(), head, s, legs);
        vm.revertToState(over);
        vm.prank(GUARDIAN);
        verifier.suspendKey(REBALANCE);
        vm.expectRevert(abi.encodeWithSelector(IKeyGuard.SuspendedKey.selector, REBALANCE));
        ledger.rebalanceOpen(_id(), head, s, legs);
        assertEq(btc.balanceOf(vault), 100e8, "nothing bought");
    }

    /// @dev A token that calls the ledger in the middle of a trade finds the step done: the next one may follow, an open one
    ///      not before the trade is over.
    function testStepsInsideATrade() public {
        OddToken odd = new OddToken(8);
        odd.mint(vault, 100e8);
        odd.mint(address(market), 1_000e8);
        _list(address(odd));
        vm.warp(START + NOTICE);
        _market(901);
        address oddPair = v2.createPair(address(odd), address(usd));
        market.provideV2(oddPair, address(odd), 1_000e8, address(usd), 60e6 * 1e6);
        Route[] memory list = new Route[](1);
        list[0] = Route(0, 1, oddPair, 10e8);

        (uint256[] memory x, bytes memory payload) = _open(2, -10e8, 50_000e8);
        payload = abi.encode(block.timestamp, list);
        x[Layout.REBALANCE_PAYLOAD] = uint256(keccak256(payload)) >> 8;
        (IRebalanceLedger.Submission memory s, uint256[] memory legs) = _signedOpen(x, payload);
        IRebalanceLedger.Head memory head = _head();
        _advance(x);
        (uint256[] memory innerX, bytes memory innerPayload) = _open(3, 0, 0);
        (IRebalanceLedger.Submission memory inner, uint256[] memory innerLegs) = _signedOpen(innerX, innerPayload);
        odd.setHook(
            address(ledger), abi.encodeCall(ledger.rebalanceOpen, (_id(), _head(), inner, innerLegs))
        );
        vm.expectRevert(abi.encodeWithSelector(TokenTransfer.TransferFailed.selector, address(odd)));
        ledger.rebalanceOpen(_id(), head, s, legs);

        innerX = _x(3, true);
        odd.setHook(
            address(ledger), abi.encodeCall(ledger.rebalance, (_id(), _head(), _submission(innerX, 78)))
        );
        ledger.rebalanceOpen(_id(), head, s, legs);
        _advance(innerX);
        assertEq(ledger.portfolio(_id()).head, _headHash(), "both, in their order");
        assertEq(ledger.portfolio(_id()).epoch, 3, "epoch");
        assertEq(ledger.portfolio(_id()).pendingFlows, 1, "the improvement");
    }

    function testTheExecutorIsTheLedgersOwn() public view {
        assertTrue(executor.LEDGER() == address(ledger), "ledger");
        assertTrue(address(executor.MANDATES()) == address(mandates), "mandates");
        assertTrue(address(executor.SNAPSHOTS()) == address(snapshots), "snapshots");
    }
}
