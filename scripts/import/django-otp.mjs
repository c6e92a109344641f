/**
 * django-otp: `manage.py dumpdata otp_totp otp_hotp`
 * (django_otp/plugins/otp_totp/models.py). authentik keeps the same fields in a model of its own
 * (authentik/stages/authenticator_totp/models.py). Both count the drift in steps, like Stepgate, and
 * `last_t` is the step of the last code, with the drift in it.
 */

import { ofModels, readDump } from "./django-dump.mjs";
import { factor, refused } from "./row.mjs";
import { decodeHex } from "./secret.mjs";

export const readDjangoOtp = readerOf("otp_totp.totpdevice", "otp_hotp.hotpdevice");
export const readAuthentik = readerOf("authentik_stages_authenticator_totp.totpdevice");

function readerOf(totp, ...others) {
  return async function* read(file) {
    const { records, userOf } = await readDump(file);
    for (const { model, fields } of ofModels(records, totp, ...others)) {
      const user = userOf(fields.user);
      yield model === totp ? readDevice(user, fields) : refused(user, "hotp");
    }
  };
}

function readDevice(user, fields) {
  const { confirmed, key, step, t0, digits, drift, last_t: lastStep, name } = fields;
  if (!confirmed) return refused(user, "not_confirmed");
  // Its steps are counted from another time than those of all authenticator apps.
  if (t0) return refused(user, "unsupported_t0");
  return factor(user, { secret: decodeHex(key), digits, period: step, drift, lastStep, name });
}
