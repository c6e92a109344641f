/** The form that makes an API key, and the page that shows the key once. */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { SCOPES, type Scope } from "../../../core/caller/actor";
import { createKey } from "../../../core/app/keys";
import { getApp } from "../../../core/app/apps";
import { KeyInput } from "../../admin/keys";
import type { AppEnv } from "../../context";
import { form, submit, typedIn, type Fault } from "../form-submission";
import { describedBy, Field, FieldFault, Form, isFirst, Select, TextArea } from "../form-fields";
import { textsOf } from "../language";
import { Once, requestOf } from "../once";
import { lines, optional, showConsole, ShownOnce } from "./shared";
import { HOME } from "./paths";

/** The scopes that most back ends need. */
const USUAL: Scope[] = ["verify", "enrol"];

const NewForm = z.object({
  name: optional(KeyInput.shape.name.unwrap()),
  // One ticked box is sent as text, several as an array.
  scopes: z
    .union([z.string().transform((scope) => [scope]), z.array(z.string())])
    .pipe(KeyInput.shape.scopes.unwrap()),
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

/**
 * The boxes of the scopes. The first one has the field's name as its id, so that a fault is tied to
 * it and leads there.
 */
async function Scopes({ c, faults }: { c: Context<AppEnv>; faults: Fault[] }) {
  const { key: t } = textsOf(c).console;
  const body = c.req.method === "POST" ? await c.req.parseBody({ all: true }) : null;
  const chosen = new Set<unknown>(body ? [body["scopes"]].flat() : USUAL);
  return (
    <fieldset>
      <legend>{t.scopes}</legend>
      <FieldFault name="scopes" faults={faults} />
      {SCOPES.map((scope, at) => {
        const id = at === 0 ? "scopes" : `scopes-${scope}`;
        return (
          <div class="check">
            <input
              id={id}
              name="scopes"
              type="checkbox"
              value={scope}
              checked={chosen.has(scope)}
              {...(at === 0 && describedBy({ name: "scopes", hint: undefined, faults }))}
              autofocus={at === 0 && isFirst("scopes", faults)}
            />
            <label for={id}>{t.scopeWords[scope]}</label>
          </div>
        );
      })}
    </fieldset>
  );
}

function createdPage(c: Context<AppEnv>, appId: string, key: string) {
  const { key: t } = textsOf(c).console;
  return showConsole(c, {
    title: t.newTitle,
    content: (
      <>
        <ShownOnce c={c} secret={key}>
          {t.shown}
        </ShownOnce>
        <p>
          <a class="button main" href={`${HOME}/apps/${appId}`}>
            {t.back}
          </a>
        </p>
      </>
    ),
  });
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
