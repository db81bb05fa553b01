// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IRebalanceLedger} from "../../verifier-contracts/interfaces/IRebalanceLedger.sol";
import {Attestation, Kind} from "../../verifier-contracts/libraries/Attestations.sol";
import {PublicVector} from "../../verifier-contracts/libraries/PublicVector.sol";
import {DeclaredVerifier} from "./DeclaredVerifier.sol";
import {LedgerGovernance} from "./LedgerGovernance.sol";

/// @title  LedgerHandler
/// @notice Plays managers, attestors and forgers. Each act knows beforehand whether it may succeed.
contract LedgerHandler is LedgerGovernance {
    /// @dev What is wrong with a step; nothing from `None` on.
    enum Flaw {
        Undeclared,
        WrongManager,
        OldHead,
        SameEpoch,
        OtherBook,
        OtherFlow,
        OtherWindow,
        OtherPortfolio,
        OtherMandate,
        OtherUniverse,
        None
    }

    uint256 private _books = 1_000;

    /// @dev Every portfolio is open to begin with.
    function setUp() public override {
        super.setUp();
        for (uint256 i; i < FUNDS; ++i) {
            salt = salts[i];
            _begin();
            while (!_fund().open) _openAt(_choose());
        }
    }

    /// @dev A market everybody may use, published now unless there is one; at times an older one. Mostly what is halted is
    ///      let go on before.
    function _choose() private returns (Snapshot storage market) {
        if (suspended && _pick(4) != 0) _toggle();
        if (_isPaused() && _pick(4) != 0) vm.warp(pausedUntil);
        if (_pick(16) != 0 && !_isUsable(markets[markets.length - 1])) _publishMarkets();
        uint256 back = _pick(16) == 0 ? _pick(3) : 0;
        return markets[markets.length > back ? markets.length - 1 - back : 0];
    }

    function _flawed(uint256[] memory x, Flaw flaw) private pure returns (uint256[] memory) {
        if (flaw == Flaw.SameEpoch) x[1] -= 1;
        if (flaw == Flaw.OtherBook) x[2] += 1;
        if (flaw == Flaw.OtherFlow) x[11] = (x[11] + 1) % PublicVector.FIELD;
        if (flaw == Flaw.OtherWindow) x[12] += 1;
        if (flaw == Flaw.OtherPortfolio) x[0] += 1;
        if (flaw == Flaw.OtherMandate) x[7] += 1;
        if (flaw == Flaw.OtherUniverse) x[8] ^= 1;
        return x;
    }

    /// @dev The next step of the portfolio of the moment, signed, and true of what it says unless it is undeclared.
    function _next(Snapshot storage market, Flaw flaw, bool compliant)
        private
        returns (uint256[] memory x, IRebalanceLedger.Submission memory submission)
    {
        _know(market);
        x = _flawed(_x(_fund().open ? ++_books : known.book, compliant), flaw);
        if (flaw == Flaw.WrongManager) managerKey = STRANGER_KEY;
        submission = _submission(x, _books);
        if (flaw == Flaw.Undeclared) return (x, submission);
        (, uint256 alpha, uint256 beta) = PublicVector.signals(REBALANCE, x, _books);
        DeclaredVerifier(address(verifier)).declare(_books, alpha, beta);
    }

    function _headFor(Flaw flaw) private view returns (IRebalanceLedger.Head memory head) {
        head = _head();
        if (flaw == Flaw.OldHead) head.book += 1;
    }

    function step(uint256 seed) external acting(seed) {
        Snapshot storage market = _choose();
        uint256 kind = _pick(60);
        Flaw flaw = kind < 10 ? Flaw(kind) : Flaw.None;
        (uint256[] memory x, IRebalanceLedger.Submission memory submission) =
            _next(market, flaw, _pick(4) != 0);
        bool possible = flaw == Flaw.None && _canMove() && _isUsable(market);
        bytes memory call = abi.encodeCall(ledger.rebalance, (_id(), _headFor(flaw), submission));
        if (_do(address(ledger), call, possible, "a step")) _stepped(x, market.time);
    }

    /// @dev All that are open move together, at one market, or none does. At times one of them is applied ahead, at times
    ///      one is not true.
    function batch(uint256 seed) external acting(seed) {
        Snapshot storage market = _choose();
        IRebalanceLedger.Entry[] memory list = new IRebalanceLedger.Entry[](FUNDS);
        uint256[][] memory vectors = new uint256[][](FUNDS);
        uint256[] memory order = new uint256[](FUNDS);
        bool possible = _pick(8) != 0;
        uint256 count;
        for (uint256 i; i < FUNDS; ++i) {
            salt = salts[i];
            if (!_fund().open) continue;
            Flaw flaw = !possible && count == 0 ? Flaw.Undeclared : Flaw.None;
            (uint256[] memory x, IRebalanceLedger.Submission memory submission) = _next(market, flaw, true);
            uint256 place = count++;
            for (; place > 0 && list[place - 1].portfolioId > _id(); --place) {
                (list[place], vectors[place], order[place]) = (list[place - 1], vectors[place - 1], order[place - 1]);
            }
            (list[place], vectors[place], order[place]) = (IRebalanceLedger.Entry(_id(), _head(), submission), x, i);
        }
        for (uint256 i; i < count; ++i) {
            salt = salts[order[i]];
            possible = possible && _canMove() && _isUsable(market);
        }
        if (count == 0) return;
        if (possible && _pick(4) == 0) {
            IRebalanceLedger.Entry memory one = list[0];
            _do(
                address(ledger),
                abi.encodeCall(ledger.rebalance, (one.portfolioId, one.head, one.submission)),
                true,
                "one ahead of its batch"
            );
        }
        assembly ("memory-safe") {
            mstore(list, count) // only shorter
        }
        bytes memory call = abi.encodeCall(ledger.rebalanceBatch, (list));
        if (!_do(address(ledger), call, possible, "a batch")) return;
        for (uint256 i; i < count; ++i) {
            salt = salts[order[i]];
            _know(market);
            _stepped(vectors[i], market.time);
        }
    }

    /// @dev A portfolio opens when none has its place, with its first mandate.
    function open(uint256 seed) external acting(seed) {
        if (_fund().open && _pick(8) != 0) return;
        _openAt(_choose());
    }

    function _openAt(Snapshot storage market) private {
        Fund storage fund = _fund();
        bool again = fund.open;
        (fund.known.book, fund.known.budget) = again ? (fund.known.book, fund.known.budget) : (++_books, EMPTY_BUDGET);
        if (!again) fund.bookUniverse = fund.active.universe;
        Flaw flaw = _pick(8) == 0 ? Flaw.Undeclared : Flaw.None;
        (uint256[] memory x, IRebalanceLedger.Submission memory submission) = _next(market, flaw, true);
        uint256 key = _attestor();
        Attestation memory attestation = _attestation(Kind.Open);
        (attestation.commitment, attestation.asOf) = (x[3], block.timestamp - _pick(100));
        bool possible =
            flaw == Flaw.None && !again && !_isPaused() && !suspended && _isUsable(market) && _isListed(key);
        bytes memory call =
            abi.encodeCall(ledger.open, (_creation(), submission, attestation, _attest(attestation, key)));
        if (!_do(address(ledger), call, possible, "an opening")) return;
        (fund.open, fund.compliant) = (true, true);
        (fund.attestedAt, fund.bookAsOf) = (attestation.asOf, attestation.asOf);
        _stepped(x, market.time);
    }

    /// @dev The ids of flows are few, so that they come again.
    function flow(uint256 seed) external acting(seed) {
        Fund storage fund = _fund();
        uint256 key = _attestor();
        Attestation memory attestation = _attestation(Kind.Flow);
        attestation.amount = int256(_pick(2e22)) - 1e22;
        attestation.flowId = bytes32(_pick(256));
        attestation.asOf = block.timestamp - _pick(60);
        bool isNew = !usedFlows[_id()][attestation.flowId] && attestation.asOf > fund.bookAsOf;
        bool hasRoom = fund.waiting.length - fund.firstWaiting < 64 && attestation.amount != 0;
        bool possible = fund.open && isNew && hasRoom && _isListed(key);
        bytes memory call = abi.encodeCall(ledger.recordFlow, (attestation, _attest(attestation, key)));
        if (!_do(address(ledger), call, possible, "a flow")) return;
        usedFlows[_id()][attestation.flowId] = true;
        fund.waiting.push(Waiting(attestation.amount, block.timestamp));
    }

    /// @dev Confirms a head since the last replacement, or one before it.
    function attest(uint256 seed) external acting(seed) {
        Fund storage fund = _fund();
        if (!fund.open) return;
        uint256 key = _attestor();
        uint256 back = _pick(_pick(4) == 0 ? 40 : 3);
        if (back >= fund.links.length) back = fund.links.length - 1;
        uint256 place = fund.links.length - 1 - back;
        IRebalanceLedger.Link[] memory later = new IRebalanceLedger.Link[](back);
        for (uint256 i; i < back; ++i) {
            later[i] = IRebalanceLedger.Link(fund.links[place + 1 + i].book, fund.links[place + 1 + i].budget);
        }
        Link storage link = fund.links[place];
        IRebalanceLedger.Head memory head = IRebalanceLedger.Head(link.previous, link.book, link.budget);
        Attestation memory attestation = _attestation(Kind.Confirm);
        (attestation.epoch, attestation.head) = (link.epoch, keccak256(abi.encode(head)));
        attestation.commitment = head.book;
        attestation.asOf = _pick(8) == 0 ? fund.attestedAt : block.timestamp - _pick(60);
        bool reaches = place >= fund.firstLink && back < 32;
        bool possible = reaches && attestation.asOf > fund.attestedAt && _isListed(key);
        bytes memory call =
            abi.encodeCall(ledger.attest, (attestation, _attest(attestation, key), head, later));
        if (_do(address(ledger), call, possible, "a confirmation")) fund.attestedAt = attestation.asOf;
    }

    function replace(uint256 seed) external acting(seed) {
        Fund storage fund = _fund();
        (known, managerKey) = (fund.known, fund.manager);
        uint256 key = _attestor();
        uint256 signer = _pick(8) == 0 ? STRANGER_KEY : managerKey;
        Attestation memory attestation = _replacement(++_books);
        if (_pick(8) == 0) attestation.epoch += 1;
        attestation.asOf = block.timestamp - _pick(60);
        uint256 waiting = fund.waiting.length;
        bool holds = fund.firstWaiting == waiting || attestation.asOf >= fund.waiting[waiting - 1].since;
        bool possible = fund.open && !_isPaused() && holds && attestation.asOf >= fund.attestedAt && _isListed(key)
            && signer == managerKey && attestation.epoch == known.epoch;
        bytes memory call = abi.encodeCall(
            ledger.replaceBook,
            (attestation, _attest(attestation, key), _head(), _replaceAuthorization(_books, signer))
        );
        if (!_do(address(ledger), call, possible, "a replacement")) return;
        if (!fund.replaced) fund.provenEpoch = known.epoch;
        (fund.replaced, fund.firstWaiting, fund.firstLink) = (true, waiting, fund.links.length);
        (fund.attestedAt, fund.bookAsOf) = (attestation.asOf, attestation.asOf);
        (known.previous, known.book, known.epoch) = (0, _books, known.epoch + 1);
        fund.known = known;
        fund.links.push(Link(0, known.book, known.budget, known.epoch));
    }

    /// @dev Governor and manager together; another portfolio takes the place.
    function close(uint256 seed) external acting(seed) {
        Fund storage fund = _fund();
        (known, managerKey) = (fund.known, fund.manager);
        uint256 kind = _pick(4);
        uint256 signer = kind == 1 ? STRANGER_KEY : managerKey;
        bytes memory call = abi.encodeCall(ledger.close, (_id(), _closeAuthorization(signer)));
        bool possible = fund.open && kind == 0;
        vm.prank(kind < 2 ? GOVERNOR : vm.addr(managerKey));
        if (!_do(address(ledger), call, possible, "an end")) return;
        ended.push(Ended(_id(), _headHash(), known.epoch));
        salt = bytes32(uint256(salt) + FUNDS);
        salts[_place] = salt;
        _begin();
    }
}
