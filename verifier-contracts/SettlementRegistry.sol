// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {FundVaults} from "./FundVaults.sol";
import {IERC20} from "./interfaces/IERC20.sol";
import {IMarketSnapshots} from "./interfaces/IMarketSnapshots.sol";
import {Asset, ISettlementRegistry, Listing, Settlement, Venue, VenueKind} from "./interfaces/ISettlementRegistry.sol";
import {CodeBlob} from "./libraries/CodeBlob.sol";
import {Instrument, Instruments} from "./libraries/Instruments.sol";

/// @title  SettlementRegistry
/// @dev    A universe never changes, so what its slots are settled in is kept per portfolio and universe: with another
///         universe comes another listing, and the legs of one are never settled by the other's. Decimals and contract
///         sizes are read when listed and kept, so that no token changes them later.
abstract contract SettlementRegistry is ISettlementRegistry, FundVaults {
    struct Record {
        address active; // slot 0, bits 0–159, blob of the listing in force before the waiting one is due
        address waiting; // slot 1, bits 0–159, blob of the listing announced last
        uint40 dueAt; // slot 1, bits 160–199
    }

    uint256 private constant _DECIMALS_MAX = 24;
    uint256 private constant _VENUES_MAX = 16;
    uint256 private constant _PIPS = 1e6;

    IMarketSnapshots public immutable SNAPSHOTS;

    mapping(bytes32 portfolioId => mapping(uint256 universeId => Record)) private _records;

    constructor(IMarketSnapshots snapshots) {
        SNAPSHOTS = snapshots;
    }

    /// @inheritdoc ISettlementRegistry
    function list(bytes32 portfolioId, Listing calldata listing) external returns (uint256 dueAt) {
        _onlyGovernor(portfolioId);
        Settlement memory settlement = _checked(listing);
        address blob = address(new CodeBlob(abi.encode(settlement)));

        Record storage record = _records[portfolioId][listing.universeId];
        address current = _current(record);
        dueAt = block.timestamp;
        if (current != address(0)) dueAt += MANDATES.NOTICE();
        (record.active, record.waiting, record.dueAt) = (current, blob, uint40(dueAt));
        address vault = _vaultFor(portfolioId);
        emit SettlementListed(portfolioId, listing.universeId, dueAt, vault, settlement);
    }

    /// @inheritdoc ISettlementRegistry
    function settlementOf(bytes32 portfolioId, uint256 universeId) external view returns (Settlement memory) {
        return _settlement(portfolioId, universeId);
    }

    /// @inheritdoc ISettlementRegistry
    function announced(bytes32 portfolioId, uint256 universeId) external view returns (uint256, Settlement memory) {
        Record storage record = _records[portfolioId][universeId];
        if (record.waiting == address(0)) revert NotListed(portfolioId, universeId);
        return (record.dueAt, abi.decode(record.waiting.code, (Settlement)));
    }

    function _settlement(bytes32 portfolioId, uint256 universeId) internal view returns (Settlement memory) {
        address blob = _current(_records[portfolioId][universeId]);
        if (blob == address(0)) revert NotListed(portfolioId, universeId);
        return abi.decode(blob.code, (Settlement));
    }

    function _current(Record storage record) private view returns (address) {
        return record.waiting != address(0) && block.timestamp >= record.dueAt ? record.waiting : record.active;
    }

    function _checked(Listing calldata listing) private view returns (Settlement memory settlement) {
        Instrument[] memory instruments = SNAPSHOTS.universe(listing.universeId);
        uint256 count = listing.tokens.length;
        if (count != instruments.length) revert InvalidListing("tokens", count);
        settlement.account = listing.account;
        (settlement.quote, settlement.quoteDecimals) = (listing.quote, _decimalsOf(listing.quote, "quote", 0));
        settlement.assets = new Asset[](count);
        for (uint256 i; i < count; ++i) {
            address token = listing.tokens[i];
            if (token == address(0)) continue;
            if (instruments[i].kind != Instruments.SPOT) revert InvalidListing("kind", i);
            if (instruments[i].account != listing.account) revert InvalidListing("account", i);
            if (token == listing.quote) revert InvalidListing("tokens", i);
            for (uint256 j; j < i; ++j) if (listing.tokens[j] == token) revert InvalidListing("tokens", i);
            settlement.assets[i] = Asset(token, _decimalsOf(token, "tokens", i), instruments[i].contractSizeE8);
        }
        count = listing.venues.length;
        if (count == 0 || count > _VENUES_MAX) revert InvalidListing("venues", count);
        for (uint256 i; i < count; ++i) {
            Venue calldata venue = listing.venues[i];
            if (venue.factory.code.length == 0) revert InvalidListing("factory", i);
            bool own = venue.kind == VenueKind.UniswapV3;
            if (own ? venue.feePips != 0 : venue.feePips >= _PIPS) revert InvalidListing("feePips", i);
        }
        settlement.venues = listing.venues;
    }

    function _decimalsOf(address token, string memory field, uint256 index) private view returns (uint8 decimals) {
        if (token.code.length == 0) revert InvalidListing(field, index);
        decimals = IERC20(token).decimals();
        if (decimals > _DECIMALS_MAX) revert InvalidListing("decimals", index);
    }
}
