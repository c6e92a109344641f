/**
 * The page of an enrolment link. Whoever fetches it sees a button. The browser that presses it
 * holds the link from then on, in a cookie, under a path without the link's secret.
 */

import { Hono, type Context } from "hono";
import type { LinkCaller } from "../../../core/caller/actor";
import { openLink, peekLink } from "../../../core/enrolment-link/link";
import {
  callerOf,
  cancelByLink,
  confirmByLink,
  enrolByLink,
  loadCompletedLink,
  loadOpenedLink,
  proveByLink,
  returnFromLink,
  showByLink,
} from "../../../core/enrolment-link/browser";
import type { Speaker } from "../../../core/brand";
import { ENROLMENT_LINK_LIFE } from "../../../core/policy";
import { bucketInToken } from "../../../core/shard/bucket";
import { Problem } from "../../../problem";
import type { AppEnv } from "../../context";
import { limitUser } from "../../limits";
import { about } from "../../placement";
import { ownCookie, setOwnCookie } from "../../cookies";
import { dress } from "../brand";
import { Notice } from "../card";
import { CodeEntry } from "../code-entry";
import { form, submit, type Fault } from "../form-submission";
import { Form } from "../form-fields";
import { textsOf } from "../language";
import { show } from "../layout";
import { AppList, BackupCodes, SetUp } from "../set-up";
import { allowReturn, Cancel, StepForm } from "./shared";

const PATH = "/enrol";
/** The cookie of the browser that opened the link. */
const BROWSER = "stepgate-link";

function callerBy(c: Context<AppEnv>) {
  return callerOf(ownCookie(c, BROWSER) ?? "");
}

async function startPage(c: Context<AppEnv>) {
  const { id, app, opened } = await peekLink(c.var.deps, c.req.param("token") ?? "");
  if (opened) {
    // This browser may hold another link.
    if ((await callerBy(c)).linkId !== id) throw new Problem("link_ended");
    return c.redirect(PATH, 303);
  }
  const { setUp, links: t } = textsOf(c);
  await dress(c, app);
  return show(c, {
    title: setUp.title,
    brand: app.issuer,
    content: (
      <>
        <p>{t.asksToEnrol({ app: app.name })}</p>
        <p>{setUp.start}</p>
        <AppList c={c} />
        <Form>
          <button class="main">{t.begin}</button>
        </Form>
        <p class="hint">{t.oneBrowser}</p>
      </>
    ),
  });
}

async function stepPage(c: Context<AppEnv>, faults: Fault[] = []) {
  const { deps } = c.var;
  const caller = await callerBy(c);
  const link = await loadOpenedLink(deps, caller).catch(async (ended: unknown) => {
    const completed = await loadCompletedLink(deps, caller);
    if (!completed) throw ended;
    return completed;
  });
  await dress(c, link.app);
  if (!("next" in link)) return completedPage(c, link);
  const { setUp, prove } = textsOf(c);
  allowReturn(c, link.returnUrl);
  return show(c, {
    title: link.next === "prove" ? prove.title : setUp.title,
    frame: link.next === "confirm" ? "roomy" : "card",
    brand: link.app.issuer,
    faults,
    content: (
      <>
        {link.next === "prove" && <Prove c={c} faults={faults} lengths={link.codeLengths} />}
        {link.next === "enrol" && <Begin c={c} />}
        {link.next === "confirm" && (
          <SetUp c={c} enrolment={await showByLink(deps, caller)} faults={faults} />
        )}
        {link.returnUrl !== null && <Cancel c={c} />}
      </>
    ),
  });
}

function Prove(props: { c: Context<AppEnv>; faults: Fault[]; lengths: number[] }) {
  return (
    <>
      <p>{textsOf(props.c).links.proveFirst}</p>
      <CodeEntry {...props} />
    </>
  );
}

/** The button to begin again, after too many wrong codes. */
function Begin({ c }: { c: Context<AppEnv> }) {
  return (
    <Form>
      <button class="main">{textsOf(c).setUp.begin}</button>
    </Form>
  );
}

/**
 * Shows the backup codes, which are shown nowhere else. Without any, the way back is a redirect.
 */
function donePage(c: Context<AppEnv>, done: { back: string | null; app: string; codes: string[] }) {
  const { back, app, codes } = done;
  const { links: t, backupCodes } = textsOf(c);
  if (codes.length === 0 && back !== null) return c.redirect(back, 303);
  return show(c, {
    title: codes.length > 0 ? backupCodes.title : t.done,
    frame: codes.length > 0 ? "roomy" : "card",
    brand: app,
    content: (
      <>
        {codes.length > 0 && <BackupCodes c={c} codes={codes} />}
        <WayBack
          c={c}
          back={back}
          text={codes.length > 0 ? t.savedBack({ app }) : t.back({ app })}
        />
      </>
    ),
  });
}

/** Shows the end once more to whoever reloads the page or comes back to it. */
function completedPage(
  c: Context<AppEnv>,
  link: { returnUrl: string | null; app: Speaker },
): Response | Promise<Response> {
  const { links: t } = textsOf(c);
  c.status(200);
  return show(c, {
    title: t.done,
    brand: link.app.issuer,
    content: (
      <>
        <p>{t.finished}</p>
        <WayBack
          c={c}
          back={returnFromLink(link, "success")}
          text={t.back({ app: link.app.issuer })}
        />
      </>
    ),
  });
}

function WayBack(props: { c: Context<AppEnv>; back: string | null; text: string }) {
  const { c, back, text } = props;
  if (back === null) return <Notice kind="good">{textsOf(c).links.canClose}</Notice>;
  return (
    <p>
      <a class="button main" href={back}>
        {text}
      </a>
    </p>
  );
}

async function cancelled(c: Context<AppEnv>, caller: LinkCaller): Promise<Response> {
  const back = await cancelByLink(c.var.deps, caller);
  setOwnCookie(c, BROWSER, "", 0, "Strict");
  return c.redirect(back ?? PATH, 303);
}

/** The bucket of the link whose token is in the path, or in the cookie of the browser that opened it. */
const aboutLink = about((c) => bucketInToken(c.req.param("token") ?? ownCookie(c, BROWSER) ?? ""));

export const enrolmentPages = new Hono<AppEnv>()
  .use("/", aboutLink)
  .use("/:token", aboutLink)
  .get("/", (c) => stepPage(c))
  .post("/", form(StepForm, stepPage), (c) =>
    submit(c, stepPage, async () => {
      const { deps } = c.var;
      const { code = "", cancel, enrolment } = c.req.valid("form");
      const caller = await callerBy(c);
      if (cancel) return cancelled(c, caller);
      const link = await loadOpenedLink(deps, caller);
      // The form belongs to a page that another link, or another beginning, has replaced.
      if (enrolment !== undefined && enrolment !== link.authenticatorId) {
        throw new Problem("enrolment_closed");
      }
      if (link.next === "confirm") {
        const { backupCodes: codes = [] } = await confirmByLink(deps, caller, code);
        const back = returnFromLink(link, "success");
        await dress(c, link.app);
        return donePage(c, { back, app: link.app.issuer, codes });
      }
      if (link.next === "prove") {
        await limitUser(c.env.USER_LIMIT, caller.linkId, deps.now);
        await proveByLink(deps, caller, code);
      }
      await enrolByLink(deps, caller);
      return c.redirect(PATH, 303);
    }),
  )
  .get("/:token", startPage)
  .post("/:token", async (c) => {
    const { deps } = c.var;
    const held = await openLink(deps, c.req.param("token"));
    setOwnCookie(c, BROWSER, held, ENROLMENT_LINK_LIFE / 1000, "Strict");
    const caller = await callerOf(held);
    const { next } = await loadOpenedLink(deps, caller);
    if (next === "enrol") await enrolByLink(deps, caller);
    return c.redirect(PATH, 303);
  });
