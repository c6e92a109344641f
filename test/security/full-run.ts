import {
  admin,
  bearer,
  call,
  codeOf,
  createApp,
  elapse,
  ORIGIN,
  phoneWith,
  send,
  useKey,
  wrongCodeOf,
} from "../service";
import { TEST_SECRETS } from "../secrets";
import { revoke } from "../world";
import { answer, freshAddress, storedUser } from "./support";

/** Everything that was said to somebody, and what may be found in it. */
export interface Run {
  /** What was created, by what shows it: its own creating response and no other. */
  secrets: { what: string; value: string; shownIn: string }[];
  /** What clients sent as codes. */
  codes: string[];
  responses: { name: string; headers: Headers; text: string }[];
}

/**
 * A full life of a user, with mistakes: enrolment, verification, challenge, rotation, lock, reset,
 * deletion.
 */
export async function fullRun(): Promise<Run> {
  const run: Run = { secrets: [], codes: [], responses: [] };
  const note = async (name: string, response: Promise<Response>) => {
    const received = await response;
    const text = await received.clone().text();
    run.responses.push({ name, headers: received.headers, text });
    return received;
  };
  const hide = (what: string, value: string, shownIn: string) =>
    run.secrets.push({ what, value, shownIn });
  const used = (code: string) => {
    run.codes.push(code);
    return code;
  };

  const { id: appId } = await createApp();
  const made = await note("create key", admin("POST", `/apps/${appId}/keys`, { body: {} }));
  const { key } = await made.json<{ key: string }>();
  hide("API key", key, "create key");
  const app = useKey(appId, key);

  const enrolment = await note("enrol", app.v1("POST", "/users/ada/authenticators", { body: {} }));
  const pending = await enrolment.json<{
    id: string;
    secret: string;
    uri: string;
    qr: { svg: string; png: string };
  }>();
  hide("secret", pending.secret, "enrol");
  hide("URI", pending.uri, "enrol");
  hide("QR code", pending.qr.png, "enrol");
  hide("QR code", pending.qr.svg, "enrol");
  const phone = phoneWith(pending.secret);
  const path = `/users/ada/authenticators/${pending.id}`;
  await note(
    "confirm wrongly",
    app.v1("POST", `${path}/confirm`, { body: { code: used(wrongCodeOf(phone)) } }),
  );
  const confirmed = await note(
    "confirm",
    app.v1("POST", `${path}/confirm`, { body: { code: used(codeOf(phone)) } }),
  );
  const { backupCodes } = await confirmed.json<{ backupCodes: string[] }>();
  for (const code of backupCodes) hide("backup code", code, "confirm");
  elapse(30);

  await note("verify", app.verify("ada", used(codeOf(phone))));
  await note("verify again", app.verify("ada", used(codeOf(phone))));
  await note("verify a backup code", app.verify("ada", backupCodes[0]));
  await note("verify a backup code again", app.verify("ada", backupCodes[0]));
  await note("verify junk", app.verify("ada", `${backupCodes[1]}!`));
  const challenged = await note(
    "challenge",
    app.v1("POST", "/challenges", { body: { userId: "ada" } }),
  );
  const { token } = await challenged.json<{ token: string }>();
  hide("challenge token", token, "challenge");
  await note("answer wrongly", answer(token, used(wrongCodeOf(phone))));
  const answered = await note("answer", answer(token, used(codeOf(phone, 1))));
  hide("assertion", (await answered.json<{ assertion: string }>()).assertion, "answer");
  await note("answer again", answer(token, backupCodes[2]));
  const rotated = await note("rotate", app.v1("POST", "/users/ada/backup-codes"));
  for (const code of (await rotated.json<{ backupCodes: string[] }>()).backupCodes)
    hide("backup code", code, "rotate");
  for (const text of [
    `{"code":"${backupCodes[3]}"`,
    `{"code":["${backupCodes[3]}"]}`,
    backupCodes[3],
  ]) {
    const headers = { ...bearer(key), "content-type": "application/json", ...freshAddress() };
    await note(
      "junk body",
      send(
        new Request(`${ORIGIN}/v1/users/ada/verify`, { method: "POST", headers, body: text ?? "" }),
      ),
    );
  }
  const { id } = await storedUser("ada");
  for (let at = 0; at < 7; at++) await note("lock", app.verify("ada", used(wrongCodeOf(phone))));
  for (const [method, at] of [
    ["GET", "/users/ada"],
    ["POST", "/users/ada/unlock"],
    ["GET", "/users/ada"],
  ] as const) {
    await note(`${method} ${at}`, app.v1(method, at));
  }
  for (const at of [
    `/users/${id}`,
    "/users",
    "/audit?limit=100",
    "/apps",
    `/apps/${appId}/keys`,
    `/apps/${appId}`,
  ]) {
    await note(`GET /admin${at}`, admin("GET", at));
  }
  await note("export", admin("GET", "/audit", { headers: { accept: "application/x-ndjson" } }));
  const reset = await note(
    "reset",
    admin("POST", `/users/${id}/reset`, { body: { reason: "Lost phone" } }),
  );
  const { rebindToken, rebindUrl } = await reset.json<{ rebindToken: string; rebindUrl: string }>();
  hide("rebinding token", rebindToken, "reset");
  hide("rebinding link", rebindUrl, "reset");
  await note("enrol without token", app.v1("POST", "/users/ada/authenticators", { body: {} }));
  const bound = await note(
    "enrol anew",
    app.v1("POST", "/users/ada/authenticators", { body: { rebindToken } }),
  );
  hide("secret", (await bound.json<{ secret: string }>()).secret, "enrol anew");
  await revoke(appId, key);
  await note("revoked", app.v1("GET", "/users/ada"));
  await note(
    "no operator",
    call("GET", "/admin/apps", {
      headers: { ...bearer(`${TEST_SECRETS.ADMIN_TOKEN}x`), ...freshAddress() },
    }),
  );
  return run;
}
