// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {GovernorWithNotice} from "./GovernorWithNotice.sol";
import {IMarketSettings, Settings} from "./interfaces/IMarketSettings.sol";
import {Feeds} from "./libraries/Feeds.sol";
import {Signatures} from "./libraries/Signatures.sol";

/// @title  MarketSettings
/// @dev    A contract of its own, so that nothing that builds or keeps a market vector has an owner.
contract MarketSettings is IMarketSettings, GovernorWithNotice {
    uint256 private constant SIGNERS_MAX = 32;
    uint256 private constant GRACE_MAX = 1 days;
    /// @dev Answers of an uptime feed.
    int256 private constant UP = 0;
    int256 private constant DOWN = 1;

    /// @notice Uptime feed of the chain's sequencer (0 for a chain without one), and seconds to wait after a restart.
    address public immutable SEQUENCER_FEED;
    uint256 public immutable SEQUENCER_GRACE;

    Settings private _active;
    Settings private _waiting;
    uint40 private _settingsDueAt; // 0 when none wait

    constructor(
        address governor,
        uint256 notice,
        address[] memory riskSigners,
        uint256 threshold,
        address sequencerFeed,
        uint256 sequencerGrace
    ) GovernorWithNotice(governor, notice) {
        bool asked = sequencerFeed != address(0);
        if (asked && sequencerFeed.code.length == 0) revert InvalidSetting("sequencerFeed");
        if (asked ? sequencerGrace == 0 || sequencerGrace > GRACE_MAX : sequencerGrace != 0) {
            revert InvalidSetting("sequencerGrace");
        }
        (SEQUENCER_FEED, SEQUENCER_GRACE) = (sequencerFeed, sequencerGrace);
        Settings memory settings = Settings(riskSigners, threshold, asked);
        _check(settings, asked);
        _active = settings;
        emit SettingsActivated(settings);
    }

    /// @inheritdoc IMarketSettings
    function schedule(Settings calldata settings) external onlyGovernor {
        _check(settings, _active.sequencerAsked);
        uint256 dueAt = block.timestamp + NOTICE;
        (_waiting, _settingsDueAt) = (settings, uint40(dueAt));
        emit SettingsScheduled(settings, dueAt);
    }

    /// @inheritdoc IMarketSettings
    function cancel() external onlyGovernor {
        if (_settingsDueAt == 0) revert NothingWaits();
        _clear();
        emit SettingsCancelled();
    }

    /// @inheritdoc IMarketSettings
    function activate() external {
        if (_settingsDueAt == 0) revert NothingWaits();
        if (block.timestamp < _settingsDueAt) revert NoticeNotOver(_settingsDueAt);
        Settings memory settings = _waiting;
        _active = settings;
        _clear();
        emit SettingsActivated(settings);
    }

    /// @inheritdoc IMarketSettings
    function checkSigned(bytes32 digest, bytes[] calldata signatures) external view {
        uint256 valid;
        uint256 threshold = _active.threshold;
        for (uint256 i; i < signatures.length && i < _active.riskSigners.length && valid < threshold; ++i) {
            if (signatures[i].length == 0) continue;
            if (Signatures.isValid(_active.riskSigners[i], digest, signatures[i])) ++valid;
        }
        if (valid < threshold) revert NotEnoughSignatures(valid, threshold);
    }

    /// @inheritdoc IMarketSettings
    function checkSequencer() external view {
        if (!_active.sequencerAsked) return;
        (bool whole, int256 answer, uint256 startedAt,) = Feeds.latestRound(SEQUENCER_FEED);
        bool known = answer == UP || answer == DOWN;
        if (!whole || !known || startedAt == 0 || startedAt > block.timestamp) {
            revert SequencerFeedFailed(SEQUENCER_FEED);
        }
        if (answer == DOWN) revert SequencerDown(SEQUENCER_FEED);
        uint256 earliest = startedAt + SEQUENCER_GRACE;
        if (block.timestamp < earliest) revert SequencerGrace(earliest);
    }

    /// @inheritdoc IMarketSettings
    function active() external view returns (Settings memory) {
        return _active;
    }

    /// @inheritdoc IMarketSettings
    function waiting() external view returns (Settings memory, uint256) {
        return (_waiting, _settingsDueAt);
    }

    function _clear() private {
        delete _waiting;
        _settingsDueAt = 0;
    }

    function _check(Settings memory settings, bool mayAsk) private pure {
        address[] memory signers = settings.riskSigners;
        if (signers.length == 0 || signers.length > SIGNERS_MAX || signers[0] == address(0)) {
            revert InvalidSetting("riskSigners");
        }
        // In ascending order, so that none counts twice.
        for (uint256 i = 1; i < signers.length; ++i) {
            if (signers[i] <= signers[i - 1]) revert InvalidSetting("riskSigners");
        }
        if (settings.threshold == 0 || settings.threshold > signers.length) revert InvalidSetting("threshold");
        if (settings.sequencerAsked && !mayAsk) revert InvalidSetting("sequencerAsked");
    }
}
