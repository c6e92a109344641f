import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { everywhere } from "../../databases";
import { checkSignIn, signIn, signOut } from "../../../src/core/operator/sessions";
import { Problem } from "../../../src/problem";
import { metered } from "../../d1-meter";
import { depsOf } from "../../deps";
import { admin, elapse } from "../../service";
import { TEST_SECRETS } from "../../secrets";

const { ADMIN_TOKEN, KEYRING } = TEST_SECRETS;
const SOURCE = { ip: "2001:db8::1", userAgent: "Browser" };
const NEWER = `new:${"B".repeat(42)}A`;

let cookie: string;
beforeEach(async () => {
  const { deps } = await depsOf(env, SOURCE);
  ({ value: cookie } = await signIn(deps, ADMIN_TOKEN));
});

/** Whether the cookie opens the console at the set time; what it leaves behind is done. */
async function isSignedIn(bindings: Env = env, held = cookie): Promise<boolean> {
  const { deps, settled } = await depsOf(bindings);
  try {
    await checkSignIn(deps, held);
  } catch (error) {
    if (error instanceof Problem && error.code === "unauthorized") return false;
    throw error;
  }
  await settled();
  return true;
}

async function leave(): Promise<void> {
  const { deps } = await depsOf(env, SOURCE);
  await signOut(deps, cookie);
}

async function events(): Promise<object[]> {
  return (await (await admin("GET", "/audit")).json<{ items: object[] }>()).items;
}

describe("a sign-in", () => {
  it("takes the ADMIN_TOKEN, and nothing like it", async () => {
    const { deps } = await depsOf();
    for (const token of ["", "guess", `${ADMIN_TOKEN} `, ADMIN_TOKEN.toUpperCase()]) {
      await expect(signIn(deps, token)).rejects.toMatchObject({ code: "unauthorized" });
    }
    expect(await events()).toHaveLength(1);
  });

  it("is in the audit trail, with where it came from", async () => {
    expect(await events()).toMatchObject([
      { type: "console.signed_in", outcome: "success", actor: "admin", appId: null, ...SOURCE },
    ]);
  });

  it("gives each browser a secret of its own, of which only the hash is kept", async () => {
    const { deps } = await depsOf();
    const other = await signIn(deps, ADMIN_TOKEN);
    expect(other.maxAgeSeconds).toBe(12 * 3600);
    expect(other.value).toMatch(/^sgo_[a-z2-7]{52}$/);
    expect(other.value).not.toBe(cookie);
    const { results } = await everywhere.prepare("SELECT * FROM operator_sessions").all();
    expect(results).toHaveLength(2);
    const stored = JSON.stringify(results);
    for (const secret of [ADMIN_TOKEN, cookie.slice(4), other.value.slice(4)]) {
      expect(stored).not.toContain(secret);
    }
  });
});

describe("a check", () => {
  it("takes one read of one row, and writes nothing", async () => {
    const { binding, meter } = metered();
    const bindings = { ...env, ...binding };
    expect(await isSignedIn(bindings)).toBe(true);
    expect(meter).toMatchObject({ roundTrips: 1, rowsWritten: 0 });
    expect(meter.rowsRead).toBeLessThan(5);
  });

  it("reads nothing for what cannot be a cookie of ours", async () => {
    const { binding, meter } = metered();
    const bindings = { ...env, ...binding };
    const junk = ["", "sgo_", ADMIN_TOKEN, `sgs_${cookie.slice(4)}`, `${cookie}a`, cookie.slice(4)];
    for (const held of junk) expect(await isSignedIn(bindings, held)).toBe(false);
    expect(meter.roundTrips).toBe(0);
  });

  it("refuses a secret that was never given", async () => {
    expect(await isSignedIn(env, `sgo_${"a".repeat(52)}`)).toBe(false);
  });

  it("notes use once in five minutes", async () => {
    const { binding, meter } = metered();
    const bindings = { ...env, ...binding };
    elapse(299);
    await isSignedIn(bindings);
    expect(meter.rowsWritten).toBe(0);
    elapse(1);
    await isSignedIn(bindings);
    await isSignedIn(bindings);
    expect(meter.rowsWritten).toBe(1);
  });
});

describe("it ends", () => {
  it("after an hour without use", async () => {
    elapse(3599);
    expect(await isSignedIn()).toBe(true);
    elapse(3599);
    expect(await isSignedIn()).toBe(true);
    elapse(3600);
    expect(await isSignedIn()).toBe(false);
  });

  it("after twelve hours whatever the use, without a write each time near the end", async () => {
    for (let halves = 0; halves < 23; halves++) {
      elapse(1800);
      expect(await isSignedIn()).toBe(true);
    }
    const { binding, meter } = metered();
    elapse(1799);
    expect(await isSignedIn({ ...env, ...binding })).toBe(true);
    expect(meter.rowsWritten).toBe(0);
    elapse(1);
    expect(await isSignedIn()).toBe(false);
  });

  it("with another ADMIN_TOKEN, and is there again with the old one", async () => {
    expect(await isSignedIn({ ...env, ADMIN_TOKEN: ADMIN_TOKEN.toUpperCase() })).toBe(false);
    expect(await isSignedIn()).toBe(true);
  });

  it("with the key of KEYRING that knew its token, and not while that is in the ring", async () => {
    expect(await isSignedIn({ ...env, KEYRING: `${NEWER},${KEYRING}` })).toBe(true);
    expect(await isSignedIn({ ...env, KEYRING: NEWER })).toBe(false);
  });

  it("with a sign-out, which is in the audit trail once", async () => {
    const { deps } = await depsOf();
    const { value: other } = await signIn(deps, ADMIN_TOKEN);
    await Promise.all([leave(), leave(), leave()]);
    expect(await isSignedIn()).toBe(false);
    expect(await isSignedIn(env, other)).toBe(true);
    expect(await events()).toMatchObject([
      { type: "console.signed_out", outcome: "success", actor: "admin", ...SOURCE },
      { type: "console.signed_in" },
      { type: "console.signed_in" },
    ]);
  });
});
