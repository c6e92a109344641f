/** The form that makes an API key, and the page that shows the key once. */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { SCOPES, type Scope } from "../../../core/caller/actor";
import { createKey } from "../../../core/app/keys";
import { getApp } from "../../../core/app/apps";
import { KeyInput } from "../../admin/keys";
import type { AppEnv } from "../../context";
import { form, submit, tickedIn, typedIn, type Fault } from "../form-submission";
import { Checkboxes, Select } from "../form-choices";
import { Field, Form, TextArea } from "../form-fields";
import { textsOf } from "../language";
import { Once, requestOf } from "../once";
import { lines, optional, showConsole, showOnce, ticked } from "./shared";
import { HOME } from "./paths";

/** The scopes that most back ends need. */
const USUAL: Scope[] = ["verify", "enrol"];

const NewForm = z.object({
  name: optional(KeyInput.shape.name.unwrap()),
  scopes: ticked.pipe(KeyInput.shape.scopes.unwrap()),
  kind: KeyInput.shape.kind,
  addresses: lines.pipe(KeyInput.shape.addresses.unwrap()).optional(),
  expiresAt: optional(
    z.iso
      .date()
      .transform((day) => `${day}T23:59:59Z`)
      .pipe(KeyInput.shape.expiresAt.unwrap()),
  ),
});

async function newPage(c: Context<AppEnv>, faults: Fault[] = []) {
  const { id, name } = await getApp(c.var.deps, c.req.param("id") ?? "");
  const { console: words, pair } = textsOf(c);
  const { key: t } = words;
  const typed = await typedIn(c);
  return showConsole(c, {
    title: pair({ label: t.create, value: name }),
    faults,
    content: (
      <div class="narrow stack">
        <Form>
          <Once />
          <Field
            name="name"
            label={t.name}
            faults={faults}
            value={typed("name")}
            autocomplete="off"
            maxlength={64}
          />
          <Scopes c={c} faults={faults} />
          <Select
            name="kind"
            label={t.kind}
            faults={faults}
            value={typed("kind") ?? "bearer"}
            options={Object.entries(t.kinds)}
          />
          <TextArea
            name="addresses"
            label={t.addresses}
            hint={t.addressesHint}
            faults={faults}
            value={typed("addresses") ?? ""}
            rows={2}
          />
          <Field
            name="expiresAt"
            label={t.expires}
            hint={t.expiresHint}
            faults={faults}
            type="date"
            value={typed("expiresAt")}
            min={c.var.deps.now.toISOString().slice(0, 10)}
          />
          <button class="main">{t.create}</button>
        </Form>
        <p>
          <a href={`${HOME}/apps/${id}`}>{textsOf(c).cancel}</a>
        </p>
      </div>
    ),
  });
}

async function Scopes({ c, faults }: { c: Context<AppEnv>; faults: Fault[] }) {
  const { key: t } = textsOf(c).console;
  return (
    <fieldset>
      <legend>{t.scopes}</legend>
      <Checkboxes
        name="scopes"
        options={SCOPES.map((scope) => [scope, t.scopeWords[scope]])}
        chosen={new Set((await tickedIn(c, "scopes")) ?? USUAL)}
        faults={faults}
      />
    </fieldset>
  );
}

function createdPage(c: Context<AppEnv>, appId: string, key: string) {
  const { key: t } = textsOf(c).console;
  const { newTitle: title, shown: use, back } = t;
  return showOnce(c, { title, secret: key, use, to: `/apps/${appId}`, back });
}

export const newKeyPages = new Hono<AppEnv>()
  .get("/apps/:id/new-key", (c) => newPage(c))
  .post("/apps/:id/new-key", form(NewForm, newPage), (c) => {
    const act = async () => {
      const request = await requestOf(c, "POST /console/apps/:id/new-key");
      const asked = { input: c.req.valid("form"), request };
      const { key } = await createKey(c.var.deps, c.req.param("id"), asked);
      return createdPage(c, c.req.param("id"), key);
    };
    return submit(c, newPage, act, "expiresAt");
  });
