import { expect, it } from "vitest";
import { addressKey, canonicalAddress, siteKey } from "../../src/routes/address";

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
  ["192.0.2.1", "192.0.2.1"],
  ["0.0.0.0", "0.0.0.0"],
  ["255.255.255.255", "255.255.255.255"],
  ["::ffff:127.0.0.1", "127.0.0.1"],
  ["::FFFF:7f00:1", "127.0.0.1"],
  ["0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"],
  ["::ffff:0:0", "0.0.0.0"],
  ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
  ["2001:0db8:0001:0002:0000:0000:0000:0005", "2001:db8:1:2::5"],
  ["::1", "::1"],
  ["::", "::"],
  ["64:ff9b::192.0.2.1", "64:ff9b::c000:201"],
])("keeps the address %s as %s", (text, address) => {
  expect(canonicalAddress(text)).toBe(address);
});

it.each([
  "",
  " 192.0.2.1",
  "192.0.2.1:443",
  "192.0.2",
  "192.0.2.1.",
  "192.0.2.256",
  "192.0.2.01",
  "0x7f.0.0.1",
  "127.1",
  "2130706433",
  "fe80::1%eth0",
  "fe80::1%25eth0",
  "[::1]",
  "::1]/",
  "::1]:80",
  "1::2::3",
  "12345::1",
  "::ffff:300.0.0.1",
  "example.com",
  "１９２.0.2.1",
])("takes %j for no address", (text) => {
  expect(canonicalAddress(text)).toBeNull();
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
