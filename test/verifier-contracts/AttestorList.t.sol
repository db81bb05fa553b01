// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {AttestorList} from "../../verifier-contracts/AttestorList.sol";
import {IAttestorList} from "../../verifier-contracts/interfaces/IAttestorList.sol";
import {IRebalanceLedger} from "../../verifier-contracts/interfaces/IRebalanceLedger.sol";
import {Attestation, Kind, Word} from "../../verifier-contracts/libraries/Attestations.sol";
import {LedgerFixture} from "./LedgerFixture.sol";

/// @notice Who may attest changes in the announced second, by the list's governor.
contract AttestorListTest is LedgerFixture {
    uint256 private constant NEW_KEY = 0xC1;
    address private constant NEXT = address(0x71);

    function _schedule(address attestor, uint8 tier) private {
        vm.prank(LIST_GOVERNOR);
        attestors.scheduleAttestor(attestor, tier);
    }

    function _tier(uint256 key) private view returns (uint256) {
        return attestors.tierOf(vm.addr(key));
    }

    function testAnAttestorIsListedInTheAnnouncedSecond() public {
        _openPortfolio();
        address attestor = vm.addr(NEW_KEY);
        _schedule(attestor, 3);
        (uint8 tier, uint256 dueAt) = attestors.scheduled(attestor);
        assertTrue(tier == 3 && dueAt == START + NOTICE, "announced");
        vm.warp(START + NOTICE - 1);
        Attestation memory a = _attestation(Kind.Flow);
        (a.amount, a.flowId) = (1, "f");
        Word[] memory words = _attest(a, NEW_KEY);
        vm.expectRevert(abi.encodeWithSelector(IRebalanceLedger.NotAttested.selector, attestor, 1));
        ledger.recordFlow(a, words);
        vm.warp(START + NOTICE);
        assertEq(_tier(NEW_KEY), 3, "listed");
        (tier, dueAt) = attestors.scheduled(attestor);
        assertTrue(tier == 0 && dueAt == 0, "nothing more waits");
        ledger.recordFlow(a, words);
    }

    function testAnAttestorLeavesInTheAnnouncedSecond() public {
        _schedule(vm.addr(ATTESTOR_KEY), 0);
        vm.warp(START + NOTICE - 1);
        assertEq(_tier(ATTESTOR_KEY), 2, "last second");
        vm.warp(START + NOTICE);
        assertEq(_tier(ATTESTOR_KEY), 0, "gone");
    }

    function testALaterAnnouncementTakesThePlaceAndStartsAnew() public {
        _schedule(vm.addr(ATTESTOR_KEY), 3);
        vm.warp(START + 1 days);
        _schedule(vm.addr(ATTESTOR_KEY), 1);
        vm.warp(START + 1 days + NOTICE - 1);
        assertEq(_tier(ATTESTOR_KEY), 2, "as it was");
        vm.warp(START + 1 days + NOTICE);
        assertEq(_tier(ATTESTOR_KEY), 1, "the later one");
        _schedule(vm.addr(ATTESTOR_KEY), 3);
        assertEq(_tier(ATTESTOR_KEY), 1, "what took effect stays until then");
    }

    function testAnAnnouncementIsCancelledOnlyBeforeItsTime() public {
        address attestor = vm.addr(ATTESTOR_KEY);
        bytes memory nothing = abi.encodeWithSelector(IAttestorList.NothingScheduled.selector, attestor);
        vm.prank(LIST_GOVERNOR);
        vm.expectRevert(nothing);
        attestors.cancelAttestor(attestor);
        _schedule(attestor, 0);
        vm.warp(START + NOTICE - 1);
        vm.prank(LIST_GOVERNOR);
        attestors.cancelAttestor(attestor);
        vm.warp(START + NOTICE);
        assertEq(_tier(ATTESTOR_KEY), 2, "stays");
        _schedule(attestor, 0);
        vm.warp(START + 2 * NOTICE);
        vm.prank(LIST_GOVERNOR);
        vm.expectRevert(nothing);
        attestors.cancelAttestor(attestor);
        assertEq(_tier(ATTESTOR_KEY), 0, "gone");
    }

    function testTiersAreAtMostThree() public {
        _schedule(NEXT, 3);
        bytes memory refused = abi.encodeWithSelector(IAttestorList.TierOutOfRange.selector, NEXT, 4, 3);
        vm.prank(LIST_GOVERNOR);
        vm.expectRevert(refused);
        attestors.scheduleAttestor(NEXT, 4);
        (address[] memory list, uint8[] memory tiers) = (new address[](1), new uint8[](1));
        (list[0], tiers[0]) = (NEXT, 4);
        vm.expectRevert(refused);
        new AttestorList(LIST_GOVERNOR, NOTICE, list, tiers);
    }

    function testEachAttestorHasOneTierAtDeployment() public {
        for (uint256 count; count < 4; ++count) {
            (address[] memory list, uint8[] memory tiers) = (new address[](2), new uint8[](count));
            (list[0], list[1]) = (NEXT, address(0x72));
            for (uint256 i; i < count; ++i) tiers[i] = 1;
            if (count != 2) vm.expectRevert(abi.encodeWithSelector(IAttestorList.TiersNotOfAttestors.selector, count, 2));
            AttestorList made = new AttestorList(LIST_GOVERNOR, NOTICE, list, tiers);
            if (count == 2) assertEq(made.tierOf(NEXT) + made.tierOf(address(0x72)), 2, "listed");
        }
    }
}
