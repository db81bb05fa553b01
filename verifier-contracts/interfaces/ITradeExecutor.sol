// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @notice A part of a leg: `quantity` of slot `slot` (1e-8 unit) in one pool of venue number `venue`. Whether it is bought or
///         sold, and at what price at worst, is the proven leg's.
struct Route {
    uint8 slot;
    uint8 venue;
    address pool;
    uint64 quantity;
}

/// @title  ITradeExecutor
/// @notice Does the legs of a proven open trade, all of them or none, each no worse than proven.
interface ITradeExecutor {
    /// @notice A leg was done: what the vault got of the instrument's token and of the quote token, negative where it gave.
    event LegExecuted(bytes32 indexed portfolioId, uint256 indexed slot, int256 tokens, int256 quote);

    /// @notice Only the ledger has trades executed.
    error NotLedger(address caller);
    /// @notice A trade is being executed.
    error Reentered();
    /// @notice The trade was to be executed at `deadline` at the latest.
    error DeadlinePassed(uint256 deadline);
    /// @notice Perpetuals, options, and spots without a listed token are not executed here.
    error NotExecutable(uint256 slot);
    /// @notice Route `index` names a slot that does not exist, or stands apart from its slot's other routes.
    error RouteOutOfPlace(uint256 index);
    /// @notice The routes of `slot` add up to `routed`, one of them perhaps 0; its proven trade is `traded` (1e-8 unit, without
    ///         its sign).
    error WrongQuantity(uint256 slot, uint256 routed, uint256 traded);
    /// @notice The listing has no such venue.
    error UnknownVenue(uint256 venue);
    /// @notice The pool is none of the venue's factory for this pair of tokens.
    error WrongPool(address pool);
    /// @notice The pool has less than is asked for.
    error InsufficientLiquidity(address pool);
    /// @notice The leg of `slot`, or its part in one pool, costs `amount` of the quote token where `bound` is left of what is
    ///         proven, or brings `amount` where `bound` is proven.
    error WorseThanProven(uint256 slot, uint256 amount, uint256 bound);
    /// @notice The leg of `slot`, or its part in one pool, moved `amount` of its token, not `expected`.
    error WrongFill(uint256 slot, uint256 amount, uint256 expected);
    /// @notice `caller` is not the pool of a swap under way, or has been paid.
    error UnexpectedCallback(address caller);

    /// @notice Executes a trade whose proof was verified in the same transaction; the ledger only.
    /// @param legs  The legs of the public vector: (trade + 2^64)·2^64 + fill, one per slot.
    /// @param trade The payload: abi.encode(uint256 deadline, Route[] routes), at most 31 routes, which is as many as go into
    ///              the bytes that the ledger takes. Routes of one slot stand together, and the order of slots is the order
    ///              of execution.
    /// @return improvement How much better than proven all legs were done, measured, in 1e-16 quote; never for the fund where
    ///                     a fraction is lost.
    function execute(bytes32 portfolioId, uint256[] calldata legs, bytes calldata trade)
        external
        returns (uint256 improvement);
}
