// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {DemoToken} from "../../verifier-contracts/demo/DemoToken.sol";
import {Withdrawal} from "../../verifier-contracts/interfaces/IFundVaults.sol";
import {Listing, Venue, VenueKind} from "../../verifier-contracts/interfaces/ISettlementRegistry.sol";
import {ITradeExecutor, Route} from "../../verifier-contracts/interfaces/ITradeExecutor.sol";
import {IERC20} from "../../verifier-contracts/interfaces/IERC20.sol";
import {ExecutorFixture} from "./ExecutorFixture.sol";
import {HostileFactory, HostilePool} from "./Hostile.sol";

/// @notice Venues that cheat, listed by a governor who did not know.
contract HostilePoolsTest is ExecutorFixture {
    uint8 private constant _BAD_V2 = 2;
    uint8 private constant _BAD_V3 = 3;

    HostilePool private _bad;
    bool private _coinFirst;

    function setUp() public override {
        super.setUp();
        (HostileFactory factory, HostilePool made) = (new HostileFactory(), new HostilePool());
        factory.set(address(made));
        (_bad, _coinFirst) = (made, address(btc) < address(usd));
        Listing memory listing = _listing();
        Venue[] memory venues = new Venue[](4);
        (venues[V2], venues[V3]) = (listing.venues[V2], listing.venues[V3]);
        venues[_BAD_V2] = Venue(VenueKind.UniswapV2, address(factory), 3_000);
        venues[_BAD_V3] = Venue(VenueKind.UniswapV3, address(factory), 0);
        listing.venues = venues;
        vm.prank(GOVERNOR);
        executor.list(_id(), listing);
        vm.warp(block.timestamp + NOTICE);
        btc.mint(address(made), 1_000e8);
        usd.mint(address(made), 100e6 * 1e6);
    }

    /// @dev Amounts in the order of the pool's tokens.
    function _ordered(int256 coins, int256 dollars) private view returns (int256, int256) {
        return _coinFirst ? (coins, dollars) : (dollars, coins);
    }

    function _ask(int256 coins, int256 dollars) private {
        (int256 a, int256 b) = _ordered(coins, dollars);
        _bad.ask(a, b);
    }

    /// @dev Ten coins at 60,000 dollars: 600,000 dollars.
    function _purchase() private view returns (uint256[] memory, Route[] memory) {
        return (_legs(BTC, 10e8, 60_000e8), _routes(_route(BTC, _BAD_V3, address(_bad), 10e8)));
    }

    function _sale() private view returns (uint256[] memory, Route[] memory) {
        return (_legs(BTC, -10e8, 60_000e8), _routes(_route(BTC, _BAD_V3, address(_bad), 10e8)));
    }

    function testAPoolGetsWhatWasProvenAndNotAUnitMore() public {
        (uint256[] memory legs, Route[] memory list) = _purchase();
        _bad.give(btc, 10e8);
        _ask(-10e8, 600_000e6 + 1);
        _refused(legs, list, _worse(600_000e6 + 1, 600_000e6));
        _ask(-10e8, 600_000e6);
        assertEq(_execute(legs, list), 0, "at the bound");

        (legs, list) = _sale();
        _bad.give(usd, 600_000e6);
        _ask(10e8 + 1, -600_000e6);
        _refused(legs, list, _worse(10e8 + 1, 10e8));
        _ask(10e8 - 1, -600_000e6);
        _refused(legs, list, _fill(10e8 - 1, 10e8));
        _ask(10e8, -600_000e6);
        assertEq(_execute(legs, list), 0, "at the bound");
    }

    function testAPoolIsPaidOnce() public {
        (uint256[] memory legs, Route[] memory list) = _purchase();
        _bad.give(btc, 10e8);
        _ask(-10e8, 300_000e6);
        (int256 a, int256 b) = _ordered(-10e8, 1);
        _bad.askAgain(a, b);
        bytes memory twice = abi.encodeWithSelector(ITradeExecutor.UnexpectedCallback.selector, address(_bad));
        _refused(legs, list, twice);
    }

    function testAPoolThatGivesLessIsRefusedWhateverItStates() public {
        (uint256[] memory legs, Route[] memory list) = _purchase();
        _ask(-10e8, 1);
        _bad.give(btc, 10e8 - 1);
        _refused(legs, list, _fill(10e8 - 1, 10e8));
        _bad.give(btc, 0);
        _refused(legs, list, _fill(0, 10e8));

        (legs, list) = _sale();
        _ask(10e8, -900_000e6);
        _bad.give(usd, 600_000e6 - 1);
        _refused(legs, list, _worse(600_000e6 - 1, 600_000e6));
        _bad.give(usd, 0);
        _refused(legs, list, _worse(0, 600_000e6));
        list[0].venue = _BAD_V2;
        _bad.setReserves(type(uint112).max, type(uint112).max);
        _refused(legs, list, _worse(0, 600_000e6));
    }

    function testAPairThatNamesAnyPriceGetsTheBoundAtMost() public {
        (uint256[] memory legs, Route[] memory list) = _purchase();
        list[0].venue = _BAD_V2;
        (uint112 coins, uint112 dollars) = (uint112(11e8), uint112(1e12));
        _bad.setReserves(_coinFirst ? coins : dollars, _coinFirst ? dollars : coins);
        bytes memory trade = abi.encode(block.timestamp, list);
        vm.expectPartialRevert(ITradeExecutor.WorseThanProven.selector);
        executor.execute(_id(), legs, trade);
        (coins, dollars) = (uint112(1_000e8), uint112(1e12));
        _bad.setReserves(_coinFirst ? coins : dollars, _coinFirst ? dollars : coins);
        _refused(legs, list, _fill(0, 10e8));
    }

    /// @dev Whatever a pool asks, gives and states: the vault gets the whole leg for no more than proven, or nothing moves.
    function testFuzzNoPoolGetsMoreThanProven(bool buys, uint256 asks, uint256 gives, int256 states) public {
        (uint256[] memory legs, Route[] memory list) = buys ? _purchase() : _sale();
        asks = bound(asks, 0, buys ? 700_000e6 : 11e8);
        gives = bound(gives, buys ? 9e8 : 500_000e6, buys ? 11e8 : 700_000e6);
        if (buys) _ask(-1, int256(asks));
        else _ask(int256(asks), -1);
        (int256 a, int256 b) = _ordered(states, states);
        _bad.state(a, b);
        _bad.give(buys ? IERC20(btc) : IERC20(usd), gives);
        bytes memory trade = abi.encode(block.timestamp, list);
        try executor.execute(_id(), legs, trade) returns (uint256 improvement) {
            int256 coins = int256(btc.balanceOf(vault)) - int256(VAULT_BTC);
            int256 dollars = int256(usd.balanceOf(vault)) - int256(VAULT_USD);
            assertTrue(coins >= (buys ? int256(10e8) : -int256(10e8)), "coins");
            int256 proven = buys ? -int256(600_000e6) : int256(600_000e6);
            assertTrue(dollars >= proven, "dollars");
            assertTrue(improvement <= uint256(dollars - proven) * 1e10, "no more than was measured");
        } catch {
            assertEq(btc.balanceOf(vault), VAULT_BTC, "coins");
            assertEq(usd.balanceOf(vault), VAULT_USD, "dollars");
        }
    }

    /// @dev Money that comes to the vault meanwhile is a deposit, which an attestor signs for, and no improvement.
    function testADepositMeanwhileIsNoImprovement() public {
        (uint256[] memory legs, Route[] memory list) = _sale();
        _ask(10e8, -600_001e6);
        _bad.give(usd, 600_001e6);
        bytes memory deposit = abi.encodeCall(DemoToken.transfer, (vault, 5_000e6));
        usd.mint(address(_bad), 5_000e6);
        _bad.call(address(usd), deposit);
        assertEq(_execute(legs, list), 1e16, "a dollar");
        (legs, list) = _purchase();
        _ask(-10e8, 599_999e6);
        _bad.give(btc, 10e8);
        assertEq(_execute(legs, list), 1e16, "a dollar");
        assertEq(usd.balanceOf(vault), VAULT_USD + 10_002e6, "the deposits are there");
    }

    function testNoTradeInsideATrade() public {
        (uint256[] memory legs, Route[] memory list) = _purchase();
        _ask(-10e8, 1);
        _bad.give(btc, 10e8);
        bytes memory again = abi.encodeCall(executor.execute, (_id(), legs, abi.encode(block.timestamp, list)));
        // The ledger is this test, so that it can stand between.
        _bad.call(address(this), again);
        _refused(legs, list, abi.encodeWithSelector(ITradeExecutor.Reentered.selector));
        bytes memory callback = abi.encodeCall(executor.uniswapV3SwapCallback, (1, 1, ""));
        _bad.call(address(this), callback);
        _refused(
            legs, list, abi.encodeWithSelector(ITradeExecutor.UnexpectedCallback.selector, address(this))
        );
        _bad.call(address(executor), again);
        _refused(legs, list, abi.encodeWithSelector(ITradeExecutor.NotLedger.selector, address(_bad)));
    }

    function testAWithdrawalMeanwhileIsMeasured() public {
        (uint256[] memory legs, Route[] memory list) = _purchase();
        _ask(-10e8, 600_000e6);
        _bad.give(btc, 10e8);
        Withdrawal memory withdrawal = Withdrawal(address(usd), address(this), 1);
        vm.prank(GOVERNOR);
        executor.announceWithdrawal(_id(), withdrawal);
        vm.warp(block.timestamp + NOTICE);
        _governorIsATraitor();
        _bad.call(GOVERNOR, abi.encodeCall(executor.withdraw, (_id(), withdrawal, "")));
        _refused(legs, list, _worse(600_000e6 + 1, 600_000e6));
    }

    function _governorIsATraitor() private {
        vm.etch(GOVERNOR, address(new Forwarder(address(executor))).code);
    }

    function _worse(uint256 amount, uint256 most) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ITradeExecutor.WorseThanProven.selector, BTC, amount, most);
    }

    function _fill(uint256 amount, uint256 expected) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ITradeExecutor.WrongFill.selector, BTC, amount, expected);
    }
}

/// @notice Calls the executor with whatever it is called with.
contract Forwarder {
    address private immutable _TO;

    constructor(address to) {
        _TO = to;
    }

    fallback() external {
        (bool success,) = _TO.call(msg.data);
        require(success);
    }
}
