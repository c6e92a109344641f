/** The page of one app: its settings, its keys and webhooks, and its end. */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { listKeys } from "../../../core/app/keys";
import { deleteApp, getApp, updateApp, type AppRecord } from "../../../core/app/apps";
import { listEndpoints } from "../../../core/webhook/endpoint";
import { ACCOUNTS_APP } from "../../../core/policy";
import { Problem } from "../../../problem";
import { AppInput, Settings } from "../../admin/apps";
import type { AppEnv } from "../../context";
import { form, showProblemIn, submit, typedIn, type Fault } from "../form-submission";
import { Field } from "../form-fields";
import { textsOf } from "../language";
import { changesIn, shownField } from "../shown";
import { SettingsForm } from "./app-settings";
import { goTo, lines, showConsole } from "./shared";
import { Keys } from "./keys";
import { Webhooks } from "./webhooks";
import { Copyable } from "./copyable";
import { HOME } from "./paths";
import { ask } from "./question";

const number = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number);
const yesOrNo = z.enum(["yes", "no"]).transform((choice) => choice === "yes");
const { shape } = Settings;
/** Only the app `accounts` has the settings from `registration` to `trustedDevices`. */
const SettingsFields = z.object({
  appName: AppInput.shape.name,
  issuer: AppInput.shape.issuer.unwrap(),
  window: number.pipe(shape.window),
  failuresBeforeLock: number.pipe(shape.failuresBeforeLock),
  strikeCap: number.pipe(shape.strikeCap),
  requireProof: yesOrNo.optional(),
  allowedOrigins: lines.pipe(shape.allowedOrigins),
  returnUrls: lines.pipe(shape.returnUrls),
  registration: shape.registration.optional(),
  secondFactor: shape.secondFactor.optional(),
  minPasswordLength: z
    .union([z.literal("").transform(() => null), number.pipe(shape.minPasswordLength.unwrap())])
    .optional(),
  trustedDevices: yesOrNo.optional(),
  ...shownField,
});
const DeletionForm = z.object({ confirmName: z.string() });

function appOf(c: Context<AppEnv>): Promise<AppRecord> {
  return getApp(c.var.deps, c.req.param("id") ?? "");
}

async function appPage(c: Context<AppEnv>, faults: Fault[] = []) {
  const app = await appOf(c);
  const { deps } = c.var;
  const [keys, webhooks] = await Promise.all([listKeys(deps, app.id), listEndpoints(deps, app.id)]);
  const { app: t } = textsOf(c).console;
  return showConsole(c, {
    title: app.name,
    faults,
    content: (
      <>
        <p class="row">
          <a href={`${HOME}/users?appId=${app.id}`}>{t.users}</a>
          <a href={`${HOME}/audit?appId=${app.id}`}>{t.events}</a>
          <a href={`${HOME}/apps/${app.id}/brand`}>{textsOf(c).console.look.link}</a>
          <span>
            <Copyable c={c} id="app-id" text={app.id} />
          </span>
        </p>
        <Keys c={c} appId={app.id} keys={keys} />
        <Webhooks c={c} appId={app.id} webhooks={webhooks} />
        <SettingsForm c={c} app={app} faults={faults} />
        {app.id === ACCOUNTS_APP ? (
          <p class="apart muted">{t.builtIn}</p>
        ) : (
          <p class="apart">
            <a class="button danger" href={`${HOME}/apps/${app.id}/delete`}>
              {t.delete}
            </a>
          </p>
        )}
      </>
    ),
  });
}

async function deletionPage(c: Context<AppEnv>, faults: Fault[] = []) {
  const { id, name } = await appOf(c);
  const { app: t } = textsOf(c).console;
  const typed = await typedIn(c);
  return ask(c, {
    title: t.deleteTitle({ name }),
    why: t.deleteWhy,
    act: t.delete,
    danger: true,
    back: `${HOME}/apps/${id}`,
    faults,
    fields: (
      <Field
        name="confirmName"
        label={t.confirmName}
        hint={name}
        faults={faults}
        value={typed("confirmName")}
        autocomplete="off"
        required
      />
    ),
  });
}

export const appPages = new Hono<AppEnv>()
  .get("/apps/:id", (c) => appPage(c))
  .post("/apps/:id", form(SettingsFields, appPage), (c) =>
    submit(c, appPage, async () => {
      const { appName: name, issuer, ...settings } = await changesIn(c.req.valid("form"));
      const changes = { name, issuer, settings };
      const { id } = await updateApp(c.var.deps, c.req.param("id"), changes);
      return goTo(c, `/apps/${id}`, "app_saved");
    }),
  )
  .get("/apps/:id/delete", (c) => deletionPage(c))
  .post("/apps/:id/delete", form(DeletionForm, deletionPage), (c) =>
    submit(c, deletionPage, async () => {
      const { id, name } = await appOf(c);
      if (c.req.valid("form").confirmName.trim() !== name.trim()) {
        const fault = { field: "confirmName", message: textsOf(c).fields.confirmName };
        return showProblemIn(c, deletionPage, new Problem("invalid_request"), [fault]);
      }
      await deleteApp(c.var.deps, id);
      return goTo(c, "/apps", "app_deleted");
    }),
  );
