/** The pages to list apps and to make one. */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { createApp, listApps } from "../../../core/app/apps";
import { ISSUER_BOUNDS } from "../../../core/policy";
import { AppInput } from "../../admin/apps";
import { ListingQuery } from "../../admin/shared";
import type { AppEnv } from "../../context";
import { form, search, submit, typedIn, type Fault } from "../form-submission";
import { Field, Form } from "../form-fields";
import { textsOf } from "../language";
import { goTo, optional, PAGE_LIMIT, ListingLinks, showConsole } from "./shared";
import { HOME } from "./paths";
import { ZonedTime } from "./zoned-time";

const ListQuery = z.object({ cursor: ListingQuery.shape.cursor });
const NewForm = z.object({
  appName: AppInput.shape.name,
  issuer: optional(AppInput.shape.issuer.unwrap()),
});

async function listPage(c: Context<AppEnv>, faults: Fault[] = [], cursor?: string) {
  const { items, nextCursor } = await listApps(c.var.deps, { cursor, limit: PAGE_LIMIT });
  const { console: t } = textsOf(c);
  return showConsole(c, {
    title: t.apps,
    faults,
    content: (
      <>
        {items.length === 0 && <p>{t.app.none}</p>}
        <ul class="list framed">
          {items.map(({ id, name, issuer, createdAt }) => (
            <li>
              <div>
                <a class="medium" href={`${HOME}/apps/${id}`}>
                  {name}
                </a>
                <p class="hint">
                  {issuer !== name && `${t.app.issuer} ${issuer} · `}
                  {t.app.created} <ZonedTime c={c} at={createdAt} />
                </p>
              </div>
              <code class="hint">{id}</code>
            </li>
          ))}
        </ul>
        <ListingLinks c={c} nextCursor={nextCursor} />
        <NewApp c={c} faults={faults} />
      </>
    ),
  });
}

async function NewApp({ c, faults }: { c: Context<AppEnv>; faults: Fault[] }) {
  const { console: words, join } = textsOf(c);
  const { app: t } = words;
  const typed = await typedIn(c);
  return (
    <section class="narrow" aria-labelledby="create">
      <h2 id="create">{t.create}</h2>
      <Form>
        <Field
          name="appName"
          label={t.name}
          faults={faults}
          value={typed("appName")}
          autocomplete="off"
          maxlength={ISSUER_BOUNDS.length}
          required
        />
        <Field
          name="issuer"
          label={t.issuer}
          hint={join({ first: t.issuerUse, second: t.issuerLeftOut })}
          faults={faults}
          value={typed("issuer")}
          autocomplete="off"
          maxlength={ISSUER_BOUNDS.length}
        />
        <button class="main">{t.create}</button>
      </Form>
    </section>
  );
}

export const appListPages = new Hono<AppEnv>()
  .get("/apps", search(ListQuery, listPage), (c) => listPage(c, [], c.req.valid("query").cursor))
  .post("/apps", form(NewForm, listPage), (c) =>
    submit(c, listPage, async () => {
      const { appName: name, issuer } = c.req.valid("form");
      const { id } = await createApp(c.var.deps, { name, issuer }, null);
      return goTo(c, `/apps/${id}`, "app_created");
    }),
  );
