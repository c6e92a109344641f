/** The page that makes new backup codes, which replace the old ones. */

import { Hono, type Context } from "hono";
import { rotateBackupCodes } from "../../../core/authenticator/rotate-backup-codes";
import { loadBySession } from "../../../core/caller/by-session";
import type { AppEnv } from "../../context";
import { onPages } from "../../session";
import { submit, type Fault } from "../form-submission";
import { Checkbox } from "../form-choices";
import { Form } from "../form-fields";
import { textsOf } from "../language";
import { show } from "../layout";
import { Once, requestOf } from "../once";
import { BackupCodes } from "../set-up";
import { Back, homeAfter } from "./shared";

const fresh = onPages.requireFresh();

async function rotationPage(c: Context<AppEnv>, faults: Fault[] = []) {
  await loadBySession(c.var.deps, c.var.session);
  const t = textsOf(c).backupCodes;
  return show(c, {
    title: t.newTitle,
    faults,
    content: (
      <>
        <p>{t.newWhy}</p>
        <Form>
          <Once />
          <button class="main">{t.make}</button>
        </Form>
        <Back c={c} />
      </>
    ),
  });
}

/** Shows the codes, and the step to say that they are saved, which `action` takes. */
export function saveCodes(
  c: Context<AppEnv>,
  codes: string[],
  action = "/account/backup-codes/saved",
) {
  const { backupCodes: t, next } = textsOf(c);
  return show(c, {
    title: t.title,
    frame: "roomy",
    content: (
      <>
        <BackupCodes c={c} codes={codes} />
        <Form action={action}>
          <Checkbox name="saved" label={t.saved} required />
          <button class="main">{next}</button>
        </Form>
      </>
    ),
  });
}

export const backupCodePages = new Hono<AppEnv>()
  .get("/backup-codes", fresh, (c) => rotationPage(c))
  .post("/backup-codes", fresh, (c) =>
    submit(c, rotationPage, async () => {
      const request = await requestOf(c, "POST /account/backup-codes");
      return saveCodes(c, await rotateBackupCodes(c.var.deps, c.var.session, { request }));
    }),
  )
  .post("/backup-codes/saved", (c) => homeAfter(c, "saved"));
