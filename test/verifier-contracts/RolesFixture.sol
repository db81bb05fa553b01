// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {TradeExecutor} from "../../verifier-contracts/TradeExecutor.sol";
import {DemoToken} from "../../verifier-contracts/demo/DemoToken.sol";
import {Listing, Venue, VenueKind} from "../../verifier-contracts/interfaces/ISettlementRegistry.sol";
import {LedgerFixture} from "./LedgerFixture.sol";

/// @title  RolesFixture
/// @notice Everybody there is: whoever holds an office, signs or was never heard of, and the contracts themselves.
abstract contract RolesFixture is LedgerFixture {
    /// @dev In the order of {_senders}.
    uint256 internal constant ROLES = 15;
    uint256 internal constant NOBODY = 0;
    uint256 internal constant GOVERNS = 1 << 0;
    uint256 internal constant PROPOSED = 1 << 1;
    uint256 internal constant GOVERNS_VERIFIER = 1 << 2;
    uint256 internal constant GUARDS = 1 << 3;
    uint256 internal constant GOVERNS_LIST = 1 << 4;
    uint256 internal constant GOVERNS_MARKET = 1 << 5;
    uint256 internal constant MANDATES_CONTRACT = 1 << 6;
    uint256 internal constant LEDGER_CONTRACT = 1 << 7;
    uint256 internal constant EXECUTOR_CONTRACT = 1 << 8;
    uint256 internal constant ANYONE = (1 << ROLES) - 1;
    address internal constant NEXT = address(0x61);
    address internal constant VERIFIER_GOVERNOR = address(0x90);
    address internal constant MARKET_GOVERNOR = address(0x91);
    uint256 internal constant SUBMITTER_KEY = 0xA5;

    struct Call {
        string name;
        address to;
        bytes data;
    }

    TradeExecutor internal executor;
    DemoToken internal quote;
    address internal vault;

    function setUp() public virtual override {
        super.setUp();
        executor = TradeExecutor(address(ledger.EXECUTOR()));
        quote = new DemoToken("USD", 6);
        vm.prank(GOVERNOR);
        executor.list(_id(), _listing());
        vault = executor.vaultOf(_id());
        quote.mint(vault, 1e6);
    }

    function _listing() internal view returns (Listing memory listing) {
        (listing.universeId, listing.quote) = (universeId, address(quote));
        listing.tokens = new address[](3);
        listing.venues = new Venue[](1);
        listing.venues[0] = Venue(VenueKind.UniswapV3, address(this), 0);
    }

    function _senders() private view returns (address[ROLES] memory list) {
        (list[0], list[1], list[2], list[3]) = (GOVERNOR, NEXT, VERIFIER_GOVERNOR, GUARDIAN);
        (list[4], list[5], list[6]) = (LIST_GOVERNOR, MARKET_GOVERNOR, address(mandates));
        (list[7], list[8], list[9]) = (address(ledger), address(executor), vault);
        uint256[5] memory keys = [MANAGER_KEY, ATTESTOR_KEY, RISK_KEY, SUBMITTER_KEY, STRANGER_KEY];
        for (uint256 i; i < 5; ++i) list[10 + i] = vm.addr(keys[i]);
    }

    /// @dev Sends the call as everybody, each time from here. Whoever is not among `allowed` is refused as `error_`.
    function _sent(Call memory call, uint256 allowed, bytes4 error_) internal {
        address[ROLES] memory senders = _senders();
        for (uint256 role; role < ROLES; ++role) {
            uint256 state = vm.snapshotState();
            vm.prank(senders[role]);
            (bool success, bytes memory answer) = call.to.call(call.data);
            bool may = allowed & (1 << role) != 0;
            assertEq(success ? 1 : 0, may ? 1 : 0, call.name);
            if (!may) assertEq(bytes32(bytes4(answer)), bytes32(error_), call.name);
            vm.revertToState(state);
        }
    }

    function _sent(Call memory call) internal {
        _sent(call, ANYONE, 0);
    }
}
