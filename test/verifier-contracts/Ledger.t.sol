// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IGroth16Verifier} from "../../verifier-contracts/interfaces/IGroth16Verifier.sol";
import {IMarketSnapshots} from "../../verifier-contracts/interfaces/IMarketSnapshots.sol";
import {IRebalanceLedger} from "../../verifier-contracts/interfaces/IRebalanceLedger.sol";
import {Layout} from "../../verifier-contracts/libraries/Layout.sol";
import {PublicVector} from "../../verifier-contracts/libraries/PublicVector.sol";
import {LedgerFixture} from "./LedgerFixture.sol";

/// @notice Says yes to one hash only, as a smart account does.
contract SmartAccount {
    bytes32 private immutable _HASH;

    constructor(bytes32 hash) {
        _HASH = hash;
    }

    function isValidSignature(bytes32 hash, bytes calldata) external view returns (bytes4) {
        return hash == _HASH ? bytes4(0x1626ba7e) : bytes4(0);
    }
}

contract LedgerTest is LedgerFixture {
    bytes private _invalid = abi.encodeWithSelector(IGroth16Verifier.InvalidProof.selector, REBALANCE);

    function _refused(uint256[] memory x, bytes memory error_) private {
        IRebalanceLedger.Submission memory submission = _submission(x, 78);
        IRebalanceLedger.Head memory head = _head();
        vm.expectRevert(error_);
        ledger.rebalance(_id(), head, submission);
    }

    function _unauthorized() private pure returns (bytes4) {
        return IRebalanceLedger.NotAuthorized.selector;
    }

    function testOpensAndMoves() public {
        _openPortfolio();
        for (uint256 book = 2; book < 6; ++book) {
            _rebalance(book, true);
            IRebalanceLedger.Portfolio memory p = ledger.portfolio(_id());
            assertEq(p.head, _headHash(), "head");
            assertEq(p.epoch, book, "epoch");
        }
        assertEq(ledger.lastProof(_id()).epoch, 5, "last proof");
    }

    /// @dev A vector that differs from storage in any one element it is not free to choose never moves a head, even with
    ///      proof and signature for that very vector.
    function testEveryElementIsTheLedgersOwn() public {
        _openPortfolio();
        bytes32 head = ledger.portfolio(_id()).head;
        uint8[10] memory bound_ = [0, 1, 2, 4, 7, 9, 10, 11, 12, 15];
        for (uint256 i; i < 10; ++i) {
            uint256[] memory x = _x(2, true);
            x[bound_[i]] += 1;
            IRebalanceLedger.Submission memory submission = _submission(x, 78);
            IRebalanceLedger.Head memory known_ = _head();
            vm.expectPartialRevert(_unauthorized());
            ledger.rebalance(_id(), known_, submission);
        }
        assertEq(ledger.portfolio(_id()).head, head, "unmoved");
    }

    function testEveryChosenElementIsBoundByTheSignatureAndTheProof() public {
        _openPortfolio();
        uint256[] memory x = _x(2, true);
        for (uint256 i; i < 7; ++i) {
            IRebalanceLedger.Submission memory s = _submission(x, 78);
            if (i == 0) s.step.newBook += 1;
            if (i == 1) s.step.newBudget += 1;
            if (i == 2) s.step.trade += 1;
            if (i == 3) s.step.digest += 1;
            if (i == 4) s.step.compliant = false;
            if (i == 5) s.sealedTrade = hex"c0ffef";
            if (i == 6) s.authorization = _authorization(keccak256("other"), MANAGER_KEY);
            IRebalanceLedger.Head memory head = _head();
            vm.expectPartialRevert(_unauthorized());
            ledger.rebalance(_id(), head, s);
        }
        IRebalanceLedger.Submission memory last = _submission(x, 78);
        last.proof.a[0] += 1;
        IRebalanceLedger.Head memory current = _head();
        vm.expectRevert(_invalid);
        ledger.rebalance(_id(), current, last);
    }

    function testOnlyTheManagersSignatureCounts() public {
        _openPortfolio();
        IRebalanceLedger.Submission memory s = _submission(_x(2, true), 78);
        (bytes32 statement,,) = PublicVector.signals(REBALANCE, _x(2, true), 78);
        IRebalanceLedger.Head memory head = _head();
        uint256[3] memory others = [ATTESTOR_KEY, RISK_KEY, STRANGER_KEY];
        for (uint256 i; i < 3; ++i) {
            s.authorization = _authorization(statement, others[i]);
            vm.expectPartialRevert(_unauthorized());
            ledger.rebalance(_id(), head, s);
        }
        s.authorization = "";
        vm.expectPartialRevert(_unauthorized());
        ledger.rebalance(_id(), head, s);
        // The twin (r, n − s, v') of a good signature is refused.
        bytes memory good = _authorization(statement, MANAGER_KEY);
        s.authorization = _highS(good);
        vm.expectPartialRevert(_unauthorized());
        ledger.rebalance(_id(), head, s);
        s.authorization = good;
        vm.prank(address(0xabc));
        ledger.rebalance(_id(), head, s);
    }

    function _highS(bytes memory signature) private pure returns (bytes memory) {
        (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        uint8 v = uint8(signature[64]) == 27 ? 28 : 27;
        return abi.encodePacked(r, bytes32(order - uint256(s)), v);
    }

    function testASmartAccountMayManage() public {
        _openPortfolio();
        uint256[] memory x = _x(2, true);
        (bytes32 statement,,) = PublicVector.signals(REBALANCE, x, 78);
        bytes32 structHash = keccak256(abi.encode(keccak256("Authorization(bytes32 statement)"), statement));
        SmartAccount account = new SmartAccount(_typed(address(ledger), structHash));
        vm.etch(vm.addr(MANAGER_KEY), address(account).code);
        IRebalanceLedger.Submission memory s = _submission(x, 79);
        s.authorization = "anything";
        IRebalanceLedger.Head memory head = _head();
        vm.expectPartialRevert(_unauthorized());
        ledger.rebalance(_id(), head, s);
        s = _submission(x, 78);
        s.authorization = "anything";
        ledger.rebalance(_id(), head, s);
    }

    function testAReplayIsRefused() public {
        _openPortfolio();
        IRebalanceLedger.Head memory head = _head();
        IRebalanceLedger.Submission memory submission = _submission(_x(2, true), 78);
        _rebalance(2, true);
        bytes memory wrong = abi.encodeWithSelector(
            IRebalanceLedger.WrongHead.selector,
            _id(),
            _headHash(),
            keccak256(abi.encode(head.previous, head.book, head.budget))
        );
        vm.expectRevert(wrong);
        ledger.rebalance(_id(), head, submission);
        IRebalanceLedger.Head memory current = _head();
        submission.step.newBook = 3;
        vm.expectPartialRevert(_unauthorized());
        ledger.rebalance(_id(), current, submission);
    }

    function testElementsAreCanonical() public {
        _openPortfolio();
        uint256[] memory x = _x(2, true);
        uint8[3] memory free = [3, 5, 6];
        for (uint256 i; i < 3; ++i) {
            IRebalanceLedger.Submission memory s = _submission(x, 78);
            uint256 alias_ = x[free[i]] + PublicVector.FIELD;
            if (i == 0) s.step.newBook = alias_;
            if (i == 1) s.step.newBudget = alias_;
            if (i == 2) s.step.trade = alias_;
            IRebalanceLedger.Head memory head = _head();
            bytes4 selector = PublicVector.NonCanonicalElement.selector;
            vm.expectRevert(abi.encodeWithSelector(selector, free[i], alias_));
            ledger.rebalance(_id(), head, s);
        }
        IRebalanceLedger.Submission memory last = _submission(x, 78);
        last.step.digest += PublicVector.FIELD;
        IRebalanceLedger.Head memory current = _head();
        vm.expectPartialRevert(PublicVector.NonCanonicalElement.selector);
        ledger.rebalance(_id(), current, last);
    }

    function testAnOpenTradeIsNeverTakenForASealedOne() public {
        _openPortfolio();
        uint256[] memory x = _x(2, true);
        x[Layout.REBALANCE_OPEN] = 1;
        _refused(x, abi.encodeWithSelector(IRebalanceLedger.WrongTradeForm.selector, _id()));
    }

    function testEverySealedTradeHasTheSameLength() public {
        _openPortfolio();
        IRebalanceLedger.Submission memory s = _submission(_x(2, true), 78);
        IRebalanceLedger.Head memory head = _head();
        uint256[4] memory lengths = [uint256(0), SEALED.length - 1, SEALED.length + 1, 4097];
        for (uint256 i; i < lengths.length; ++i) {
            s.sealedTrade = new bytes(lengths[i]);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IRebalanceLedger.WrongPayloadLength.selector, lengths[i], SEALED.length
                )
            );
            ledger.rebalance(_id(), head, s);
        }
    }

    function testABookCommitmentIsNeverKept() public {
        _openPortfolio();
        _refused(_x(1, true), abi.encodeWithSelector(IRebalanceLedger.BookUnchanged.selector, _id()));
    }

    function testSnapshotsAreUsableOnes() public {
        _openPortfolio();
        vm.warp(START + 1 hours + 1);
        _refused(_x(2, true), _unusable(MARKET_DIGEST, IMarketSnapshots.Usability.TooOld));
        uint256 time = known.marketTime;
        _market(901);
        _rebalance(2, true);
        (known.market, known.marketTime) = (MARKET_DIGEST, time);
        _refused(_x(3, true), _unusable(MARKET_DIGEST, IMarketSnapshots.Usability.TooOld));
    }

    function testNoSnapshotBeforeThePortfoliosLast() public {
        _openPortfolio();
        vm.warp(START + 60);
        _market(901);
        _rebalance(2, true);
        (known.market, known.marketTime) = (MARKET_DIGEST, START);
        _refused(_x(3, true), _unusable(MARKET_DIGEST, IMarketSnapshots.Usability.BeforeLast));
    }

    function _unusable(uint256 digest, IMarketSnapshots.Usability reason) private view returns (bytes memory) {
        return abi.encodeWithSelector(IMarketSnapshots.UnusableSnapshot.selector, universeId, digest, reason);
    }

    function testTheWindowIsTheSnapshotsNotTheBlocks() public {
        _openPortfolio();
        uint256 lastSecond = (START / 1 days + 1) * 1 days - 1;
        vm.warp(lastSecond);
        _market(901);
        vm.warp(lastSecond + 30 minutes);
        _rebalance(2, true);
        uint256[] memory x = _x(3, true);
        x[Layout.REBALANCE_WINDOW] += 1;
        IRebalanceLedger.Submission memory s = _submission(x, 78);
        IRebalanceLedger.Head memory head = _head();
        vm.expectPartialRevert(_unauthorized());
        ledger.rebalance(_id(), head, s);
    }

    function testUnknownPortfoliosAreRefused() public {
        IRebalanceLedger.Submission memory s = _submission(_x(2, true), 78);
        IRebalanceLedger.Head memory head = _head();
        vm.expectRevert(abi.encodeWithSelector(IRebalanceLedger.NotOpen.selector, _id()));
        ledger.rebalance(_id(), head, s);
        vm.expectRevert(abi.encodeWithSelector(IRebalanceLedger.NotOpen.selector, _id()));
        ledger.portfolio(_id());
        vm.expectRevert(abi.encodeWithSelector(IRebalanceLedger.NotOpen.selector, _id()));
        ledger.lastProof(_id());
    }
}
