// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {FundVault} from "./FundVault.sol";
import {IFundVaults, Withdrawal} from "./interfaces/IFundVaults.sol";
import {Core, IMandates} from "./interfaces/IMandates.sol";
import {IPortfolioRoles} from "./interfaces/IPortfolioRoles.sol";
import {IRebalanceLedger} from "./interfaces/IRebalanceLedger.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {TypedData} from "./libraries/TypedData.sol";

/// @title  FundVaults
/// @dev    A vault per portfolio, so that no token's odd rules or wrong count touches another fund. The manager alone can
///         move nothing out; the governor alone can only with notice, so that a lost manager's key locks nothing in.
abstract contract FundVaults is IFundVaults, TypedData {
    bytes32 private constant _WITHDRAWAL_TYPE =
        keccak256("Withdrawal(bytes32 portfolioId,address token,address to,uint256 amount,uint256 nonce)");

    IMandates public immutable MANDATES;

    mapping(bytes32 portfolioId => FundVault) internal _vaults;
    mapping(bytes32 portfolioId => uint256) private _nonces;
    mapping(bytes32 portfolioId => mapping(bytes32 withdrawalHash => uint256)) private _dueAt;

    constructor(IMandates mandates) {
        MANDATES = mandates;
    }

    /// @inheritdoc IFundVaults
    function vaultOf(bytes32 portfolioId) external view returns (address) {
        return address(_vaults[portfolioId]);
    }

    /// @inheritdoc IFundVaults
    function withdrawalsOf(bytes32 portfolioId) external view returns (uint256) {
        return _nonces[portfolioId];
    }

    /// @inheritdoc IFundVaults
    function announceWithdrawal(bytes32 portfolioId, Withdrawal calldata withdrawal) external {
        _onlyGovernor(portfolioId);
        uint256 notice = MANDATES.NOTICE();
        uint256 dueAt = block.timestamp + notice;
        _dueAt[portfolioId][keccak256(abi.encode(withdrawal))] = dueAt;
        emit WithdrawalAnnounced(portfolioId, withdrawal, dueAt, dueAt + notice);
    }

    /// @inheritdoc IFundVaults
    function withdraw(bytes32 portfolioId, Withdrawal calldata withdrawal, bytes calldata authorization) external {
        address manager = _onlyGovernor(portfolioId);
        FundVault vault = _vaults[portfolioId];
        if (address(vault) == address(0)) revert NoVault(portfolioId);
        bytes32 digest =
            _typed(keccak256(abi.encode(_WITHDRAWAL_TYPE, portfolioId, withdrawal, _nonces[portfolioId])));
        bool byManager = authorization.length != 0 && Signatures.isValid(manager, digest, authorization);
        if (byManager) ++_nonces[portfolioId];
        else if (!_isDue(portfolioId, withdrawal)) revert NotWithdrawable(portfolioId, digest);
        emit Withdrawn(portfolioId, withdrawal, byManager);
        vault.pay(withdrawal.token, withdrawal.to, withdrawal.amount);
    }

    /// @dev The portfolio's vault, made when it has none.
    function _vaultFor(bytes32 portfolioId) internal returns (address) {
        FundVault vault = _vaults[portfolioId];
        if (address(vault) == address(0)) {
            vault = new FundVault{salt: portfolioId}(portfolioId);
            _vaults[portfolioId] = vault;
            emit VaultMade(portfolioId, address(vault));
        }
        return address(vault);
    }

    /// @return manager The portfolio's manager.
    function _onlyGovernor(bytes32 portfolioId) internal view returns (address manager) {
        address governor;
        (governor, manager,) = _roles(portfolioId);
        if (msg.sender != governor) revert IPortfolioRoles.NotGovernor(portfolioId, msg.sender);
    }

    /// @dev Who governs and manages a portfolio, and the universe of its active mandate.
    function _roles(bytes32 portfolioId) internal view returns (address governor, address manager, uint256 universeId) {
        address blob = MANDATES.active(portfolioId);
        if (blob == address(0)) revert IRebalanceLedger.NoMandate(portfolioId);
        Core memory core = abi.decode(blob.code, (Core));
        (governor, manager, universeId) = (MANDATES.governorOf(portfolioId), core.manager, core.universeId);
    }

    /// @dev Whether this withdrawal was announced, and its time is now; it counts once.
    function _isDue(bytes32 portfolioId, Withdrawal calldata withdrawal) private returns (bool) {
        bytes32 key = keccak256(abi.encode(withdrawal));
        uint256 dueAt = _dueAt[portfolioId][key];
        if (dueAt == 0 || block.timestamp < dueAt || block.timestamp > dueAt + MANDATES.NOTICE()) return false;
        delete _dueAt[portfolioId][key];
        return true;
    }
}
