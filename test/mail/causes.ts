/** What people do with their addresses, by the event that it causes. */

import { auth, register, tokensOf } from "../account";
import { everywhere } from "../databases";
import { otherThan, reader, receiveMail, codeFor } from "./mailbox";

const email = "grace@example.net";

async function forget() {
  const mailbox = receiveMail();
  await reader(mailbox, email);
  await auth("POST", "/password/forgotten", { body: { email } });
  const code = codeFor(mailbox, email);
  for (const given of [otherThan(code), code]) {
    const body = { email, code: given, newPassword: "another horse battery staple" };
    await auth("POST", "/password/reset", { body });
  }
}

/** As if they had signed in before, from another network. */
async function signInElsewhere() {
  const person = await register(email);
  await everywhere
    .prepare(`UPDATE users SET known_networks = '["another"]' WHERE id = ?`)
    .bind(person.id)
    .run();
  await tokensOf(person);
}

export const MAIL_CAUSES = {
  "device.new": signInElsewhere,
  "email.code_sent": forget,
  "email.proven": forget,
  "password.reset": forget,
};
