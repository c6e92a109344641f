/**
 * Google's `otpauth-migration://offline?data=`: a protocol buffer in Base64 with several factors.
 * There is no published description. The fields are those of google_auth.proto in Aegis, and the
 * period is always 30 seconds.
 */

import { BinaryReader } from "@bufbuild/protobuf/wire";
import { factor, refused } from "./row.mjs";
import { decodeBase64 } from "./secret.mjs";

/** MigrationPayload: otp_parameters, batch_size, batch_index, batch_id. */
const PAYLOAD = { 1: "bytes", 3: "int32", 4: "int32", 5: "int32" };
/** OtpParameters: secret, name, algorithm, digits, type. */
const PARAMETERS = { 1: "bytes", 2: "string", 4: "int32", 5: "int32", 6: "int32" };
/** By their numbers. 0 says nothing. */
const ALGORITHMS = ["SHA1", "SHA1", "SHA256", "SHA512", "MD5"];
const DIGITS = [6, 6, 8];
const TYPES = ["totp", "hotp", "totp"];

/**
 * Reads one URI: its rows, and which of how many parts of which export it is. Null if it cannot be
 * read.
 */
export function readMigration(uri) {
  const data = URL.parse(uri)?.searchParams.get("data") ?? "";
  // In a query a plus that is not encoded is a blank.
  const bytes = decodeBase64(data.replaceAll(" ", "+"));
  if (!bytes) return null;
  try {
    const {
      1: all = [],
      3: [size] = [1],
      4: [index] = [0],
      5: [id] = [0],
    } = readMessage(bytes, PAYLOAD);
    const rows = all.map((one) => readParameters(readMessage(one, PARAMETERS)));
    return { rows, size, index, id };
  } catch {
    return null;
  }
}

function readParameters(fields) {
  const {
    1: [secret] = [],
    2: [name] = [""],
    4: [hash] = [0],
    5: [length] = [0],
    6: [kind] = [0],
  } = fields;
  const user = { username: name.slice(name.indexOf(":") + 1) };
  if (TYPES[kind] !== "totp") return refused(user, TYPES[kind] ?? "unsupported_type");
  return factor(user, {
    secret: secret?.byteLength > 0 ? new Uint8Array(secret) : null,
    algorithm: ALGORITHMS[hash] ?? "unknown",
    digits: DIGITS[length] ?? "unknown",
  });
}

/** Reads the fields that are known by number, each as a list, and skips all others. */
function readMessage(bytes, types) {
  const reader = new BinaryReader(bytes);
  const fields = {};
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const type = types[number];
    if (type) (fields[number] ??= []).push(reader[type]());
    else reader.skip(wireType, number);
  }
  return fields;
}
