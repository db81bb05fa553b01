// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IMandates, Terms} from "../interfaces/IMandates.sol";
import {Instrument} from "./Instruments.sol";
import {Layout} from "./Layout.sol";
import {Shape} from "./Shape.sol";

/// @title  MandateRules
/// @notice Refuses a mandate that is vacuous, mis-scaled or at odds with its universe.
library MandateRules {
    /// @notice Elements of a mandate vector.
    function length(Shape memory shape) internal pure returns (uint256) {
        return Layout.MANDATE_HEAD_LENGTH + shape.slots * Layout.MANDATE_SLOT_LENGTH
            + shape.groups * Layout.MANDATE_GROUP_LENGTH + Layout.MANDATE_WHOLE_LENGTH
            + shape.scenarios * Layout.MANDATE_SCENARIO_LENGTH + shape.accounts * Layout.MANDATE_ACCOUNT_LENGTH
            + Layout.MANDATE_TAIL_LENGTH;
    }

    /// @notice Checks every element but the universe id, which the caller used to find `instruments`.
    function check(int256[] calldata vector, Instrument[] memory instruments, Shape memory shape) internal pure {
        uint256 start = Layout.MANDATE_HEAD_LENGTH;
        for (uint256 i; i < shape.slots; ++i) {
            if (i < instruments.length) _checkSlot(vector, start, i, instruments[i].account, shape);
            else _checkPadding(vector, start, i);
            start += Layout.MANDATE_SLOT_LENGTH;
        }
        for (uint256 g; g < shape.groups; ++g) {
            _net(vector, start + Layout.MANDATE_GROUP_NET_LO_BPS, start + Layout.MANDATE_GROUP_NET_HI_BPS);
            _in(vector, start + Layout.MANDATE_GROUP_GROSS_BPS, Layout.GROSS_BPS_LO, Layout.GROSS_BPS_HI);
            start += Layout.MANDATE_GROUP_LENGTH;
        }
        _checkWhole(vector, start);
        start += Layout.MANDATE_WHOLE_LENGTH;
        for (uint256 s; s < shape.scenarios; ++s) {
            _in(vector, start + Layout.MANDATE_SCENARIO_MAX_LOSS_BPS, Layout.MAX_LOSS_BPS_LO, Layout.MAX_LOSS_BPS_HI);
            start += Layout.MANDATE_SCENARIO_LENGTH;
        }
        for (uint256 a; a < shape.accounts; ++a) {
            uint256 multiple = start + Layout.MANDATE_ACCOUNT_MARGIN_MULTIPLE_BPS;
            _in(vector, multiple, Layout.MARGIN_MULTIPLE_BPS_LO, Layout.MARGIN_MULTIPLE_BPS_HI);
            _in(vector, start + Layout.MANDATE_ACCOUNT_VENUE_CAP_BPS, Layout.VENUE_CAP_BPS_LO, Layout.VENUE_CAP_BPS_HI);
            start += Layout.MANDATE_ACCOUNT_LENGTH;
        }
        _checkTail(vector, start);
    }

    /// @notice Checks the terms beside the vector: no age, window or interval of zero, none so long that it says nothing.
    function checkTerms(Terms calldata terms) internal pure {
        _term("marketMaxAge", terms.marketMaxAge, Layout.TERM_MARKET_MAX_AGE_LO, Layout.TERM_MARKET_MAX_AGE_HI);
        _term("grace", terms.grace, Layout.TERM_GRACE_LO, Layout.TERM_GRACE_HI);
        _term("heartbeat", terms.heartbeat, Layout.TERM_HEARTBEAT_LO, Layout.TERM_HEARTBEAT_HI);
        _term("cureTime", terms.cureTime, Layout.TERM_CURE_TIME_LO, Layout.TERM_CURE_TIME_HI);
        _term("attestationMaxAge", terms.attestationMaxAge, Layout.TERM_ATTESTATION_MAX_AGE_LO, Layout.TERM_ATTESTATION_MAX_AGE_HI);
        _term("flowMaxWait", terms.flowMaxWait, Layout.TERM_FLOW_MAX_WAIT_LO, Layout.TERM_FLOW_MAX_WAIT_HI);
        _term("minInterval", terms.minInterval, Layout.TERM_MIN_INTERVAL_LO, Layout.TERM_MIN_INTERVAL_HI);
        _term("attestationTier", terms.attestationTier, Layout.TERM_ATTESTATION_TIER_LO, Layout.TERM_ATTESTATION_TIER_HI);
        _term("attestationQuorum", terms.attestationQuorum, Layout.TERM_ATTESTATION_QUORUM_LO, Layout.TERM_ATTESTATION_QUORUM_HI);
    }

    function _checkSlot(int256[] calldata vector, uint256 start, uint256 slot, uint8 account, Shape memory shape)
        private
        pure
    {
        int256 mask = vector[start + Layout.MANDATE_SLOT_MASK];
        if (mask < 0 || uint256(mask) >> shape.groups != 1 << account) revert IMandates.WrongMask(slot, mask);
        int256 most = int256((1 << Layout.BITS_QUANTITY) - 1);
        _in(vector, start + Layout.MANDATE_SLOT_MAX_LONG, 0, most);
        _in(vector, start + Layout.MANDATE_SLOT_MAX_SHORT, 0, most);
        uint256 cap = start + Layout.MANDATE_SLOT_CONCENTRATION_BPS;
        _in(vector, cap, Layout.CONCENTRATION_BPS_LO, Layout.CONCENTRATION_BPS_HI);
    }

    function _checkPadding(int256[] calldata vector, uint256 start, uint256 slot) private pure {
        for (uint256 i; i < Layout.MANDATE_SLOT_LENGTH; ++i) {
            if (vector[start + i] != 0) revert IMandates.PaddingNotZero(slot);
        }
    }

    function _checkWhole(int256[] calldata vector, uint256 start) private pure {
        _net(vector, start + Layout.MANDATE_WHOLE_NET_LO_BPS, start + Layout.MANDATE_WHOLE_NET_HI_BPS);
        _in(vector, start + Layout.MANDATE_WHOLE_LEVERAGE_BPS, Layout.LEVERAGE_BPS_LO, Layout.LEVERAGE_BPS_HI);
        _in(vector, start + Layout.MANDATE_WHOLE_GAMMA_LO_BPS, Layout.GAMMA_LO_BPS_LO, Layout.GAMMA_LO_BPS_HI);
        _in(vector, start + Layout.MANDATE_WHOLE_GAMMA_HI_BPS, Layout.GAMMA_HI_BPS_LO, Layout.GAMMA_HI_BPS_HI);
        _in(vector, start + Layout.MANDATE_WHOLE_VEGA_LO_BPS, Layout.VEGA_LO_BPS_LO, Layout.VEGA_LO_BPS_HI);
        _in(vector, start + Layout.MANDATE_WHOLE_VEGA_HI_BPS, Layout.VEGA_HI_BPS_LO, Layout.VEGA_HI_BPS_HI);
    }

    function _checkTail(int256[] calldata vector, uint256 start) private pure {
        uint256 floor = start + Layout.MANDATE_TAIL_FREE_COLLATERAL_FLOOR_BPS;
        _in(vector, floor, Layout.FREE_COLLATERAL_FLOOR_BPS_LO, Layout.FREE_COLLATERAL_FLOOR_BPS_HI);
        _in(vector, start + Layout.MANDATE_TAIL_TURNOVER_BPS, Layout.TURNOVER_BPS_LO, Layout.TURNOVER_BPS_HI);
        _in(vector, start + Layout.MANDATE_TAIL_COST_BPS, Layout.COST_BPS_LO, Layout.COST_BPS_HI);
        _in(vector, start + Layout.MANDATE_TAIL_GAIN_BPS, Layout.GAIN_BPS_LO, Layout.GAIN_BPS_HI);
        _in(vector, start + Layout.MANDATE_TAIL_CARRY_BPS, Layout.CARRY_BPS_LO, Layout.CARRY_BPS_HI);
        uint256 cost = start + Layout.MANDATE_TAIL_ROLLING_COST_BPS;
        _in(vector, cost, Layout.ROLLING_COST_BPS_LO, Layout.ROLLING_COST_BPS_HI);
        uint256 gain = start + Layout.MANDATE_TAIL_ROLLING_GAIN_BPS;
        _in(vector, gain, Layout.ROLLING_GAIN_BPS_LO, Layout.ROLLING_GAIN_BPS_HI);
        uint256 turnover = start + Layout.MANDATE_TAIL_ROLLING_TURNOVER_BPS;
        _in(vector, turnover, Layout.ROLLING_TURNOVER_BPS_LO, Layout.ROLLING_TURNOVER_BPS_HI);
    }

    function _net(int256[] calldata vector, uint256 lo, uint256 hi) private pure {
        _in(vector, lo, Layout.NET_LO_BPS_LO, Layout.NET_LO_BPS_HI);
        _in(vector, hi, Layout.NET_HI_BPS_LO, Layout.NET_HI_BPS_HI);
        if (vector[lo] > vector[hi]) revert IMandates.LowAboveHigh(lo);
    }

    function _in(int256[] calldata vector, uint256 index, int256 lo, int256 hi) private pure {
        int256 value = vector[index];
        if (value < lo || value > hi) revert IMandates.MandateOutOfRange(index, value, lo, hi);
    }

    function _term(string memory term, uint256 value, uint256 lo, uint256 hi) private pure {
        if (value < lo || value > hi) revert IMandates.TermOutOfRange(term, value, lo, hi);
    }
}
