/** The words that a row may end with, if no problem of the server says it. */

/** A row with one of these words is as it should be. Any other word is a failure. */
export const FINE = new Set([
  "imported",
  "importable",
  "already_there",
  "not_confirmed",
  "other_factor",
]);

export const MEANINGS = {
  ambiguous_user: "User name and e-mail address do not belong to one account.",
  duplicate_user: "Users with different names lead to one account; none of them was imported.",
  hotp: "It counts codes instead of time (HOTP). The user has to enrol anew.",
  no_such_user: "No account has this user name or e-mail address. Make it first.",
  not_confirmed: "Setting up was never finished there, so that the phone may not have it.",
  other_factor: "Not an authenticator app.",
  short_secret: "The secret has 80 to 127 bits. RFC 4226 asks for 128; --allow-short takes it.",
  undecryptable: "Not sealed with this key, or altered.",
  unreadable: "There is no secret, or it was cut off or mistyped.",
  unsupported_algorithm: "Codes are made with SHA-1, SHA-256 or SHA-512 here.",
  unsupported_digits: "Codes have 6 to 8 digits here.",
  unsupported_drift: "Its clock is more than 10 steps off. The user has to enrol anew.",
  unsupported_format: "Its codes are not decimal, or have a check digit.",
  unsupported_length: "A secret has 128 to 1,024 bits here.",
  unsupported_period: "A step has 15 to 120 seconds here.",
  unsupported_t0: "Its steps are not counted from 1970.",
  unsupported_type: "Codes of another kind than TOTP.",
  user_not_named:
    "The row names nobody. docs/import.md says for each system how names come with it.",
};
