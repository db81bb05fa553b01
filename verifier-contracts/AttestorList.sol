// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {GovernorWithNotice} from "./GovernorWithNotice.sol";
import {IAttestorList} from "./interfaces/IAttestorList.sol";
import {Layout} from "./libraries/Layout.sol";

/// @title  AttestorList
/// @dev    A change is read by its date, so that it takes effect in the second it was announced for, whoever does what.
contract AttestorList is IAttestorList, GovernorWithNotice {
    struct Listing {
        uint8 tier; // slot 0, bits  0–7, until `dueAt`, or for ever when that is 0
        uint8 next; // slot 0, bits  8–15, from `dueAt` on
        uint40 dueAt; // slot 0, bits 16–55
    }

    mapping(address attestor => Listing) private _listings;

    /// @param attestors Listed from the start, with the highest evidence tier each may state.
    constructor(address governor, uint256 notice, address[] memory attestors, uint8[] memory tiers)
        GovernorWithNotice(governor, notice)
    {
        if (tiers.length != attestors.length) revert TiersNotOfAttestors(tiers.length, attestors.length);
        for (uint256 i; i < attestors.length; ++i) {
            _checkTier(attestors[i], tiers[i]);
            _listings[attestors[i]].tier = tiers[i];
            emit AttestorScheduled(attestors[i], tiers[i], block.timestamp);
        }
    }

    /// @inheritdoc IAttestorList
    function scheduleAttestor(address attestor, uint8 tier) external onlyGovernor {
        _checkTier(attestor, tier);
        uint256 dueAt = block.timestamp + NOTICE;
        _listings[attestor] = Listing(tierOf(attestor), tier, uint40(dueAt));
        emit AttestorScheduled(attestor, tier, dueAt);
    }

    /// @inheritdoc IAttestorList
    function cancelAttestor(address attestor) external onlyGovernor {
        (, uint256 dueAt) = scheduled(attestor);
        if (dueAt == 0) revert NothingScheduled(attestor);
        (_listings[attestor].next, _listings[attestor].dueAt) = (0, 0);
        emit AttestorCancelled(attestor);
    }

    /// @inheritdoc IAttestorList
    function tierOf(address attestor) public view returns (uint8) {
        Listing memory listing = _listings[attestor];
        return listing.dueAt != 0 && block.timestamp >= listing.dueAt ? listing.next : listing.tier;
    }

    /// @inheritdoc IAttestorList
    function scheduled(address attestor) public view returns (uint8, uint256) {
        Listing memory listing = _listings[attestor];
        return block.timestamp < listing.dueAt ? (listing.next, listing.dueAt) : (0, 0);
    }

    function _checkTier(address attestor, uint8 tier) private pure {
        uint256 most = Layout.TERM_ATTESTATION_TIER_HI;
        if (tier > most) revert TierOutOfRange(attestor, tier, most);
    }
}
