// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {FundVault} from "./FundVault.sol";
import {FundVaults} from "./FundVaults.sol";
import {SettlementRegistry} from "./SettlementRegistry.sol";
import {UniswapV3Swaps} from "./UniswapV3Swaps.sol";
import {IERC20} from "./interfaces/IERC20.sol";
import {IMandates} from "./interfaces/IMandates.sol";
import {IMarketSnapshots} from "./interfaces/IMarketSnapshots.sol";
import {Asset, Settlement, VenueKind} from "./interfaces/ISettlementRegistry.sol";
import {ITradeExecutor, Route} from "./interfaces/ITradeExecutor.sol";
import {OpenLegs} from "./libraries/OpenLegs.sol";
import {Swap} from "./libraries/Swap.sol";
import {UniswapV2Swaps} from "./libraries/UniswapV2Swaps.sol";

/// @title  TradeExecutor
/// @dev    Tokens go from the vault to the pool and from the pool to the vault: nothing passes through this contract, and
///         there is no allowance to leave behind. What may be paid and what must come back follows from the proven legs
///         alone; both are measured at the vault's balances, whatever pool or token say.
contract TradeExecutor is ITradeExecutor, SettlementRegistry, UniswapV3Swaps {
    /// @dev One leg while it is done. Buying: at least `amount` of the token for at most `bound` of the quote. Selling: at
    ///      most `amount` for at least `bound`. `value` is what the book reckons with, in 1e-16 quote.
    struct Leg {
        uint256 slot;
        bool buys;
        uint256 quantity;
        uint256 value;
        uint256 amount;
        uint256 bound;
        Asset asset;
    }

    /// @dev What is executed at one go.
    struct Trade {
        bytes32 portfolioId;
        Settlement settlement;
        Route[] routes;
    }

    address public immutable LEDGER = msg.sender;

    /// @dev The ledger makes its executor, so that each knows the other and nobody can be put in between.
    constructor(IMandates mandates, IMarketSnapshots snapshots) FundVaults(mandates) SettlementRegistry(snapshots) {}

    /// @inheritdoc ITradeExecutor
    function execute(bytes32 portfolioId, uint256[] calldata legs, bytes calldata trade)
        external
        returns (uint256 improvement)
    {
        if (msg.sender != LEDGER) revert NotLedger(msg.sender);
        if (address(_vault) != address(0)) revert Reentered();
        uint256 deadline;
        Trade memory all;
        (deadline, all.routes) = abi.decode(trade, (uint256, Route[]));
        if (block.timestamp > deadline) revert DeadlinePassed(deadline);
        (,, uint256 universeId) = _roles(portfolioId);
        (all.portfolioId, all.settlement) = (portfolioId, _settlement(portfolioId, universeId));
        _vault = _vaults[portfolioId];
        improvement = _executeAll(all, legs);
        _vault = FundVault(address(0));
    }

    function _executeAll(Trade memory all, uint256[] calldata legs) private returns (uint256 improvement) {
        uint256 done;
        for (uint256 i; i < all.routes.length;) {
            uint256 slot = all.routes[i].slot;
            if (slot >= legs.length || done >> slot & 1 != 0) revert RouteOutOfPlace(i);
            done |= 1 << slot;
            uint256 better;
            (i, better) = _execute(all, _leg(all.settlement, slot, legs[slot]), i);
            improvement += better;
        }
        // Nor does a vector that is too long get past here: a leg of an open trade is never 0.
        for (uint256 slot; slot < legs.length; ++slot) {
            (, uint256 quantity,) = OpenLegs.read(legs[slot]);
            if (quantity != 0 && done >> slot & 1 == 0) revert WrongQuantity(slot, 0, quantity);
        }
    }

    /// @dev A proven leg in the units of its tokens, every fraction for the fund: what it gets is rounded up, what it gives
    ///      down.
    function _leg(Settlement memory settlement, uint256 slot, uint256 element) private pure returns (Leg memory leg) {
        uint256 fill;
        (leg.buys, leg.quantity, fill) = OpenLegs.read(element);
        if (slot >= settlement.assets.length) revert NotExecutable(slot);
        leg.asset = settlement.assets[slot];
        if (leg.asset.token == address(0)) revert NotExecutable(slot);
        leg.slot = slot;
        leg.value = leg.quantity * fill;
        leg.amount = OpenLegs.tokensOf(leg.quantity, leg.asset, leg.buys);
        leg.bound = OpenLegs.quoteOf(leg.value, settlement.quoteDecimals, !leg.buys);
    }

    /// @dev Does a leg by its routes, which stand from `from`, and measures it.
    /// @return next   The first route of another slot.
    /// @return better By how much it was done better than proven, in 1e-16 quote.
    function _execute(Trade memory all, Leg memory leg, uint256 from) private returns (uint256 next, uint256 better) {
        int256 tokens = _balance(leg.asset.token);
        int256 money = _balance(all.settlement.quote);
        uint256 stated;
        (next, stated) = _exchangeAll(all, leg, from);
        tokens = _balance(leg.asset.token) - tokens;
        money = _balance(all.settlement.quote) - money;
        emit LegExecuted(all.portfolioId, leg.slot, tokens, money);
        better = _judge(leg, all.settlement.quoteDecimals, tokens, money, stated);
    }

    function _balance(address token) private view returns (int256) {
        return int256(IERC20(token).balanceOf(address(_vault)));
    }

    /// @return next   As in {_execute}.
    /// @return stated Quote given to pools (buying), or that they say they gave (selling).
    function _exchangeAll(Trade memory all, Leg memory leg, uint256 from) private returns (uint256 next, uint256 stated) {
        uint256 routed;
        uint256 moved;
        for (next = from; next < all.routes.length && all.routes[next].slot == leg.slot; ++next) {
            Route memory route = all.routes[next];
            routed += route.quantity;
            if (route.quantity == 0 || routed > leg.quantity) revert WrongQuantity(leg.slot, routed, leg.quantity);
            // The parts add up to the whole leg, however each is rounded.
            uint256 upTo = OpenLegs.tokensOf(routed, leg.asset, leg.buys);
            stated += _exchange(_swap(all.settlement, leg, route, upTo - moved, stated));
            moved = upTo;
        }
        if (routed != leg.quantity) revert WrongQuantity(leg.slot, routed, leg.quantity);
    }

    function _swap(Settlement memory settlement, Leg memory leg, Route memory route, uint256 amount, uint256 stated)
        private
        pure
        returns (Swap memory swap)
    {
        if (route.venue >= settlement.venues.length) revert UnknownVenue(route.venue);
        (swap.slot, swap.venue, swap.pool) = (leg.slot, settlement.venues[route.venue], route.pool);
        (swap.buys, swap.amount, swap.most) = (leg.buys, amount, leg.buys ? leg.bound - stated : amount);
        (swap.tokenIn, swap.tokenOut) =
            leg.buys ? (settlement.quote, leg.asset.token) : (leg.asset.token, settlement.quote);
    }

    /// @return Quote given to the pool (buying), or that it says it gave (selling).
    function _exchange(Swap memory swap) private returns (uint256) {
        (uint256 paid, uint256 got) = swap.venue.kind == VenueKind.UniswapV2
            ? UniswapV2Swaps.exchange(swap, _vault)
            : _exchangeV3(swap);
        if (swap.buys) return paid;
        // A pool that runs dry takes less than it is offered.
        if (paid != swap.amount) revert WrongFill(swap.slot, paid, swap.amount);
        return got;
    }

    /// @dev Holds what the vault got and gave against the leg. Of what was measured and what pools stated, the worse for the
    ///      fund counts as its fill: tokens that come to the vault from elsewhere meanwhile are no improvement.
    function _judge(Leg memory leg, uint8 decimals, int256 tokens, int256 money, uint256 stated)
        private
        pure
        returns (uint256 better)
    {
        if (leg.buys) {
            if (tokens < int256(leg.amount)) {
                revert WrongFill(leg.slot, tokens < 0 ? 0 : uint256(tokens), leg.amount);
            }
            uint256 spent = -money > int256(stated) ? uint256(-money) : stated;
            if (spent > leg.bound) revert WorseThanProven(leg.slot, spent, leg.bound);
            return leg.value - OpenLegs.valueOf(spent, decimals, true);
        }
        if (-tokens > int256(leg.amount)) revert WrongFill(leg.slot, uint256(-tokens), leg.amount);
        uint256 brought = money < int256(stated) ? (money < 0 ? 0 : uint256(money)) : stated;
        if (brought < leg.bound) revert WorseThanProven(leg.slot, brought, leg.bound);
        return OpenLegs.valueOf(brought, decimals, false) - leg.value;
    }
}
