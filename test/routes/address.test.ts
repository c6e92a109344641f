import { expect, it } from "vitest";
import { addressKey, siteKey } from "../../src/routes/address";

it.each([
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "::ffff:192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8:1:2::", "2001:db8:1:2::/64"],
  ["2001:0db8:0001:0002:ffff::1", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["not an address: at all", "unknown"],
  [undefined, "unknown"],
])("limits %s as %s", (address, key) => {
  expect(addressKey(address)).toBe(key);
});

it.each([
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"],
  ["2001:DB8:1:ffff::", "2001:db8:1::/48"],
  ["2001:db8::1", "2001:db8:0::/48"],
  ["192.0.2.1", null],
  ["::ffff:192.0.2.1", null],
  ["not an address: at all", null],
  [undefined, null],
])("counts %s with its site, %s", (address, site) => {
  expect(siteKey(address)).toBe(site);
});
