// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IGroth16Verifier, Proof} from "../../verifier-contracts/interfaces/IGroth16Verifier.sol";
import {Core, Creation, IMandates, Terms} from "../../verifier-contracts/interfaces/IMandates.sol";
import {IPortfolioRoles} from "../../verifier-contracts/interfaces/IPortfolioRoles.sol";
import {IMarketSnapshots} from "../../verifier-contracts/interfaces/IMarketSnapshots.sol";
import {Layout} from "../../verifier-contracts/libraries/Layout.sol";
import {PublicVector} from "../../verifier-contracts/libraries/PublicVector.sol";
import {Fixture} from "./Fixture.sol";

contract MandatesTest is Fixture {
    function schedule(int256[] calldata vector, Terms calldata terms, uint256 digest) external {
        _schedule(vector, terms, digest);
    }

    function _refused(int256[] memory vector, bytes memory error_) private {
        Proof memory proof;
        vm.prank(GOVERNOR);
        vm.expectRevert(error_);
        mandates.schedule(_creation(), vector, _terms(), 5, proof);
    }

    function testKeepsWhatWasScheduled() public {
        int256[] memory vector = _limits(universeId);
        uint256 version = _schedule(vector, _terms(), 5);
        (Core memory core, Terms memory terms, int256[] memory kept) = mandates.mandate(_id(), version);
        assertEq(keccak256(abi.encode(kept)), keccak256(abi.encode(vector)), "vector");
        assertEq(keccak256(abi.encode(terms)), keccak256(abi.encode(_terms())), "terms");
        assertEq(core.digest, 5, "digest");
        assertEq(core.universeId, universeId, "universe");
        assertTrue(core.manager == _creation().manager, "manager");
        assertEq(core.windowLength, 1 days, "window");
    }

    function testNeedsAProofOfThisVector() public {
        int256[] memory vector = _limits(universeId);
        uint256[] memory x = new uint256[](vector.length);
        for (uint256 i; i < x.length; ++i) x[i] = _field(vector[i]);
        (, uint256 alpha, uint256 beta) = PublicVector.signals(MANDATE, x, 5);
        Proof memory proof = verifier.proofOf(MANDATE, 5, alpha, beta);
        vector[2] += 1;
        vm.prank(GOVERNOR);
        vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.InvalidProof.selector, MANDATE));
        mandates.schedule(_creation(), vector, _terms(), 5, proof);
    }

    /// @dev For every ranged element: both bounds pass, one beyond either is refused.
    function testEveryFieldHasARange() public {
        int256[2][44] memory ranges = _ranges();
        uint256 tried;
        for (uint256 i = 1; i < 44; ++i) {
            (int256 lo, int256 hi) = (ranges[i][0], ranges[i][1]);
            if (lo == 0 && hi == 0) continue;
            ++tried;
            int256[] memory vector = _limits(universeId);
            vector[i] = lo - 1;
            _refused(vector, abi.encodeWithSelector(IMandates.MandateOutOfRange.selector, i, lo - 1, lo, hi));
            vector[i] = hi + 1;
            _refused(vector, abi.encodeWithSelector(IMandates.MandateOutOfRange.selector, i, hi + 1, lo, hi));
            vector[i] = lo;
            _raiseHigh(vector, i);
            _schedule(vector, _terms(), i);
            vector[i] = hi;
            _raiseHigh(vector, i);
            _schedule(vector, _terms(), i);
        }
        assertEq(tried, 36, "fields tried");
    }

    /// @dev Keeps low limits at or below high ones while one of the pair is at its bound.
    function _raiseHigh(int256[] memory v, uint256 i) private pure {
        if (i == 17 || i == 20 || i == 23) v[i + 1] = Layout.NET_HI_BPS_HI;
        if (i == 18 || i == 21 || i == 24) v[i - 1] = Layout.NET_LO_BPS_LO;
    }

    function _ranges() private pure returns (int256[2][44] memory r) {
        int256 most = int256(uint256(type(uint64).max >> 1));
        for (uint256 slot; slot < 3; ++slot) {
            uint256 i = 1 + 4 * slot;
            (r[i + 1], r[i + 2]) = ([int256(0), most], [int256(0), most]);
            r[i + 3] = [Layout.CONCENTRATION_BPS_LO, Layout.CONCENTRATION_BPS_HI];
        }
        for (uint256 g; g < 3; ++g) {
            uint256 i = 17 + 3 * g;
            r[i] = [Layout.NET_LO_BPS_LO, Layout.NET_LO_BPS_HI];
            r[i + 1] = [Layout.NET_HI_BPS_LO, Layout.NET_HI_BPS_HI];
            r[i + 2] = [Layout.GROSS_BPS_LO, Layout.GROSS_BPS_HI];
        }
        r[25] = [Layout.LEVERAGE_BPS_LO, Layout.LEVERAGE_BPS_HI];
        r[26] = [Layout.GAMMA_LO_BPS_LO, Layout.GAMMA_LO_BPS_HI];
        r[27] = [Layout.GAMMA_HI_BPS_LO, Layout.GAMMA_HI_BPS_HI];
        r[28] = [Layout.VEGA_LO_BPS_LO, Layout.VEGA_LO_BPS_HI];
        r[29] = [Layout.VEGA_HI_BPS_LO, Layout.VEGA_HI_BPS_HI];
        for (uint256 s; s < 2; ++s) r[30 + s] = [Layout.MAX_LOSS_BPS_LO, Layout.MAX_LOSS_BPS_HI];
        for (uint256 a; a < 2; ++a) {
            r[32 + 2 * a] = [Layout.MARGIN_MULTIPLE_BPS_LO, Layout.MARGIN_MULTIPLE_BPS_HI];
            r[33 + 2 * a] = [Layout.VENUE_CAP_BPS_LO, Layout.VENUE_CAP_BPS_HI];
        }
        r[36] = [Layout.FREE_COLLATERAL_FLOOR_BPS_LO, Layout.FREE_COLLATERAL_FLOOR_BPS_HI];
        r[37] = [Layout.TURNOVER_BPS_LO, Layout.TURNOVER_BPS_HI];
        r[38] = [Layout.COST_BPS_LO, Layout.COST_BPS_HI];
        r[39] = [Layout.GAIN_BPS_LO, Layout.GAIN_BPS_HI];
        r[40] = [Layout.CARRY_BPS_LO, Layout.CARRY_BPS_HI];
        r[41] = [Layout.ROLLING_COST_BPS_LO, Layout.ROLLING_COST_BPS_HI];
        r[42] = [Layout.ROLLING_GAIN_BPS_LO, Layout.ROLLING_GAIN_BPS_HI];
        r[43] = [Layout.ROLLING_TURNOVER_BPS_LO, Layout.ROLLING_TURNOVER_BPS_HI];
    }

    function testLowIsNotAboveHigh() public {
        for (uint256 i = 17; i <= 23; i += 3) {
            int256[] memory vector = _limits(universeId);
            vector[i] = vector[i + 1] + 1;
            _refused(vector, abi.encodeWithSelector(IMandates.LowAboveHigh.selector, i));
            vector[i] = vector[i + 1];
            _schedule(vector, _terms(), i);
        }
    }

    /// @dev Two groups and two accounts: of the 16 masks and some beyond, slot 0 (account 0) takes the four 01xx.
    function testMasks() public {
        for (int256 mask = -1; mask < 70; ++mask) {
            int256[] memory vector = _limits(universeId);
            vector[1] = mask;
            if (mask >= 4 && mask < 8) _schedule(vector, _terms(), uint256(mask));
            else _refused(vector, abi.encodeWithSelector(IMandates.WrongMask.selector, 0, mask));
        }
        int256[] memory wide = _limits(universeId);
        wide[1] = 4 + (int256(1) << 200);
        _refused(wide, abi.encodeWithSelector(IMandates.WrongMask.selector, 0, wide[1]));
    }

    function testPaddingIsZero() public {
        for (uint256 i = 13; i < 17; ++i) {
            int256[] memory vector = _limits(universeId);
            vector[i] = 1;
            _refused(vector, abi.encodeWithSelector(IMandates.PaddingNotZero.selector, 3));
        }
    }

    function testUnknownUniverseAndLength() public {
        int256[] memory vector = _limits(universeId + 1);
        _refused(vector, abi.encodeWithSelector(IMarketSnapshots.UnknownUniverse.selector, universeId + 1));
        _refused(new int256[](43), abi.encodeWithSelector(IMandates.WrongVectorLength.selector, 43, 44));
        _refused(new int256[](45), abi.encodeWithSelector(IMandates.WrongVectorLength.selector, 45, 44));
    }

    function testTerms() public {
        uint256[2][9] memory ranges = [
            [uint256(1 minutes), 1 days], [uint256(0), 1 hours], [uint256(10 minutes), 31 days], [uint256(0), 31 days],
            [uint256(1 hours), 400 days], [uint256(10 minutes), 31 days], [uint256(1 hours), 366 days], [uint256(1), 3],
            [uint256(1), 8]
        ];
        for (uint256 i; i < 9; ++i) {
            this.schedule(_limits(universeId), _withTerm(_terms(), i, ranges[i][0]), 100 + i);
            this.schedule(_limits(universeId), _withTerm(_terms(), i, ranges[i][1]), 200 + i);
            vm.expectPartialRevert(IMandates.TermOutOfRange.selector);
            this.scheduleBare(_withTerm(_terms(), i, ranges[i][1] + 1));
            if (ranges[i][0] == 0) continue;
            vm.expectPartialRevert(IMandates.TermOutOfRange.selector);
            this.scheduleBare(_withTerm(_terms(), i, ranges[i][0] - 1));
        }
    }

    function scheduleBare(Terms calldata terms) external {
        Proof memory proof;
        vm.prank(GOVERNOR);
        mandates.schedule(_creation(), _limits(universeId), terms, 1, proof);
    }

    function testOnlyTheGovernorSchedules() public {
        Proof memory proof;
        vm.prank(address(0xbad));
        vm.expectRevert(abi.encodeWithSelector(IPortfolioRoles.NotGovernor.selector, _id(), address(0xbad)));
        mandates.schedule(_creation(), _limits(universeId), _terms(), 1, proof);
        Creation memory creation = _creation();
        creation.windowLength = 1 hours - 1;
        vm.prank(GOVERNOR);
        vm.expectRevert(abi.encodeWithSelector(IMandates.InvalidCreation.selector, "windowLength"));
        mandates.schedule(creation, _limits(universeId), _terms(), 1, proof);
        (creation.windowLength, creation.manager) = (1 hours, address(0));
        vm.prank(GOVERNOR);
        vm.expectRevert(abi.encodeWithSelector(IMandates.InvalidCreation.selector, "manager"));
        mandates.schedule(creation, _limits(universeId), _terms(), 1, proof);
    }
}
