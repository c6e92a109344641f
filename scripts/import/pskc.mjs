/**
 * PSKC (RFC 6030), plain, or encrypted with a pre-shared key by AES in CBC mode (§6.1). A value is
 * opened only if its MAC is right (§6.3), and without MAC not at all. Password-based keys (§6.2)
 * are not known here. privacyIDEA writes its own variety (lib/importotp.py, `export_pskc`), where a
 * TOTP key has the next step as its counter.
 */

import { parseXml } from "@rgrove/parse-xml";
import { Refusal } from "../refusal.mjs";
import { readValues } from "./pskc-values.mjs";
import { factor, refused } from "./row.mjs";
import { all, attribute, first, isNamed, textAt } from "./xml.mjs";

/** §10.1. What follows is `hotp`, `totp`, `OCRA-1` or another. */
const PROFILE = /^urn:ietf:params:xml:ns:keyprov:pskc[:#]/i;

export async function* readPskc(file, { key }) {
  const container = parse(file.text());
  const open = await readValues(container, key);
  for (const keyPackage of all(container, "KeyPackage")) {
    const oneKey = first(keyPackage, "Key");
    if (oneKey) yield await readKey(oneKey, { user: userOf(keyPackage, oneKey), open });
  }
}

function parse(text) {
  let root;
  try {
    ({ root } = parseXml(text));
  } catch (error) {
    // The parser's own words quote what it stumbled over.
    throw new Refusal("The file is not XML.", { cause: error.name });
  }
  if (isNamed(root, "KeyContainer")) return root;
  throw new Refusal("The file holds no KeyContainer.");
}

/** The user of the key or of the device (§4.2.2, §4.2.1). It is a distinguished name, often. */
function userOf(keyPackage, key) {
  const name = textAt(key, "UserId") ?? textAt(keyPackage, "DeviceInfo", "UserId");
  const [, part] = /(?:^|,)\s*(?:UID|CN)\s*=\s*([^,+]+)/i.exec(name ?? "") ?? [];
  const serial = textAt(keyPackage, "DeviceInfo", "SerialNo") ?? attribute(key, "Id");
  return { username: part ?? name, serial };
}

async function readKey(key, { user, open }) {
  const kind = (attribute(key, "Algorithm") ?? "").replace(PROFILE, "").toLowerCase();
  if (kind === "hotp") return refused(user, "hotp");
  if (kind !== "totp") return refused(user, "unsupported_type");
  const format = first(key, "AlgorithmParameters", "ResponseFormat");
  const isPlain = (attribute(format, "Encoding") ?? "DECIMAL") === "DECIMAL";
  if (!isPlain || /^(?:true|1)$/.test(attribute(format, "CheckDigits") ?? "")) {
    return refused(user, "unsupported_format");
  }
  const secret = await open(first(key, "Data", "Secret"));
  if (secret === undefined) return refused(user, "undecryptable");
  const suite = first(key, "AlgorithmParameters", "Suite");
  const period = numberAt(key, "TimeInterval") ?? 30;
  const counter = Number(numberAt(key, "Counter") ?? 0);
  return factor(user, {
    secret,
    digits: attribute(format, "Length"),
    algorithm: suite && (suite.text.trim() || attribute(suite, "hashalgo")),
    period,
    drift: stepsOf(numberAt(key, "TimeDrift"), period),
    lastStep: counter > 0 ? counter - 1 : undefined,
  });
}

/** The drift is a whole number of steps (§4.3.4). With a point it is privacyIDEA's, in seconds. */
function stepsOf(drift, period) {
  return drift?.includes(".") ? Math.round(Number(drift) / Number(period)) : drift;
}

/** A number of `Data`. It may be encrypted too, which nobody is known to do: that one is no number. */
function numberAt(key, name) {
  const value = first(key, "Data", name);
  return value && (textAt(value, "PlainValue") ?? "encrypted");
}
