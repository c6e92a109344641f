/**
 * The first five minutes: an app, its key, its first user and their first code, in one go, with
 * commands to copy. On the developer's own machine the page can run them, and plays the phone.
 */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import type { Child } from "hono/jsx";
import { createApp, getApp } from "../../../core/app/apps";
import { createKey } from "../../../core/app/keys";
import { ISSUER_BOUNDS } from "../../../core/policy";
import { AppInput } from "../../admin/apps";
import type { AppEnv } from "../../context";
import { CopyButton } from "../copy-button";
import { form, submit, typedIn, type Fault } from "../form-submission";
import { Field, Form } from "../form-fields";
import { Icon } from "../icons";
import { textsOf } from "../language";
import { Once, requestOf } from "../once";
import { isOwnMachine } from "./own-machine";
import { showConsole, ShownOnce } from "./shared";
import { HOME } from "./paths";

const START = `${HOME}/start`;
const NewForm = z.object({ appName: AppInput.shape.name });
/** What a back end needs to enrol somebody and to check their codes. */
const SCOPES = ["verify", "enrol"] as const;

async function appPage(c: Context<AppEnv>, faults: Fault[] = []) {
  const { start: t, app } = textsOf(c).console;
  const typed = await typedIn(c);
  return showConsole(c, {
    title: t.title,
    faults,
    content: (
      <ol class="steps narrow">
        <li>
          <h2>{t.app}</h2>
          <p class="hint">{t.appWhy}</p>
          <Form>
            <Field
              name="appName"
              label={app.name}
              faults={faults}
              value={typed("appName") ?? "My shop"}
              autocomplete="off"
              maxlength={ISSUER_BOUNDS.length}
              required
            />
            <button class="main">{app.create}</button>
          </Form>
        </li>
        <Waiting title={t.key} />
        <Waiting title={t.user} />
        <Waiting title={t.code} />
      </ol>
    ),
  });
}

function Waiting({ title }: { title: string }) {
  return (
    <li>
      <p class="muted">{title}</p>
    </li>
  );
}

async function keyPage(c: Context<AppEnv>, faults: Fault[] = []) {
  const { name } = await getApp(c.var.deps, c.req.param("id") ?? "");
  const { start: t, key } = textsOf(c).console;
  return showConsole(c, {
    title: t.title,
    faults,
    content: (
      <ol class="steps narrow">
        <Done title={t.app}>{name}</Done>
        <li>
          <h2>{t.key}</h2>
          <p class="hint">{t.keyWhy}</p>
          <Form>
            <Once />
            <button class="main">{key.create}</button>
          </Form>
        </li>
        <Waiting title={t.user} />
        <Waiting title={t.code} />
      </ol>
    ),
  });
}

function Done({ title, children }: { title: string; children: Child }) {
  return (
    <li>
      <p>
        <span class="good-text">
          <Icon name="good" />
        </span>{" "}
        {title} · <span class="medium">{children}</span>
      </p>
    </li>
  );
}

async function commandsPage(c: Context<AppEnv>, key: string) {
  const { id, name } = await getApp(c.var.deps, c.req.param("id") ?? "");
  const { start: t } = textsOf(c).console;
  const commands = commandsFor(new URL(c.req.url).origin, key);
  return showConsole(c, {
    title: t.title,
    content: (
      <div data-try={isOwnMachine(c) ? key : undefined}>
        <ol class="steps">
          <Done title={t.app}>{name}</Done>
          <li>
            <h2>{t.key}</h2>
            <ShownOnce c={c} secret={key}>
              {textsOf(c).console.key.shown}
            </ShownOnce>
          </li>
          <li>
            <h2>{t.user}</h2>
            <p class="hint">{t.userWhy}</p>
            <Command c={c} id="enrol" text={commands.enrol} />
            <Phone c={c} />
          </li>
          <li>
            <h2>{t.code}</h2>
            <p class="hint">{t.codeWhy}</p>
            <Command c={c} id="confirm" text={commands.confirm} />
            <p class="hint">{t.verifyWhy}</p>
            <Command c={c} id="verify" text={commands.verify} />
          </li>
        </ol>
        <p class="buttons apart">
          <a class="button main" href={`${HOME}/apps/${id}`}>
            {t.toApp}
          </a>
          <a class="button" href="/docs">
            {t.toDocs}
          </a>
        </p>
      </div>
    ),
  });
}

/** One user and one authenticator. `AUTHENTICATOR` and `CODE` come from the answers before. */
function commandsFor(origin: string, key: string) {
  const call = (path: string, body: object) =>
    [
      `curl -s ${origin}/v1/users/user-1${path}`,
      `-H 'Authorization: Bearer ${key}'`,
      "-H 'Content-Type: application/json'",
      `-d '${JSON.stringify(body)}'`,
    ].join(" \\\n  ");
  return {
    enrol: call("/authenticators", { accountName: "ada@example.com" }),
    confirm: call("/authenticators/AUTHENTICATOR/confirm", { code: "CODE" }),
    verify: call("/verify", { code: "CODE" }),
  };
}

function Command({ c, id, text }: { c: Context<AppEnv>; id: string; text: string }) {
  const { console: t } = textsOf(c);
  return (
    <div class="command" data-command={id}>
      <pre id={id} tabindex={0}>
        {text}
      </pre>
      <p class="buttons">
        <CopyButton c={c} of={id} />
        <button type="button" class="small" data-run={id} hidden>
          <Icon name="forward" />
          {t.start.run}
        </button>
      </p>
      <pre class="answer" data-answer={id} aria-live="polite" tabindex={0} hidden />
    </div>
  );
}

/** An authenticator app in the page, for trying things out. The script shows it. */
function Phone({ c }: { c: Context<AppEnv> }) {
  const { start: t } = textsOf(c).console;
  return (
    <div class="phone card" data-phone="" hidden>
      <p class="hint">
        <Icon name="phone" /> {t.phone}
      </p>
      <p data-phone-account="">ada@example.com</p>
      <p class="phone-code" data-phone-code="" />
    </div>
  );
}

export const startPages = new Hono<AppEnv>()
  .get("/start", (c) => appPage(c))
  .post("/start", form(NewForm, appPage), (c) =>
    submit(c, appPage, async () => {
      const input = { name: c.req.valid("form").appName };
      const { id } = await createApp(c.var.deps, input, null);
      return c.redirect(`${START}/${id}`, 303);
    }),
  )
  .get("/start/:id", (c) => keyPage(c))
  .post("/start/:id", (c) =>
    submit(c, keyPage, async () => {
      const request = await requestOf(c, "POST /console/start/:id");
      const input = { name: "First key", scopes: [...SCOPES] };
      const { key } = await createKey(c.var.deps, c.req.param("id"), { input, request });
      return commandsPage(c, key);
    }),
  );
