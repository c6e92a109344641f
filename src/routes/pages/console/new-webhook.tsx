/** The form that makes a webhook, and the page that shows a secret of one once. */

import { Hono, type Context } from "hono";
import { getApp } from "../../../core/app/apps";
import { createEndpoint } from "../../../core/webhook/endpoints";
import type { AppEnv } from "../../context";
import { form, submit, type Fault } from "../form-submission";
import { Form } from "../form-fields";
import { textsOf } from "../language";
import { Once, requestOf } from "../once";
import { showConsole, showOnce } from "./shared";
import { HOME } from "./paths";
import { WebhookFields, WebhookForm } from "./webhook-fields";
import { placeOf } from "./webhooks";

async function newPage(c: Context<AppEnv>, faults: Fault[] = []) {
  const { id, name } = await getApp(c.var.deps, c.req.param("id") ?? "");
  const { console: words, pair, cancel } = textsOf(c);
  const { webhook: t } = words;
  return showConsole(c, {
    title: pair({ label: t.create, value: name }),
    faults,
    content: (
      <div class="narrow stack">
        <Form>
          <Once />
          <WebhookFields c={c} faults={faults} />
          <button class="main">{t.create}</button>
        </Form>
        <p>
          <a href={`${HOME}/apps/${id}`}>{cancel}</a>
        </p>
      </div>
    ),
  });
}

/** Shows the secret of a webhook, and says what it is for. */
export function secretPage(
  c: Context<AppEnv>,
  path: { appId: string; id: string },
  secret: string,
) {
  const { webhook: t } = textsOf(c).console;
  const { secretTitle: title, shown: use, verify: more, back } = t;
  return showOnce(c, { title, secret, use, more, to: placeOf(path), back });
}

export const newWebhookPages = new Hono<AppEnv>()
  .get("/apps/:id/new-webhook", (c) => newPage(c))
  .post("/apps/:id/new-webhook", form(WebhookForm, newPage), (c) => {
    const act = async () => {
      const request = await requestOf(c, "POST /console/apps/:id/new-webhook");
      const { url, name, types } = c.req.valid("form");
      const appId = c.req.param("id");
      const asked = { input: { url, name, types }, request };
      const { id, secret } = await createEndpoint(c.var.deps, appId, asked);
      return secretPage(c, { appId, id }, secret);
    };
    return submit(c, newPage, act, "url");
  });
