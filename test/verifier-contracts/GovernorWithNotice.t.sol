// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {AttestorList} from "../../verifier-contracts/AttestorList.sol";
import {Groth16Verifier} from "../../verifier-contracts/Groth16Verifier.sol";
import {Mandates} from "../../verifier-contracts/Mandates.sol";
import {MarketSettings} from "../../verifier-contracts/MarketSettings.sol";
import {IAttestorList} from "../../verifier-contracts/interfaces/IAttestorList.sol";
import {IGovernorWithNotice} from "../../verifier-contracts/interfaces/IGovernorWithNotice.sol";
import {IKeyGuard} from "../../verifier-contracts/interfaces/IKeyGuard.sol";
import {IMarketSettings} from "../../verifier-contracts/interfaces/IMarketSettings.sol";
import {Notices} from "../../verifier-contracts/libraries/Notices.sol";
import {Fixture} from "./Fixture.sol";

/// @notice The governors of the list of attestors, of the market's settings and of the verifier change in the same way.
contract GovernorWithNoticeTest is Fixture {
    address private constant _NEXT = address(0x71);
    address private constant _STRANGER = address(0x72);

    struct Office {
        IGovernorWithNotice seat;
        address governor;
        bytes act;
    }

    function _offices() private returns (Office[3] memory list) {
        list[0] = Office(attestors, LIST_GOVERNOR, abi.encodeCall(IAttestorList.scheduleAttestor, (_STRANGER, 1)));
        list[1] = Office(settings, GOVERNOR, abi.encodeCall(IMarketSettings.schedule, (settings.active())));
        IGovernorWithNotice real = new Groth16Verifier(GOVERNOR);
        list[2] = Office(real, GOVERNOR, abi.encodeCall(IKeyGuard.scheduleGuardian, (_STRANGER)));
    }

    function _notGovernor(address caller) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IGovernorWithNotice.NotGovernor.selector, caller);
    }

    function _propose(Office memory office, address next) private {
        vm.prank(office.governor);
        office.seat.proposeGovernor(next);
    }

    /// @dev Expects the office's own act to be done, or to be refused by name.
    function _acts(Office memory office, address caller, bool may) private {
        vm.prank(caller);
        (bool success, bytes memory answer) = address(office.seat).call(office.act);
        assertTrue(success == may, "acts");
        if (!may) assertEq(keccak256(answer), keccak256(_notGovernor(caller)), "not the governor");
    }

    function _refusedAs(Office memory office, address caller, bytes memory error_) private {
        vm.prank(caller);
        vm.expectRevert(error_);
        office.seat.acceptGovernor();
    }

    function _notProposed(address caller) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IGovernorWithNotice.NotProposed.selector, caller);
    }

    function _notOver(uint256 dueAt) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IGovernorWithNotice.NoticeNotOver.selector, dueAt);
    }

    function _is(Office memory office, address governor, address next, uint256 dueAt) private view {
        (address governs, address proposed, uint256 due) = office.seat.governors();
        assertTrue(governs == governor && proposed == next && due == dueAt, "governors");
    }

    function testTheOfficePassesInTwoStepsWithNotice() public {
        Office[3] memory offices = _offices();
        for (uint256 i; i < 3; ++i) {
            vm.warp(START);
            Office memory office = offices[i];
            assertEq(office.seat.NOTICE(), NOTICE, "notice");
            vm.prank(_STRANGER);
            vm.expectRevert(_notGovernor(_STRANGER));
            office.seat.proposeGovernor(_STRANGER);
            _propose(office, _NEXT);
            _is(office, office.governor, _NEXT, START + NOTICE);

            vm.warp(START + NOTICE - 1);
            _refusedAs(office, _NEXT, _notOver(START + NOTICE));
            _acts(office, _NEXT, false);
            vm.warp(START + NOTICE);
            _refusedAs(office, _STRANGER, _notProposed(_STRANGER));
            _refusedAs(office, office.governor, _notProposed(office.governor));
            _acts(office, office.governor, true);
            vm.prank(_NEXT);
            office.seat.acceptGovernor();
            _is(office, _NEXT, address(0), 0);
            _refusedAs(office, _NEXT, _notProposed(_NEXT));
            _acts(office, office.governor, false);
            _acts(office, _NEXT, true);
        }
    }

    function testAnotherProposalStartsItsNoticeAnew() public {
        Office[3] memory offices = _offices();
        for (uint256 i; i < 3; ++i) {
            vm.warp(START);
            _propose(offices[i], _NEXT);
            vm.warp(START + NOTICE - 1);
            _propose(offices[i], _STRANGER);
            vm.warp(START + 2 * NOTICE - 2);
            _refusedAs(offices[i], _NEXT, _notProposed(_NEXT));
            _refusedAs(offices[i], _STRANGER, _notOver(START + 2 * NOTICE - 1));
        }
    }

    function testAProposalIsWithdrawn() public {
        Office[3] memory offices = _offices();
        for (uint256 i; i < 3; ++i) {
            vm.warp(START);
            _propose(offices[i], _NEXT);
            _propose(offices[i], address(0));
            _is(offices[i], offices[i].governor, address(0), 0);
            vm.warp(START + NOTICE);
            _refusedAs(offices[i], _NEXT, _notProposed(_NEXT));
        }
    }

    /// @dev Who governs the verifier ends a pause, and who did does not.
    function testAPauseIsEndedByTheGovernorOfTheMoment() public {
        verifier.proposeGovernor(_NEXT);
        vm.warp(START + NOTICE);
        vm.prank(_NEXT);
        verifier.acceptGovernor();
        vm.prank(GUARDIAN);
        verifier.pause(REBALANCE, block.timestamp + 1 hours);
        vm.expectRevert(abi.encodeWithSelector(IKeyGuard.NotGuardian.selector, address(this)));
        verifier.unpause(REBALANCE);
        vm.prank(_NEXT);
        verifier.unpause(REBALANCE);
    }

    /// @dev Deploys one of the contracts that have a notice; those but the last, a governor.
    function deploy(uint256 which, address governor, uint256 notice) external {
        address[] memory signers = settings.active().riskSigners;
        if (which == 0) new AttestorList(governor, notice, signers, new uint8[](1));
        if (which == 1) new MarketSettings(governor, notice, signers, 1, address(0), 0);
        if (which == 2) new Groth16Verifier(governor);
        if (which == 3) new Mandates(verifier, snapshots, ledger, MANDATE, _shape(), notice);
    }

    function testADeploymentHasAGovernor() public {
        for (uint256 which; which < 3; ++which) {
            vm.expectRevert(abi.encodeWithSelector(IGovernorWithNotice.NoGovernor.selector));
            this.deploy(which, address(0), NOTICE);
        }
    }

    function testANoticeIsSeenAndEnds() public {
        uint256[3] memory noticed = [uint256(0), 1, 3];
        uint256[4] memory bad = [uint256(0), 1 hours - 1, 30 days + 1, 1 << 40];
        bytes4 selector = Notices.NoticeOutOfRange.selector;
        for (uint256 i; i < 3; ++i) {
            for (uint256 j; j < 4; ++j) {
                vm.expectRevert(abi.encodeWithSelector(selector, bad[j], 1 hours, 30 days));
                this.deploy(noticed[i], GOVERNOR, bad[j]);
            }
            this.deploy(noticed[i], GOVERNOR, 1 hours);
            this.deploy(noticed[i], GOVERNOR, 30 days);
        }
    }
}
