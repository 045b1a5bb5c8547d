"""The C core: splits one bill, and an array of bills. settle.h is the contract."""
