// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Core} from "../../verifier-contracts/interfaces/IMandates.sol";
import {IPortfolioRoles, Roles} from "../../verifier-contracts/interfaces/IPortfolioRoles.sol";
import {IRebalanceLedger} from "../../verifier-contracts/interfaces/IRebalanceLedger.sol";
import {LedgerFixture} from "./LedgerFixture.sol";

/// @notice Another governor and another manager: with notice, in their own step, and known wherever they count.
contract PortfolioRolesTest is LedgerFixture {
    uint256 private constant NEXT_KEY = 0xB1;
    address private constant NEXT = address(0x61);

    function _proposeGovernor(address governor) private {
        vm.prank(GOVERNOR);
        mandates.proposeGovernor(_id(), governor);
    }

    function _proposeManager(address manager) private {
        vm.prank(GOVERNOR);
        mandates.proposeManager(_id(), manager);
    }

    function _notDue() private view returns (bytes memory) {
        return abi.encodeWithSelector(IPortfolioRoles.NotDue.selector, _id(), START + NOTICE);
    }

    function _notProposed(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IPortfolioRoles.NotProposed.selector, _id(), caller);
    }

    function testRolesStartAsTheParametersSay() public view {
        Roles memory roles = mandates.rolesOf(_id());
        assertTrue(roles.governor == GOVERNOR && roles.manager == _creation().manager, "creation");
        assertTrue(mandates.governorOf("unknown") == address(0), "nobody governs what has not begun");
    }

    function testTheProposedGovernorTakesOverAfterTheNotice() public {
        _proposeGovernor(NEXT);
        vm.warp(START + NOTICE - 1);
        vm.prank(NEXT);
        vm.expectRevert(_notDue());
        mandates.acceptGovernor(_id());
        vm.warp(START + NOTICE);
        vm.prank(GOVERNOR);
        vm.expectRevert(_notProposed(GOVERNOR));
        mandates.acceptGovernor(_id());
        assertTrue(mandates.governorOf(_id()) == GOVERNOR, "until it is accepted");
        vm.prank(NEXT);
        mandates.acceptGovernor(_id());
        vm.prank(NEXT);
        vm.expectRevert(_notProposed(NEXT));
        mandates.acceptGovernor(_id());

        // The portfolio's id is what it was, and its governor is not.
        assertEq(_scheduleAs(NEXT, _limits(universeId), _terms(), 501), 2, "schedules");
        (Core memory core,,) = mandates.mandate(_id(), 2);
        assertTrue(core.manager == _creation().manager, "manager");
        vm.prank(GOVERNOR);
        vm.expectRevert(abi.encodeWithSelector(IPortfolioRoles.NotGovernor.selector, _id(), GOVERNOR));
        mandates.cancel(_id());
    }

    function testAnotherProposalStartsItsNoticeAnewAndNobodyWithdraws() public {
        _proposeGovernor(NEXT);
        vm.warp(START + 1 days);
        _proposeGovernor(address(0x62));
        vm.warp(START + NOTICE);
        vm.prank(NEXT);
        vm.expectRevert(_notProposed(NEXT));
        mandates.acceptGovernor(_id());
        vm.prank(address(0x62));
        vm.expectRevert(abi.encodeWithSelector(IPortfolioRoles.NotDue.selector, _id(), START + 1 days + NOTICE));
        mandates.acceptGovernor(_id());
        _proposeGovernor(address(0));
        vm.warp(START + 30 days);
        vm.prank(address(0x62));
        vm.expectRevert(_notProposed(address(0x62)));
        mandates.acceptGovernor(_id());
    }

    function testTheManagerRotatesAfterTheNotice() public {
        _openPortfolio();
        address next = vm.addr(NEXT_KEY);
        _proposeManager(next);
        vm.warp(START + NOTICE - 1);
        vm.expectRevert(_notDue());
        mandates.rotateManager(_id());
        _market(901);
        _rebalance(2, true);
        IRebalanceLedger.Submission memory signedBefore = _submission(_x(3, true), 78);
        vm.warp(START + NOTICE);
        mandates.rotateManager(_id());
        vm.expectRevert(_notProposed(address(this)));
        mandates.rotateManager(_id());

        IRebalanceLedger.Portfolio memory p = ledger.portfolio(_id());
        assertTrue(p.manager == next && p.mandateVersion == 1, "the same mandate with another manager");
        assertTrue(ledger.lastProof(_id()).underActiveMandate, "what was proven still is");
        IRebalanceLedger.Head memory head = _head();
        vm.expectPartialRevert(IRebalanceLedger.NotAuthorized.selector);
        ledger.rebalance(_id(), head, signedBefore);
        managerKey = NEXT_KEY;
        _rebalance(3, true);
    }

    function testAMandateThatWaitedComesInForceWithTheManagerOfThen() public {
        _openPortfolio();
        _schedule(_limits(universeId), _terms(), 501);
        _proposeManager(vm.addr(NEXT_KEY));
        vm.warp(START + NOTICE);
        mandates.rotateManager(_id());
        mandates.activate(_id());
        (known.mandate, managerKey) = (501, NEXT_KEY);
        _market(901);
        _rebalance(2, true);
        (Core memory core,,) = mandates.mandate(_id(), 2);
        assertTrue(core.manager == vm.addr(NEXT_KEY), "as it is read");
        (core,,) = mandates.mandate(_id(), 1);
        assertEq(core.digest, MANDATE_DIGEST, "the first is still there");
    }

    function testAPortfolioMayRotateItsManagerBeforeItOpens() public {
        _proposeManager(vm.addr(NEXT_KEY));
        vm.warp(START + NOTICE);
        mandates.rotateManager(_id());
        managerKey = NEXT_KEY;
        _market(901);
        _openPortfolio();
    }

    function testAManagerIsWithdrawn() public {
        _proposeManager(vm.addr(NEXT_KEY));
        _proposeManager(address(0));
        vm.warp(START + NOTICE);
        vm.expectRevert(_notProposed(address(this)));
        mandates.rotateManager(_id());
    }

    function testBothCloseAsTheyAreNow() public {
        _openPortfolio();
        _proposeGovernor(NEXT);
        _proposeManager(vm.addr(NEXT_KEY));
        vm.warp(START + NOTICE);
        mandates.rotateManager(_id());
        vm.prank(NEXT);
        mandates.acceptGovernor(_id());
        bytes memory before = _closeAuthorization(MANAGER_KEY);
        bytes memory next = _closeAuthorization(NEXT_KEY);
        vm.prank(GOVERNOR);
        vm.expectRevert(abi.encodeWithSelector(IRebalanceLedger.WrongCaller.selector, GOVERNOR));
        ledger.close(_id(), next);
        vm.prank(NEXT);
        vm.expectPartialRevert(IRebalanceLedger.NotAuthorized.selector);
        ledger.close(_id(), before);
        vm.prank(NEXT);
        ledger.close(_id(), next);
        // Whatever its governor still does, a closed record says what it said.
        IRebalanceLedger.Portfolio memory p = ledger.portfolio(_id());
        _scheduleAs(NEXT, _limits(universeId), _terms(), 501);
        mandates.activate(_id());
        assertEq(keccak256(abi.encode(ledger.portfolio(_id()))), keccak256(abi.encode(p)), "closed");
    }
}
