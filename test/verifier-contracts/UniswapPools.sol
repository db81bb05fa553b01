// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {DemoToken} from "../../verifier-contracts/demo/DemoToken.sol";
import {LiquidityProvider} from "../../verifier-contracts/demo/LiquidityProvider.sol";
import {IUniswapV2Factory, IUniswapV3Factory, IUniswapV3Pool} from "../../verifier-contracts/interfaces/IUniswap.sol";
import {Test} from "./Test.sol";

interface IMakesPairs is IUniswapV2Factory {
    function createPair(address tokenA, address tokenB) external returns (address);
}

interface IMakesPools is IUniswapV3Factory {
    function createPool(address tokenA, address tokenB, uint24 fee) external returns (address);
}

interface IPoolState is IUniswapV3Pool {
    function initialize(uint160 sqrtPriceX96) external;

    function slot0() external view returns (uint160, int24, uint16, uint16, uint16, uint8, bool);
}

/// @title  UniswapPools
/// @notice Uniswap V2 and V3 as published, with a dollar and two coins. Depth as on a large chain: a V2 pair of 10 million
///         dollars a side, V3 pools of about 20 million a side within ten percent of the price.
abstract contract UniswapPools is Test {
    uint256 internal constant BTC_PRICE = 60_000;
    uint256 internal constant ETH_PRICE = 3_000;
    uint160 internal constant LOWEST = 4295128740;
    uint160 internal constant HIGHEST = 1461446703485210103287273052203988822378723970341;

    IMakesPairs internal v2;
    IMakesPools internal v3;
    LiquidityProvider internal market;
    DemoToken internal usd;
    DemoToken internal btc;
    DemoToken internal eth;
    address internal pair;
    address internal pool;
    address internal ethPool;

    function _deployPools() internal {
        v2 = IMakesPairs(_create(bytes.concat(vm.envBytes("UNISWAP_V2_FACTORY"), abi.encode(address(this)))));
        v3 = IMakesPools(_create(vm.envBytes("UNISWAP_V3_FACTORY")));
        market = new LiquidityProvider();
        (usd, btc, eth) = (new DemoToken("USD", 6), new DemoToken("BTC", 8), new DemoToken("ETH", 18));
        usd.mint(address(market), 1e9 * 1e6);
        btc.mint(address(market), 1e6 * 1e8);
        eth.mint(address(market), 1e6 * 1e18);
        pair = v2.createPair(address(btc), address(usd));
        market.provideV2(pair, address(btc), 10e6 * 1e8 / BTC_PRICE, address(usd), 10e6 * 1e6);
        pool = _makePool(btc, BTC_PRICE * 1e6, 1e8, 3_000, 60);
        ethPool = _makePool(eth, ETH_PRICE * 1e6, 1e18, 500, 10);
    }

    /// @dev A pool where `unit` of the coin is worth `price` of the dollar, with liquidity within ten percent of that.
    function _makePool(DemoToken coin, uint256 price, uint256 unit, uint24 fee, int24 spacing)
        internal
        returns (address made)
    {
        made = v3.createPool(address(coin), address(usd), fee);
        (uint256 over, uint256 under) = address(coin) < address(usd) ? (price, unit) : (unit, price);
        IPoolState(made).initialize(uint160(_root((over << 128) / under) << 32));
        (, int24 tick,,,,,) = IPoolState(made).slot0();
        int24 middle = tick / spacing * spacing;
        // Dollars of one side are L·√P·(1 − 1/√1.1), with P in smallest units.
        uint256 root = _root((price << 128) / unit);
        uint256 liquidity = (20e6 * 1e6 << 64) / (root * 465 / 10_000);
        int24 width = 960 / spacing * spacing;
        market.provideV3(made, middle - width, middle + width, uint128(liquidity));
    }

    /// @dev What the market would pay (positive) and get (negative) for a swap now.
    function _quoteV3(address place, bool buys, DemoToken coin, uint256 amount) internal returns (uint256) {
        uint256 state = vm.snapshotState();
        bool coinFirst = address(coin) < address(usd);
        bool zeroForOne = buys != coinFirst;
        int256 specified = buys ? -int256(amount) : int256(amount);
        (int256 a, int256 b) = market.swapV3(place, zeroForOne, specified, zeroForOne ? LOWEST : HIGHEST);
        vm.revertToState(state);
        int256 dollars = coinFirst ? b : a;
        return uint256(dollars < 0 ? -dollars : dollars);
    }

    function _root(uint256 x) internal pure returns (uint256 root) {
        root = 1 << 128;
        while (true) {
            uint256 next = (root + x / root) >> 1;
            if (next >= root) return root;
            root = next;
        }
    }

    function _create(bytes memory code) private returns (address made) {
        // Solidity has no other way to deploy code that another compiler made.
        assembly ("memory-safe") {
            made := create(0, add(code, 0x20), mload(code))
        }
        assertTrue(made != address(0), "deployed");
    }
}
