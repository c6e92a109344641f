/** A key that is bound to addresses: calls from elsewhere do nothing, whoever holds the key. */

import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { addressNumber, readRange } from "../../src/core/caller/address-range";
import { runs } from "../chance";
import { challengeLink, redemptionCode, settings } from "../links";
import {
  admin,
  call,
  codeOf,
  createApp,
  createKey,
  enrolled,
  problemCode,
  useKey,
  type EnrolledUser,
  type TestApp,
} from "../service";

const INSIDE = "192.0.2.77";
const from = (address: string) => ({ "cf-connecting-ip": address });

let app: TestApp;
let bound: TestApp;
let ada: EnrolledUser;
beforeEach(async () => {
  app = await createApp({ settings });
  ada = await enrolled(app, "ada");
  const addresses = ["192.0.2.0/24", "2001:db8:7::/48", "198.51.100.9"];
  bound = useKey(app.id, await createKey(app.id, { addresses }));
});

function verify(address: string | null, headers: Record<string, string> = {}) {
  return bound.v1("POST", "/users/ada/verify", {
    body: { code: codeOf(ada.phone), ip: INSIDE },
    headers: { ...(address !== null && from(address)), ...headers },
  });
}

describe("a key that is bound to addresses", () => {
  it.each([INSIDE, "192.0.2.255", "198.51.100.9", "2001:db8:7:ffff::1", "::ffff:192.0.2.1"])(
    "is good from %s",
    async (address) => expect((await verify(address)).status).toBe(200),
  );

  it.each(["192.0.3.1", "198.51.100.10", "2001:db8:8::1", "::1", "nonsense", null])(
    "is refused from %s, and the code stays good",
    async (address) => {
      const refused = await verify(address);
      expect([refused.status, await problemCode(refused)]).toEqual([403, "address_not_allowed"]);
      expect((await verify(INSIDE)).status).toBe(200);
    },
  );

  it("does not believe what the caller says about the end user", async () => {
    const told = { "stepgate-user-ip": INSIDE, "x-forwarded-for": INSIDE };
    expect((await verify("192.0.3.1", told)).status).toBe(403);
  });

  it("may not even ask which app it is of", async () => {
    const response = await bound.v1("GET", "/app", { headers: from("192.0.3.1") });
    expect(await problemCode(response)).toBe("address_not_allowed");
  });

  it("redeems a link's code from its addresses alone, and does not use it up from elsewhere", async () => {
    const code = await redemptionCode(await challengeLink(app, "ada"), codeOf(ada.phone));
    const redeem = (address: string) =>
      bound.v1("POST", "/challenge-links/redeem", { body: { code }, headers: from(address) });
    expect((await redeem("192.0.3.1")).status).toBe(403);
    expect((await redeem(INSIDE)).status).toBe(200);
  });

  it("is listed with its addresses", async () => {
    const response = await admin("GET", `/apps/${app.id}/keys`);
    const { items } = await response.json<{ items: { addresses: string[] }[] }>();
    expect(items.map(({ addresses }) => addresses).toSorted((a, b) => a.length - b.length)).toEqual(
      [[], ["192.0.2.0/24", "2001:db8:7::/48", "198.51.100.9"]],
    );
  });

  it.each([
    "192.0.2.1/24",
    "192.0.2.0/33",
    "2001:db8::/129",
    "example.com",
    "192.0.2.0/",
    "1.2.3",
    "",
  ])("cannot be made for %j", async (range) => {
    const body = { addresses: [range] };
    expect((await admin("POST", `/apps/${app.id}/keys`, { body })).status).toBe(422);
  });
});

const octets = fc.array(fc.nat(255), { minLength: 4, maxLength: 4 });

describe("a range", () => {
  it("has exactly the addresses with its prefix", () => {
    fc.assert(
      fc.property(octets, octets, fc.nat(32), (network, other, length) => {
        const bits = (parts: number[]) =>
          parts.map((one) => one.toString(2).padStart(8, "0")).join("");
        const start = bits(network).slice(0, length).padEnd(32, "0");
        const base = start.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? [];
        const range = readRange(`${base.join(".")}/${length}`);
        const number = addressNumber(other.join(".")) ?? "";
        const isIn = range !== null && range[0] <= number && number <= range[1];
        expect(isIn).toBe(bits(other).startsWith(start.slice(0, length)));
      }),
      { numRuns: runs(300) },
    );
  });
});

it("a key without addresses is good from anywhere", async () => {
  const response = await call("GET", "/v1/app", {
    headers: { authorization: `Bearer ${app.key}`, ...from("203.0.113.1") },
  });
  expect(response.status).toBe(200);
});
