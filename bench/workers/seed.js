/** Fills a migrated database with users and accounts. Runs before the measuring, alone. */

import { hashPassword } from "../../src/crypto/password-hash";
import { seedAccounts, seedApp, seedUsers } from "./enrolled.js";

async function seedWithPassword(env, { password, accounts }) {
  await seedAccounts(env, { passwordHash: await hashPassword(password), accounts });
}

// oxlint-disable-next-line import/no-default-export -- A Worker is its module's default export.
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/app") return Response.json(await seedApp(env));
    const seed = pathname === "/accounts" ? seedWithPassword : seedUsers;
    await seed(env, await request.json());
    return new Response();
  },
};
