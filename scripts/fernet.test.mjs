import assert from "node:assert/strict";
import { test } from "node:test";
import { importFernetKey, openFernet } from "./import/fernet.mjs";

/**
 * The tokens were made by `Fernet(key).encrypt(text)` of Python's cryptography 38.0.4, and the two
 * keys by `Fernet.generate_key()`.
 */
const KEY_A = "aEzMsw-BYpLsQv_L33JP6a7Vdfhc63wwziZwmM4BSz8=";
const KEY_B = "SVx7NsYc3tjT-NNByW5JOeXnuRrykkBOsfvQMEoWwIk=";
const FROM_PYTHON = [
  [
    KEY_A,
    "gAAAAABrAmGHcLTALrEgEn2s1aIsWxh6hF1cSGqHW4aGWqDeuDv2EGswIr3D0O6PKKBe4l1NorfshrLKBZRngqnVFxdlPrH46WN_ZiwkFkCzjuqGzAGnV7mrHF_YPmOQSgJviUXmeEIy",
    "7ZRXGSWKI7FLICUSE57AAY7XEPLAK2ZF",
  ],
  [
    KEY_A,
    "gAAAAABrAmGHmoG5li5p7Uw5Uyby1TVva2DjS88jf2UD9kg_uTl2UPTYyx8E0PyR1uuJGuJXaCor3YSSLikipdVFLH5zIcMaJg==",
    "",
  ],
  [
    KEY_B,
    "gAAAAABrAmGH-9wkigtw7vNIboPiAOWwZaWAixbFh4vulNPoRtwSeoLRjbTJspGTMT-kra8jYMcOZfqcfVsCxB-m5YMgNCgVupeK5qIK_7nipbN2V7GTQlzWH9_rtrV1HtAbNOlirRPt",
    "M4UASSZDZQWHGJHSHCUGK6A3GCG3VB2G",
  ],
  [
    KEY_B,
    "gAAAAABrAmGHDd1saetS62N1wJDhRYCqLMWyQVfG8ZGaWq2IqMOWNINSMYlz5MrJhMuACGl70-9UyHA6kd1ieJAL7oq_uNTNZHe8r5uiNm0IUTnyeCCc2AU=",
    "sixteen bytes 16",
  ],
  [
    KEY_B,
    "gAAAAABrAmGHNF8lZosjwdjFdD3maYW-PwwG4yb7CUpK_vRnH16a1RyeADnl8wcT-g0_obKzRVxiWyggl76mpIG6nynW5dv1QQ==",
    "Grüße, 世界",
  ],
  [
    KEY_B,
    "gAAAAABrAmGHh7yO_m-eivjO7wtzY76NFx26-zFEWY4STHc4f8CmgJwolnG7YdvntbqS4Ta9QwGFRnTQMVR-yuBZD94l0fLBREzPla8XrsmVCozx6hUwFpu3_3qEOXQiy6sMp8Iy-I8aVK9mfPN7UOh8FgzdZM44tIMrOkoE9XJPmXBuEJ8hO_8=",
    "x".repeat(79),
  ],
];

/** From verify.json and invalid.json of github.com/fernet/spec. */
const SPEC_KEY = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
const VERIFY =
  "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";
const INVALID = {
  "incorrect mac":
    "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykQUFBQUFBQUFBQQ==",
  "too short": "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPA==",
  "invalid base64":
    "%%%%%%%%%%%%%AECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==",
  "payload size not multiple of block size":
    "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPOm73QeoCk9uGib28Xe5vz6oxq5nmxbx_v7mrfyudzUm",
  "payload padding error":
    "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0ODz4LEpdELGQAad7aNEHbf-JkLPIpuiYRLQ3RtXatOYREu2FWke6CnJNYIbkuKNqOhw==",
  "incorrect IV (causes padding error)":
    "gAAAAAAdwJ6xBQECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAkLhFLHpGtDBRLRTZeUfWgHSv49TF2AUEZ1TIvcZjK1zQ==",
};
/** The specification calls these invalid for their age alone, which is not looked at here. */
const OUT_OF_TIME = [
  "gAAAAAAdwStRAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAnja1xKYyhd-Y6mSkTOyTGJmw2Xc2a6kBd-iX9b_qXQcw==",
  "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==",
];

/** Correctly signed with KEY_B, by Python's hmac. */
const RIGHTLY_SIGNED = {
  "another version, 0x81":
    "gQAAAABrAmGHDd1saetS62N1wJDhRYCqLMWyQVfG8ZGaWq2IqMOWNINSMYlz5MrJhMuACGl70-9UZwM_aAFSH3txBosT7tI50R1N2p5nbF3XfvUSCEOtSG8=",
  "no ciphertext": "gAAAAABrAmGHDd1saetS62N1wJDhRYCqLGRTIFYU2gtzqCfqAe0dQjo96mBJ6coq-1p5k2GSrbTw",
  "bytes that are no UTF-8":
    "gAAAAABrAmJmF5DkHpoTIGArSSYx7TPdPeyWCuEoBJtBDLJS6dFfHogMCfoh-vYLvwxyMPz936wjpyD5POuA62rHXnd6e23Kxg==",
};

async function open(key, token) {
  return openFernet(await importFernetKey(key), token);
}

for (const [key, token, text] of FROM_PYTHON) {
  test(`opens what Python sealed: ${JSON.stringify(text).slice(0, 20)}`, async () => {
    assert.equal(await open(key, token), text);
    assert.equal(await open(key === KEY_A ? KEY_B : KEY_A, token), null);
  });
}

test("opens the vector of the specification, with and without padding", async () => {
  assert.equal(await open(SPEC_KEY, VERIFY), "hello");
  assert.equal(await open(SPEC_KEY.replace("=", ""), VERIFY.replaceAll("=", "")), "hello");
});

for (const [why, token] of Object.entries(INVALID)) {
  test(`refuses the specification's vector: ${why}`, async () => {
    assert.equal(await open(SPEC_KEY, token), null);
  });
}

test("looks at no token's age", async () => {
  for (const token of OUT_OF_TIME) assert.equal(await open(SPEC_KEY, token), "");
});

for (const [why, token] of Object.entries(RIGHTLY_SIGNED)) {
  test(`refuses, although it is signed: ${why}`, async () => {
    assert.equal(await open(KEY_B, token), null);
  });
}

test("refuses a token with any one byte altered", async () => {
  const bytes = Buffer.from(VERIFY, "base64url");
  for (let at = 0; at < bytes.length; at++) {
    const altered = Buffer.from(bytes);
    altered[at] ^= 1;
    assert.equal(await open(SPEC_KEY, altered.toString("base64url")), null);
  }
});

test("takes nothing for a key that is not 32 bytes in base64url", async () => {
  const wrong = ["", "A".repeat(42), "A".repeat(44), `${"A".repeat(42)}+=`, "a key", `${KEY_A}\n`];
  for (const text of wrong) assert.equal(await importFernetKey(text), null);
});
