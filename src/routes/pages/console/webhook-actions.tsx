/** What the operator does to a webhook: to try, pause, resume and delete it, and to send again. */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { redeliverSince } from "../../../core/webhook/deliveries";
import { getEndpoint } from "../../../core/webhook/endpoint";
import { deleteEndpoint, rotateSecret, updateEndpoint } from "../../../core/webhook/endpoints";
import { sendTest } from "../../../core/webhook/test-message";
import { isTaken, type Answer } from "../../../core/outgoing/post";
import { Problem } from "../../../problem";
import type { AppEnv } from "../../context";
import { Notice } from "../card";
import { form, showProblemIn, submit, typedIn, type Fault } from "../form-submission";
import { Field, Form } from "../form-fields";
import { textsOf } from "../language";
import { Once, requestOf } from "../once";
import { AnswerShown } from "./deliveries";
import { secretPage } from "./new-webhook";
import { goTo, showConsole } from "./shared";
import { HOME } from "./paths";
import { ask } from "./question";
import { askedFor, nameOfWebhook, placeOf } from "./webhooks";
import { LocalTime, momentOf, zoneOf } from "./zone";

const SinceForm = z.object({ since: LocalTime });

const questionOf =
  (action: "test" | "replace" | "delete" | "since") =>
  async (c: Context<AppEnv>, faults: Fault[] = []) => {
    const path = askedFor(c);
    const webhook = await getEndpoint(c.var.deps, path);
    const { title, why, act } = textsOf(c).console.webhook[action];
    return ask(c, {
      title: typeof title === "string" ? title : title({ name: nameOfWebhook(webhook) }),
      why,
      act,
      danger: action === "delete",
      back: `${HOME}${placeOf(path)}`,
      faults,
      fields: (
        <>
          {action === "replace" && <Once />}
          {action === "since" && (
            <SinceField c={c} faults={faults} value={(await typedIn(c))("since")} />
          )}
        </>
      ),
    });
  };

/** From when on events are sent again, in the console's time zone. */
export function SinceField(props: {
  c: Context<AppEnv>;
  faults?: Fault[];
  value?: string | undefined;
}) {
  const { c, faults, value } = props;
  return (
    <Field
      name="since"
      label={textsOf(c).console.event.since}
      faults={faults}
      type="datetime-local"
      value={value}
      required
    />
  );
}

/** How a test message ended. */
function resultPage(c: Context<AppEnv>, answer: Answer) {
  const { webhook: t } = textsOf(c).console;
  return showConsole(c, {
    title: t.test.result,
    content: (
      <div class="stack">
        <Notice kind={isTaken(answer) ? "good" : "bad"}>
          {isTaken(answer) ? t.test.taken : t.test.refused}
        </Notice>
        <AnswerShown c={c} answer={{ ...answer, answer: answer.body }} />
        <div class="buttons">
          <Form>
            <button>{t.test.act}</button>
          </Form>
          <a class="button" href={`${HOME}${placeOf(askedFor(c))}`}>
            {t.back}
          </a>
        </div>
      </div>
    ),
  });
}

const beforeTest = questionOf("test");
const beforeReplacing = questionOf("replace");
const beforeDeletion = questionOf("delete");
const beforeSendingAgain = questionOf("since");
const OF_WEBHOOK = "/apps/:id/webhooks/:webhookId";

export const webhookActionPages = new Hono<AppEnv>()
  .post(`${OF_WEBHOOK}/pause`, (c) => setPaused(c, true))
  .post(`${OF_WEBHOOK}/resume`, (c) => setPaused(c, false))
  .get(`${OF_WEBHOOK}/test`, (c) => beforeTest(c))
  .post(`${OF_WEBHOOK}/test`, async (c) => resultPage(c, await sendTest(c.var.deps, askedFor(c))))
  .get(`${OF_WEBHOOK}/secret`, (c) => beforeReplacing(c))
  .post(`${OF_WEBHOOK}/secret`, (c) =>
    submit(c, beforeReplacing, async () => {
      const path = askedFor(c);
      const request = await requestOf(c, "POST /console/apps/:id/webhooks/:webhookId/secret");
      return secretPage(c, path, (await rotateSecret(c.var.deps, path, request)).secret);
    }),
  )
  .get(`${OF_WEBHOOK}/delete`, (c) => beforeDeletion(c))
  .post(`${OF_WEBHOOK}/delete`, async (c) => {
    const path = askedFor(c);
    await deleteEndpoint(c.var.deps, path);
    return goTo(c, `/apps/${path.appId}`, "webhook_deleted");
  })
  .get(`${OF_WEBHOOK}/redelivery`, (c) => beforeSendingAgain(c))
  .post(`${OF_WEBHOOK}/redelivery`, form(SinceForm, beforeSendingAgain), (c) =>
    submit(c, beforeSendingAgain, async () => {
      const { deps } = c.var;
      const path = askedFor(c);
      const since = momentOf(c.req.valid("form").since, zoneOf(c));
      if (since > deps.now) {
        const fault = { field: "since", message: textsOf(c).fields["since.future"] };
        return showProblemIn(c, beforeSendingAgain, new Problem("invalid_request"), [fault]);
      }
      await redeliverSince(deps, path, since);
      return goTo(c, placeOf(path), "webhook_sent_again");
    }),
  );

async function setPaused(c: Context<AppEnv>, paused: boolean): Promise<Response> {
  const path = askedFor(c);
  await updateEndpoint(c.var.deps, path, { paused });
  return goTo(c, placeOf(path), paused ? "webhook_paused" : "webhook_resumed");
}
