// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @notice Tokens that leave a vault for good.
struct Withdrawal {
    address token;
    address to;
    uint256 amount;
}

/// @title  IFundVaults
/// @notice The vaults of all portfolios. Whoever sends tokens to a vault has deposited them; they leave by open trades, by
///         governor and manager together, or by the governor alone after the notice of mandates.
interface IFundVaults {
    /// @notice A portfolio got its vault.
    event VaultMade(bytes32 indexed portfolioId, address vault);
    /// @notice The governor may make this withdrawal alone from `dueAt` to `expiresAt`.
    event WithdrawalAnnounced(bytes32 indexed portfolioId, Withdrawal withdrawal, uint256 dueAt, uint256 expiresAt);
    /// @notice Tokens left a vault. Like every flow, it is an attestor's to sign.
    event Withdrawn(bytes32 indexed portfolioId, Withdrawal withdrawal, bool byManager);

    /// @notice The portfolio has no vault.
    error NoVault(bytes32 portfolioId);
    /// @notice The manager did not sign `digest`, and no announcement of this withdrawal is due.
    error NotWithdrawable(bytes32 portfolioId, bytes32 digest);

    /// @notice The portfolio's vault; 0 when it has none.
    function vaultOf(bytes32 portfolioId) external view returns (address);

    /// @notice Withdrawals made with the manager's signature so far: the nonce of the next.
    function withdrawalsOf(bytes32 portfolioId) external view returns (uint256);

    /// @notice Announces that the governor will withdraw without the manager, the notice of mandates from now or within as
    ///         long again; once.
    function announceWithdrawal(bytes32 portfolioId, Withdrawal calldata withdrawal) external;

    /// @notice Withdraws; sent by the governor.
    /// @param authorization The manager's signature of the withdrawal with the next nonce; empty for an announced one.
    function withdraw(bytes32 portfolioId, Withdrawal calldata withdrawal, bytes calldata authorization) external;
}
