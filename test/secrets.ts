/** The secrets of the tests: fixed, so that a developer's .dev.vars changes nothing. */
export const TEST_SECRETS = {
  ISSUER_URL: "https://2fa.test",
  ADMIN_TOKEN: "test-admin-token-0123456789-abcdefgh",
  KEYRING: `test:${"A".repeat(43)}`,
  SIGNING_KEYS:
    "test:MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQguuRzoduL-5OUfBRWBehvMVJkkt5A2UHeGfj6JBLGFnqhRANCAAT0lNFBM7eZAwSF72FVazvbM1SRogTeehyd1CerqmkEb5-3wrtkpEyUPZjTU9_RfekcURZaKGlaahmOm6kdCc9O",
};
