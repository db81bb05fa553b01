// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {TradeExecutor} from "../../verifier-contracts/TradeExecutor.sol";
import {IGroth16Verifier} from "../../verifier-contracts/interfaces/IGroth16Verifier.sol";
import {IRebalanceLedger} from "../../verifier-contracts/interfaces/IRebalanceLedger.sol";
import {Listing, Venue, VenueKind} from "../../verifier-contracts/interfaces/ISettlementRegistry.sol";
import {ITradeExecutor, Route} from "../../verifier-contracts/interfaces/ITradeExecutor.sol";
import {Layout} from "../../verifier-contracts/libraries/Layout.sol";
import {PublicVector} from "../../verifier-contracts/libraries/PublicVector.sol";
import {TokenTransfer} from "../../verifier-contracts/libraries/TokenTransfer.sol";
import {OddToken} from "./Hostile.sol";
import {LedgerFixture} from "./LedgerFixture.sol";
import {UniswapPools} from "./UniswapPools.sol";

/// @notice Open steps through the ledger: what binds them, what they leave behind, what undoes them.
contract OpenTradesTest is LedgerFixture, UniswapPools {
    uint256 private constant _HEAD = Layout.REBALANCE_HEAD_LENGTH;

    TradeExecutor private _executor;
    address private _vault;

    function setUp() public override {
        super.setUp();
        _deployPools();
        _executor = TradeExecutor(address(ledger.EXECUTOR()));
        _list(address(btc));
        _vault = _executor.vaultOf(_id());
        btc.mint(_vault, 100e8);
        usd.mint(_vault, 10e6 * 1e6);
        _openPortfolio();
    }

    function _list(address coin) private {
        Listing memory listing;
        (listing.universeId, listing.quote) = (universeId, address(usd));
        listing.tokens = new address[](3);
        listing.tokens[0] = coin;
        listing.venues = new Venue[](2);
        listing.venues[0] = Venue(VenueKind.UniswapV3, address(v3), 0);
        listing.venues[1] = Venue(VenueKind.UniswapV2, address(v2), 3_000);
        vm.prank(GOVERNOR);
        _executor.list(_id(), listing);
    }

    /// @dev The public vector of an open step that trades slot 0, with its payload.
    function _open(uint256 book, int256 trade, uint256 fill)
        private
        view
        returns (uint256[] memory x, bytes memory payload)
    {
        Route[] memory list = new Route[](trade == 0 ? 0 : 1);
        if (trade != 0) list[0] = Route(0, 0, pool, uint64(uint256(trade < 0 ? -trade : trade)));
        payload = abi.encode(block.timestamp, list);
        uint256[] memory head = _x(book, true);
        x = new uint256[](_HEAD + _shape().slots);
        for (uint256 i; i < x.length; ++i) x[i] = i < _HEAD ? head[i] : 1 << 128;
        x[Layout.REBALANCE_OPEN] = 1;
        x[Layout.REBALANCE_PAYLOAD] = uint256(keccak256(payload)) >> 8;
        x[_HEAD] = uint256(trade + (1 << 64)) << 64 | fill;
    }

    function _signedOpen(uint256[] memory x, bytes memory payload)
        private
        view
        returns (IRebalanceLedger.Submission memory s, uint256[] memory legs)
    {
        s = _submission(x, 78);
        s.sealedTrade = payload;
        legs = new uint256[](x.length - _HEAD);
        for (uint256 i; i < legs.length; ++i) legs[i] = x[_HEAD + i];
    }

    function _rebalanceOpen(uint256 book, int256 trade, uint256 fill) private {
        (uint256[] memory x, bytes memory payload) = _open(book, trade, fill);
        (IRebalanceLedger.Submission memory s, uint256[] memory legs) = _signedOpen(x, payload);
        ledger.rebalanceOpen(_id(), _head(), s, legs);
        _advance(x);
    }

    function testAProvenStepIsExecutedAndWhatIsBetterWaitsAsAFlow() public {
        uint256 cost = _quoteV3(pool, true, btc, 10e8);
        vm.warp(START + 30);
        _rebalanceOpen(2, 10e8, 61_000e8);
        assertEq(ledger.portfolio(_id()).head, _headHash(), "head");
        assertEq(btc.balanceOf(_vault), 110e8, "bought");
        assertEq(usd.balanceOf(_vault), 10e6 * 1e6 - cost, "paid");
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

    function testAnyoneSubmitsAnOpenTradeThatTheManagerSigned() public {
        (uint256[] memory x, bytes memory payload) = _open(2, 10e8, 61_000e8);
        (IRebalanceLedger.Submission memory s, uint256[] memory legs) = _signedOpen(x, payload);
        bytes memory data = abi.encodeCall(IRebalanceLedger.rebalanceOpen, (_id(), _head(), s, legs));
        address[5] memory senders =
            [GOVERNOR, vm.addr(MANAGER_KEY), vm.addr(ATTESTOR_KEY), vm.addr(RISK_KEY), address(0xBEEF)];
        for (uint256 i; i < 5; ++i) {
            uint256 state = vm.snapshotState();
            vm.prank(senders[i]);
            (bool success,) = address(ledger).call(data);
            assertTrue(success, "RebalanceLedger.rebalanceOpen");
            vm.revertToState(state);
        }
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
        assertEq(btc.balanceOf(_vault), 100e8, "vault");
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
            uint256[] memory signedX = new uint256[](_HEAD + other.length);
            for (uint256 j; j < signedX.length; ++j) signedX[j] = j < _HEAD ? x[j] : other[j - _HEAD];
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

    /// @dev A token that calls the ledger in the middle of a trade finds the step done: the next one may follow, an open one
    ///      not before the trade is over.
    function testStepsInsideATrade() public {
        OddToken odd = new OddToken(8);
        odd.mint(_vault, 100e8);
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
        assertTrue(_executor.LEDGER() == address(ledger), "ledger");
        assertTrue(address(_executor.MANDATES()) == address(mandates), "mandates");
        assertTrue(address(_executor.SNAPSHOTS()) == address(snapshots), "snapshots");
    }
}
