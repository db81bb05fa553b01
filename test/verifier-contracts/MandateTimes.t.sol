// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Core, IMandates, Terms} from "../../verifier-contracts/interfaces/IMandates.sol";
import {IPortfolioRoles} from "../../verifier-contracts/interfaces/IPortfolioRoles.sol";
import {Fixture} from "./Fixture.sol";

/// @notice When a mandate is due: notice, minimum interval, and what tightens. The notice is 2 days, the interval 7.
contract MandateTimesTest is Fixture {
    uint256 private constant COST_CAP = 38;

    /// @dev The fixture's mandate with another cost cap; 50 is the first one's.
    function _cost(int256 cap) private view returns (int256[] memory vector) {
        vector = _limits(universeId);
        vector[COST_CAP] = cap;
    }

    function _scheduled(int256 cap) private returns (uint256 dueAt) {
        _schedule(_cost(cap), _terms(), uint256(cap));
        (,,, dueAt) = mandates.versions(_id());
    }

    function _begin() private {
        assertEq(_scheduled(50), START, "the first is due at once");
        mandates.activate(_id());
    }

    function _activated(int256 cap) private {
        mandates.activate(_id());
        (uint256 active,,,) = mandates.versions(_id());
        (,, int256[] memory vector) = mandates.mandate(_id(), active);
        assertEq(uint256(vector[COST_CAP]), uint256(cap), "active");
    }

    function _notDue(uint256 dueAt) private {
        vm.warp(dueAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IPortfolioRoles.NotDue.selector, _id(), dueAt));
        mandates.activate(_id());
        vm.warp(dueAt);
    }

    function testNothingIsActivatedThatIsNotScheduled() public {
        bytes memory nothing = abi.encodeWithSelector(IMandates.NothingScheduled.selector, _id());
        vm.expectRevert(nothing);
        mandates.activate(_id());
        _begin();
        vm.expectRevert(nothing);
        mandates.activate(_id());
    }

    function testLooseningWaitsTheNoticeAndTheInterval() public {
        _begin();
        // Within the minimum interval of the first, the interval decides; later the notice.
        assertEq(_scheduled(51), START + 7 days, "interval");
        vm.warp(START + 5 days);
        assertEq(_scheduled(51), START + 7 days, "both at once");
        vm.warp(START + 5 days + 1);
        assertEq(_scheduled(51), START + 7 days + 1, "notice");
        _notDue(START + 7 days + 1);
        _activated(51);
    }

    function testTighteningIsDueAtOnceAlsoRightAfterALoosening() public {
        _begin();
        vm.warp(START + 5 days);
        _scheduled(51);
        _notDue(START + 7 days);
        _activated(51);
        assertEq(_scheduled(49), block.timestamp, "at once");
        _activated(49);
    }

    function testTighteningIsDecidedFieldByFieldOnChain() public {
        _begin();
        int256[] memory vector = _cost(1);
        vector[39] += 1;
        _schedule(vector, _terms(), 2);
        (,,, uint256 dueAt) = mandates.versions(_id());
        assertEq(dueAt, START + 7 days, "one field looser");
        _schedule(_cost(1), _withTerm(_terms(), 2, 1 days + 1), 3);
        (,,, dueAt) = mandates.versions(_id());
        assertEq(dueAt, START + 7 days, "one term looser");
        _schedule(_cost(1), _withTerm(_terms(), 2, 1 days - 1), 4);
        (,,, dueAt) = mandates.versions(_id());
        assertEq(dueAt, START, "all stricter");
    }

    function testOneTighteningAnIntervalNeedsNoNoticeAndNoneWaitsLonger() public {
        _begin();
        assertEq(_scheduled(49), START, "the first tightening: at once");
        _activated(49);
        // The next may go without notice 7 days later, and waits the notice until then.
        assertEq(_scheduled(48), START + 2 days, "the second: the notice");
        vm.warp(START + 5 days - 1);
        assertEq(_scheduled(48), START + 7 days - 1, "the notice is still the shorter");
        vm.warp(START + 5 days);
        assertEq(_scheduled(48), START + 7 days, "both at once");
        vm.warp(START + 6 days);
        assertEq(_scheduled(48), START + 7 days, "the rest of the interval is the shorter");
        _notDue(START + 7 days);
        _activated(48);
        assertEq(_scheduled(47), START + 9 days, "that was again without its notice");
        _notDue(START + 9 days);
        _activated(47);
        assertEq(_scheduled(46), START + 9 days + 2 days, "one with its notice starts no interval anew");
        vm.warp(START + 14 days);
        assertEq(_scheduled(46), START + 14 days, "so that the next is free after the last one without");
    }

    /// @dev With an interval below the notice, tightenings without notice are a notice apart.
    function testAShortIntervalBuysNoMoreTightenings() public {
        _schedule(_cost(50), _withTerm(_terms(), 6, 1 hours), 1);
        mandates.activate(_id());
        _schedule(_cost(49), _withTerm(_terms(), 6, 1 hours), 2);
        mandates.activate(_id());
        vm.warp(START + 1 hours);
        _schedule(_cost(48), _withTerm(_terms(), 6, 1 hours), 3);
        (,,, uint256 dueAt) = mandates.versions(_id());
        assertEq(dueAt, START + 2 days, "a notice after the last");
    }

    function testALongIntervalHoldsUpNoTightening() public {
        _schedule(_cost(50), _withTerm(_terms(), 6, 366 days), 1);
        mandates.activate(_id());
        for (int256 cap = 49; cap > 46; --cap) {
            _schedule(_cost(cap), _withTerm(_terms(), 6, 366 days), uint256(cap));
            (,,, uint256 dueAt) = mandates.versions(_id());
            assertEq(dueAt, cap == 49 ? START : block.timestamp + 2 days, "no longer than the notice");
            vm.warp(dueAt);
            _activated(cap);
        }
        assertEq(_scheduled(50), block.timestamp + 366 days, "what loosens waits the interval");
    }

    /// @dev Tighten and loosen again: the way back has the whole notice, and a loosening announced before does not survive.
    function testNoTighteningShortensANotice() public {
        _begin();
        _scheduled(60);
        vm.warp(START + 6 days);
        assertEq(_scheduled(49), START + 6 days, "takes the waiting one's place");
        _activated(49);
        vm.warp(START + 30 days);
        vm.expectRevert(abi.encodeWithSelector(IMandates.NothingScheduled.selector, _id()));
        mandates.activate(_id());
        assertEq(_scheduled(50), START + 32 days, "back to where it was");
        vm.warp(START + 31 days);
        assertEq(_scheduled(50), START + 33 days, "scheduled again, its notice starts anew");
    }

    function testAWaitingMandateIsCancelled() public {
        _begin();
        vm.expectRevert(abi.encodeWithSelector(IMandates.NothingScheduled.selector, _id()));
        vm.prank(GOVERNOR);
        mandates.cancel(_id());
        _scheduled(51);
        vm.warp(START + 8 days);
        vm.expectRevert(abi.encodeWithSelector(IPortfolioRoles.NotGovernor.selector, _id(), address(this)));
        mandates.cancel(_id());
        vm.prank(GOVERNOR);
        mandates.cancel(_id());
        (uint256 active,, uint256 waiting, uint256 dueAt) = mandates.versions(_id());
        assertTrue(active == 1 && waiting == 0 && dueAt == 0, "none waits");
        vm.expectRevert(abi.encodeWithSelector(IMandates.NothingScheduled.selector, _id()));
        mandates.activate(_id());
        (Core memory core, Terms memory terms,) = mandates.mandate(_id(), 2);
        assertTrue(core.digest == 51 && terms.grace == 10 minutes, "what never was in force stays readable");
        assertEq(_scheduled(51), START + 10 days, "a notice of its own");
        (,, waiting,) = mandates.versions(_id());
        assertEq(waiting, 3, "versions are not given out twice");
        vm.expectRevert(abi.encodeWithSelector(IMandates.UnknownMandate.selector, _id(), 4));
        mandates.mandate(_id(), 4);
    }
}
