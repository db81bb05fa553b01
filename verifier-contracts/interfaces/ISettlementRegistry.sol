// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @notice Rules by which pools of a venue trade.
enum VenueKind {
    UniswapV2,
    UniswapV3
}

/// @notice The pools that one factory has made. `feePips` is the fee of every Uniswap V2 pair of the factory, in 1e-6 of what
///         goes in; 0 for Uniswap V3, whose pools state their own.
struct Venue {
    VenueKind kind;
    address factory;
    uint24 feePips;
}

/// @notice What the open legs of a portfolio in a universe are settled in: the quote token, one token per instrument (0 for
///         one that is not traded here), and the venues. Instruments with a token are spots of account `account`: the vault.
struct Listing {
    uint256 universeId;
    uint8 account;
    address quote;
    address[] tokens;
    Venue[] venues;
}

/// @notice One instrument of a listing as kept: a unit is `contractSizeE8` / 1e8 coins of a token with `decimals` decimals.
struct Asset {
    address token;
    uint8 decimals;
    uint64 contractSizeE8;
}

/// @notice A listing as kept, with what the tokens and the universe said of it.
struct Settlement {
    uint8 account;
    uint8 quoteDecimals;
    address quote;
    Asset[] assets;
    Venue[] venues;
}

/// @title  ISettlementRegistry
/// @notice What each portfolio settles open trades in, by its governor's word and with public notice.
interface ISettlementRegistry {
    /// @notice A portfolio's open legs in a universe are settled like this from `dueAt`.
    event SettlementListed(
        bytes32 indexed portfolioId, uint256 indexed universeId, uint256 dueAt, address vault, Settlement settlement
    );

    /// @notice Field `field` of a listing is not a value it may have; `index` counts tokens or venues.
    error InvalidListing(string field, uint256 index);
    /// @notice The portfolio has no listing for the universe of its mandate.
    error NotListed(bytes32 portfolioId, uint256 universeId);

    /// @notice Announces a listing; the portfolio's governor only. The first for a universe is in force at once, a later one
    ///         after the notice of mandates. Replaces one that was waiting. The first of all makes the portfolio's vault.
    function list(bytes32 portfolioId, Listing calldata listing) external returns (uint256 dueAt);

    /// @notice The listing in force for a universe. Reverts when there is none.
    function settlementOf(bytes32 portfolioId, uint256 universeId) external view returns (Settlement memory);

    /// @notice The listing announced last, and from when it is in force.
    function announced(bytes32 portfolioId, uint256 universeId)
        external
        view
        returns (uint256 dueAt, Settlement memory);
}
