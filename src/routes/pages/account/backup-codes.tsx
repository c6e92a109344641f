/** New backup codes in the place of the old ones. */

import { Hono, type Context } from "hono";
import { rotateBackupCodes } from "../../../core/backup-codes";
import { loadBySession } from "../../../core/load-by-session";
import type { AppEnv } from "../../context";
import { onPages } from "../../session";
import { Form } from "../forms";
import { textsOf } from "../language";
import { show } from "../layout";
import { SaveBackupCodes } from "../set-up";
import { Back, homeAfter, LogOut } from "./frame";

const fresh = onPages.requireAal2();

async function rotationPage(c: Context<AppEnv>) {
  await loadBySession(c.var.deps, c.var.session);
  const t = textsOf(c).backupCodes;
  return show(c, {
    title: t.newTitle,
    nav: <LogOut c={c} />,
    content: (
      <>
        <p>{t.newWhy}</p>
        <Form>
          <button class="main">{t.make}</button>
        </Form>
        <Back c={c} />
      </>
    ),
  });
}

export const backupCodePages = new Hono<AppEnv>()
  .get("/backup-codes", fresh, rotationPage)
  .post("/backup-codes", fresh, async (c) => {
    const codes = await rotateBackupCodes(c.var.deps, c.var.session, null);
    const action = "/account/backup-codes/saved";
    return show(c, {
      title: textsOf(c).backupCodes.title,
      content: <SaveBackupCodes c={c} codes={codes} action={action} />,
    });
  })
  .post("/backup-codes/saved", (c) => homeAfter(c, "saved"));
