pragma circom 2.1.6;

include "./bits.circom";

/// @title    SlotMask
/// @notice   Reads a slot's mask: one bit per group, then one bit per account.
///
/// @param    G, A       Groups, accounts.
/// @input    mask       The mask, public in the mandate.
/// @output   inGroup    1 where the slot counts in the group.
/// @output   inAccount  1 where the slot is held in the account.
/// @requires one account bit, the instrument's, and none for a padding slot — Mandates, before it stores the digest.
/// @ensures  every output is 0 or 1 and mask has no further bit.
/// @constraints G + A non-linear.
/// @security Each output is a digit of the mask, and a mask has one choice of digits: unique, as Bits.
template SlotMask(G, A) {
    signal input mask;
    signal output inGroup[G];
    signal output inAccount[A];

    component digits = Bits(G + A);
    digits.in <== mask;
    for (var g = 0; g < G; g++) {
        inGroup[g] <== digits.out[g];
    }
    for (var a = 0; a < A; a++) {
        inAccount[a] <== digits.out[G + a];
    }
}
