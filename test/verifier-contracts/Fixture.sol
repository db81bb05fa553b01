// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {AttestorList} from "../../verifier-contracts/AttestorList.sol";
import {Mandates} from "../../verifier-contracts/Mandates.sol";
import {MarketSettings} from "../../verifier-contracts/MarketSettings.sol";
import {MarketSnapshots} from "../../verifier-contracts/MarketSnapshots.sol";
import {RebalanceLedger} from "../../verifier-contracts/RebalanceLedger.sol";
import {UniverseRules} from "../../verifier-contracts/UniverseRules.sol";
import {PriceFeed} from "../../verifier-contracts/demo/PriceFeed.sol";
import {Proof} from "../../verifier-contracts/interfaces/IGroth16Verifier.sol";
import {Creation, Terms} from "../../verifier-contracts/interfaces/IMandates.sol";
import {Instrument} from "../../verifier-contracts/libraries/Instruments.sol";
import {OptionBlock, OptionRow} from "../../verifier-contracts/libraries/OptionBlocks.sol";
import {PublicVector} from "../../verifier-contracts/libraries/PublicVector.sol";
import {Shape} from "../../verifier-contracts/libraries/Shape.sol";
import {MockVerifier} from "./MockVerifier.sol";
import {Test} from "./Test.sol";

/// @title  Fixture
/// @notice Every contract at the smallest shape, with a universe of a spot, a perp and a call on the same coin.
abstract contract Fixture is Test {
    uint256 internal constant MANAGER_KEY = 0xA1;
    uint256 internal constant ATTESTOR_KEY = 0xA2;
    uint256 internal constant RISK_KEY = 0xA3;
    uint256 internal constant STRANGER_KEY = 0xA4;
    address internal constant GOVERNOR = address(0x60);
    address internal constant LIST_GOVERNOR = address(0x70);
    address internal constant GUARDIAN = address(0x80);
    uint256 internal constant START = 1_800_000_000;
    uint40 internal constant EXPIRY = uint40(START + 40 days);
    uint256 internal constant NOTICE = 2 days;
    uint256 internal constant EMPTY_BUDGET = 4242;
    bytes internal constant SEALED = hex"c0ffee";
    bytes32 internal constant REBALANCE = keccak256("rebalance");
    bytes32 internal constant MARKET = keccak256("digest-market");
    bytes32 internal constant MANDATE = keccak256("digest-mandate");

    MockVerifier internal verifier;
    MarketSettings internal settings;
    MarketSnapshots internal snapshots;
    Mandates internal mandates;
    AttestorList internal attestors;
    RebalanceLedger internal ledger;
    PriceFeed internal feed;
    PriceFeed internal otherFeed;
    uint256 internal universeId;
    /// @dev What sets the portfolio of the moment apart from others.
    bytes32 internal salt = bytes32(uint256(7));

    function setUp() public virtual {
        vm.warp(START);
        vm.chainId(31337);
        verifier = _newVerifier();
        bytes32[3] memory circuits = [REBALANCE, MARKET, MANDATE];
        for (uint256 i; i < 3; ++i) verifier.registerKey(circuits[i], "", true);
        verifier.scheduleGuardian(GUARDIAN);
        feed = new PriceFeed("BTC / USD", 8);
        otherFeed = new PriceFeed("ETH / USD", 18);
        feed.set(60_000e8);
        otherFeed.set(3_000e18);
        address[] memory one = new address[](1);
        one[0] = vm.addr(RISK_KEY);
        settings = new MarketSettings(GOVERNOR, NOTICE, one, 1, address(0), 0);
        snapshots = new MarketSnapshots(
            verifier, settings, new UniverseRules(), MARKET, _shape(), MarketSnapshots.Rules(60, 300, 50)
        );
        uint8[] memory tiers = new uint8[](1);
        (one[0], tiers[0]) = (vm.addr(ATTESTOR_KEY), 2);
        attestors = new AttestorList(LIST_GOVERNOR, NOTICE, one, tiers);
        ledger = RebalanceLedger(vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1));
        mandates = new Mandates(verifier, snapshots, ledger, MANDATE, _shape(), NOTICE);
        RebalanceLedger made =
            new RebalanceLedger(verifier, snapshots, mandates, REBALANCE, EMPTY_BUDGET, SEALED.length, attestors);
        assertTrue(address(made) == address(ledger), "predicted ledger");
        universeId = snapshots.registerUniverse(_instruments());
    }

    function _newVerifier() internal virtual returns (MockVerifier) {
        return new MockVerifier(address(this));
    }

    function _shape() internal pure virtual returns (Shape memory) {
        return Shape({slots: 4, groups: 2, accounts: 2, scenarios: 2});
    }

    function _instruments() internal view virtual returns (Instrument[] memory list) {
        list = new Instrument[](3);
        list[0] = _instrument("BTC", 0, 0);
        list[1] = _instrument("BTC-PERP", 1, 1);
        list[2] = _instrument("BTC-CALL", 2, 1);
        (list[2].optionType, list[2].strikeE8, list[2].expiry) = (1, 65_000e8, EXPIRY);
    }

    function _instrument(bytes32 symbol, uint8 kind, uint8 account) internal view returns (Instrument memory it) {
        it.symbol = symbol;
        it.underlying = "BTC";
        (it.kind, it.account) = (kind, account);
        it.contractSizeE8 = 1e8;
        it.feed = address(feed);
        it.heartbeat = 1 hours;
        (it.minPriceE8, it.maxPriceE8) = (1_000e8, 1_000_000e8);
        (it.jumpBps, it.jumpDelay) = (1_000_000, 15 minutes);
        it.marginBps = kind == 1 ? 500 : 0;
        it.shocksBps = new int32[](_shape().scenarios);
        for (uint256 s; s < it.shocksBps.length; ++s) it.shocksBps[s] = s % 2 == 0 ? int32(-2_000) : int32(1_500);
    }

    function _options(uint256 time) internal view virtual returns (OptionBlock memory options) {
        options.time = time;
        options.rows = new OptionRow[](1);
        OptionRow memory row = options.rows[0];
        (row.slot, row.spotE8, row.price) = (2, 60_000e8, 2_500e8);
        (row.delta, row.gamma, row.vega, row.marginBps) = (24_000e8, 900e8, 70e8, 1_500);
        row.changes = new int256[](_shape().scenarios);
        (row.changes[0], row.changes[1]) = (-2_400e8, 3_100e8);
    }

    function _riskSignature(OptionBlock memory options, uint256 key) internal view returns (bytes[] memory list) {
        string memory rowType =
            "OptionRow(uint256 slot,uint256 spotE8,uint256 price,int256 delta,int256 gamma,int256 vega,uint256 marginBps,int256[] changes)";
        bytes32[] memory rows = new bytes32[](options.rows.length);
        for (uint256 i; i < rows.length; ++i) {
            OptionRow memory row = options.rows[i];
            bytes memory head =
                abi.encode(keccak256(bytes(rowType)), row.slot, row.spotE8, row.price, row.delta, row.gamma);
            bytes32 changes = keccak256(abi.encodePacked(row.changes));
            rows[i] = keccak256(bytes.concat(head, abi.encode(row.vega, row.marginBps, changes)));
        }
        bytes32 blockType = keccak256(
            abi.encodePacked("OptionBlock(uint256 universeId,uint256 time,OptionRow[] rows)", rowType)
        );
        bytes32 structHash =
            keccak256(abi.encode(blockType, universeId, options.time, keccak256(abi.encodePacked(rows))));
        list = new bytes[](1);
        list[0] = signed(key, _typed(address(snapshots), structHash));
    }

    function _typed(address contract_, bytes32 structHash) internal view returns (bytes32) {
        bytes32 domainType =
            keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        bytes32 separator = keccak256(
            abi.encode(domainType, keccak256("Ballast"), keccak256("1"), block.chainid, contract_)
        );
        return keccak256(abi.encodePacked(hex"1901", separator, structHash));
    }

    /// @dev The vector the fixture's universe has when every feed is well.
    function _vector(uint256 coinE8, OptionRow memory row) internal view returns (uint256[] memory x) {
        x = new uint256[](2 + 4 * 10);
        (x[0], x[1]) = (universeId, block.timestamp);
        for (uint256 slot; slot < 2; ++slot) {
            uint256 i = 2 + 10 * slot;
            (x[i], x[i + 1], x[i + 2], x[i + 6]) = (coinE8, coinE8, coinE8, coinE8);
            x[i + 5] = slot == 1 ? 500 : 0;
            x[i + 8] = PublicVector.FIELD - (coinE8 * 2_000 + 9_999) / 10_000;
            x[i + 9] = (coinE8 * 1_500 + 9_999) / 10_000;
        }
        (x[22], x[23], x[24]) = (row.price, _field(row.delta), _magnitude(row.delta));
        (x[25], x[26], x[27]) = (_field(row.gamma), _field(row.vega), row.marginBps);
        x[28] = row.price > x[24] ? row.price : x[24];
        (x[30], x[31]) = (_field(row.changes[0]), _field(row.changes[1]));
    }

    function _field(int256 value) internal pure returns (uint256) {
        return value < 0 ? PublicVector.FIELD - uint256(-value) : uint256(value);
    }

    function _magnitude(int256 value) internal pure returns (uint256) {
        return uint256(value < 0 ? -value : value);
    }

    /// @dev A market at the block's time, captured and published under `digest`.
    function _publish(uint256 coinE8, uint256 digest) internal {
        feed.set(int256(coinE8));
        OptionBlock memory options = _options(block.timestamp);
        options.rows[0].spotE8 = coinE8;
        snapshots.capture(universeId, options, _riskSignature(options, RISK_KEY), new uint256[](0));
        _publishCaptured(_vector(coinE8, options.rows[0]), digest);
    }

    function _publishCaptured(uint256[] memory x, uint256 digest) internal {
        (, uint256 alpha, uint256 beta) = PublicVector.signals(MARKET, x, digest);
        snapshots.publish(x[0], x, digest, verifier.proofOf(MARKET, digest, alpha, beta));
    }

    function _creation() internal view returns (Creation memory) {
        return Creation({
            governor: GOVERNOR,
            manager: vm.addr(MANAGER_KEY),
            windowLength: 1 days,
            salt: salt
        });
    }

    function _terms() internal pure returns (Terms memory) {
        return Terms({
            marketMaxAge: 1 hours,
            grace: 10 minutes,
            heartbeat: 1 days,
            cureTime: 2 hours,
            attestationMaxAge: 30 days,
            flowMaxWait: 1 days,
            minInterval: 7 days,
            attestationTier: 1,
            attestationQuorum: 1
        });
    }

    /// @dev The same terms with the one at place `i` changed.
    function _withTerm(Terms memory terms, uint256 i, uint256 value) internal pure returns (Terms memory) {
        if (i == 0) terms.marketMaxAge = uint32(value);
        if (i == 1) terms.grace = uint32(value);
        if (i == 2) terms.heartbeat = uint32(value);
        if (i == 3) terms.cureTime = uint32(value);
        if (i == 4) terms.attestationMaxAge = uint32(value);
        if (i == 5) terms.flowMaxWait = uint32(value);
        if (i == 6) terms.minInterval = uint32(value);
        if (i == 7) terms.attestationTier = uint8(value);
        if (i == 8) terms.attestationQuorum = uint8(value);
        return terms;
    }

    /// @dev A mandate inside every range: 4 slots (one padding), 2 groups, whole, 2 scenarios, 2 accounts, tail.
    function _limits(uint256 universe) internal pure returns (int256[] memory v) {
        v = new int256[](1 + 16 + 6 + 7 + 2 + 4 + 8);
        v[0] = int256(universe);
        for (uint256 slot; slot < 3; ++slot) {
            uint256 i = 1 + 4 * slot;
            (v[i], v[i + 1], v[i + 2], v[i + 3]) = (slot == 0 ? int256(5) : int256(9), 100e8, 50e8, 5_000);
        }
        for (uint256 g; g < 2; ++g) (v[17 + 3 * g], v[18 + 3 * g], v[19 + 3 * g]) = (-5_000, 5_000, 20_000);
        (v[23], v[24], v[25], v[26], v[27], v[28], v[29]) = (-10_000, 10_000, 30_000, -500, 500, -400, 400);
        (v[30], v[31]) = (2_000, 2_000);
        for (uint256 a; a < 2; ++a) (v[32 + 2 * a], v[33 + 2 * a]) = (10_000, 8_000);
        (v[36], v[37], v[38], v[39], v[40]) = (1_000, 10_000, 50, 50, 20);
        (v[41], v[42], v[43]) = (100, 100, 50_000);
    }

    function _schedule(int256[] memory vector, Terms memory terms, uint256 digest) internal returns (uint256) {
        return _scheduleAs(GOVERNOR, vector, terms, digest);
    }

    function _scheduleAs(address governor, int256[] memory vector, Terms memory terms, uint256 digest)
        internal
        returns (uint256)
    {
        Proof memory proof = _mandateProof(vector, digest);
        vm.prank(governor);
        return mandates.schedule(_creation(), vector, terms, digest, proof);
    }

    function _mandateProof(int256[] memory vector, uint256 digest) internal view returns (Proof memory) {
        uint256[] memory x = new uint256[](vector.length);
        for (uint256 i; i < x.length; ++i) x[i] = _field(vector[i]);
        (, uint256 alpha, uint256 beta) = PublicVector.signals(MANDATE, x, digest);
        return verifier.proofOf(MANDATE, digest, alpha, beta);
    }

    function _id() internal view returns (bytes32) {
        return keccak256(abi.encode(_creation()));
    }
}
