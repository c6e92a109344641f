/**
 * What the browser that opened an enrolment link may do: give a code of a factor that is active
 * already, get a secret, and confirm it. It is the same enrolment as over the APIs, with another
 * caller.
 */

import { randomId } from "../../crypto/random";
import { parseBrowserToken } from "../../crypto/opaque-tokens";
import { DEFAULT_PARAMETERS } from "../../crypto/totp";
import type { apps } from "../../db/app-schema";
import { effect } from "../../db/effect";
import type { enrolmentLinks } from "../../db/page-schema";
import type { Row } from "../../db/row";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import type { LinkCaller } from "../caller/actor";
import { recordWhere } from "../audit/event";
import { LINK_SPEAKS, LINK_STANDS } from "../caller/live";
import { confirm, type Confirmation } from "../authenticator/confirm";
import { enrol, showPending, type Enrolment } from "../authenticator/enrol";
import { loadByLink, type OpenedLink } from "../caller/by-link";
import { returnTo } from "../app/return-url";
import { speakerOf, type Speaker } from "../brand";
import { invalidCode } from "../code/lock-out";
import { verifyCode } from "../code/verify";
import { bucketOfId } from "../shard/bucket";

const PROVE = effect(
  "UPDATE enrolment_links SET proven_epoch = (SELECT epoch FROM users WHERE id = :userId)",
  "id = :linkId AND browser_hash = :browserHash",
);
const NOTE_ENROLMENT = effect(
  "UPDATE enrolment_links SET authenticator_id = :authenticatorId",
  "id = :linkId",
);
const COMPLETE = effect("UPDATE enrolment_links SET completed_at = :now", "id = :linkId");

/**
 * A completed link, for the browser that followed it to its end and needs the way back. It stands
 * for nothing else.
 */
const LOAD_COMPLETED = statement(`
  SELECT l.return_url AS returnUrl, a.id, a.name, a.issuer, a.brand FROM enrolment_links l JOIN apps a ON a.id = l.app_id
  WHERE l.id = :linkId AND l.browser_hash = :browserHash AND l.completed_at IS NOT NULL AND ${LINK_SPEAKS}`);

type CompletedRow = Pick<Row<typeof enrolmentLinks>, "returnUrl"> &
  Pick<Row<typeof apps>, "id" | "name" | "issuer" | "brand">;

const IS_OPEN = `l.id = :linkId AND l.browser_hash = :browserHash AND ${LINK_STANDS}` as const;
/** Records the end of the link. It comes before the statements that make its condition untrue. */
const recordCancelled = recordWhere(`EXISTS (SELECT 1 FROM enrolment_links l WHERE ${IS_OPEN})`);
const REMOVE_PENDING = statement(`
  DELETE FROM authenticators WHERE state = 'pending'
    AND id = (SELECT l.authenticator_id FROM enrolment_links l WHERE ${IS_OPEN})`);
const CANCEL = statement(`UPDATE enrolment_links AS l SET expires_at = :now WHERE ${IS_OPEN}`);

/**
 * The caller that a browser's token stands for. Throws `link_ended` if the text cannot be such a
 * token.
 */
export async function callerOf(token: string): Promise<LinkCaller> {
  const proof = await parseBrowserToken(token);
  if (!proof) throw new Problem("link_ended", { cause: "not a token" });
  return { linkId: proof.id, browserHash: proof.hash };
}

/** Loads how far the browser has come, and in whose name the page speaks. Throws `link_ended`. */
export async function loadOpenedLink(deps: Deps, caller: LinkCaller) {
  const { app, brand, accountName, link } = await loadByLink(deps, { ...caller, proving: true });
  return { ...link, accountName, app: speakerOf({ ...app, brand }) };
}

/** Loads a link that this browser followed to its end. Null for any other. */
export async function loadCompletedLink(
  { db, now }: Deps,
  { linkId, browserHash }: LinkCaller,
): Promise<{ returnUrl: string | null; app: Speaker } | null> {
  const values = { linkId, browserHash, now: now.getTime() };
  const row = await LOAD_COMPLETED({ db }, values).first<CompletedRow>();
  return row && { returnUrl: row.returnUrl, app: speakerOf(row) };
}

/**
 * Ends the link and its pending enrolment. Answers the URL that the browser goes to, or null if the
 * link has none. Throws `link_ended`.
 */
export async function cancelByLink(
  deps: Deps,
  { linkId, browserHash }: LinkCaller,
): Promise<string | null> {
  const { app, user, link } = await loadByLink(deps, { linkId, browserHash, proving: true });
  const values = { linkId, browserHash, now: deps.now.getTime() };
  const type = "link.cancelled" as const;
  const about = { actor: `link:${linkId}`, appId: app.id, userId: user?.id ?? null, note: linkId };
  await deps.db.$client.batch([
    recordCancelled(deps, { type, ...about }, { linkId, browserHash }),
    REMOVE_PENDING(deps, values),
    CANCEL(deps, values),
  ]);
  return returnFromLink(link, "cancelled");
}

/**
 * Gives a code of a factor that is active already, through the one gate. Throws `invalid_code`, and
 * what `verifyCode` throws.
 */
export async function proveByLink(
  deps: Deps,
  { linkId, browserHash }: LinkCaller,
  code: string,
): Promise<void> {
  const caller = { linkId, browserHash, proving: true };
  const verification = await verifyCode(deps, caller, {
    code,
    afterPass: [PROVE({ linkId, browserHash })],
  });
  if (!verification.valid) throw invalidCode(deps, verification);
}

/**
 * Enrols an authenticator that replaces all pending ones. A link for a reset does so only once.
 * Throws `second_factor_required` while a factor is active and none of its codes was given, and
 * what `enrol` throws.
 */
export function enrolByLink(deps: Deps, { linkId, browserHash }: LinkCaller): Promise<Enrolment> {
  const id = randomId("auth", bucketOfId(linkId));
  return enrol(
    deps,
    { linkId, browserHash },
    {
      id,
      parameters: DEFAULT_PARAMETERS,
      replaces: true,
      effects: [NOTE_ENROLMENT({ linkId, authenticatorId: id })],
    },
  );
}

/** Shows the secret again after a wrong code. Throws what `showPending` throws. */
export async function showByLink(
  deps: Deps,
  { linkId, browserHash }: LinkCaller,
): Promise<Enrolment> {
  const caller = { linkId, browserHash };
  return showPending(deps, caller, enrolledBy((await loadByLink(deps, caller)).link));
}

/**
 * Confirms the enrolment. The right code uses the link up. Throws `second_factor_required`, and
 * what `confirm` throws.
 */
export async function confirmByLink(
  deps: Deps,
  { linkId, browserHash }: LinkCaller,
  code: string,
): Promise<Confirmation> {
  const caller = { linkId, browserHash };
  const { link } = await loadByLink(deps, caller);
  return confirm(deps, caller, {
    authenticatorId: enrolledBy(link),
    code,
    effects: [COMPLETE({ linkId })],
  });
}

/**
 * The authenticator that this link enrolled. A link shows and confirms no other. Throws
 * `enrolment_closed`.
 */
function enrolledBy({ authenticatorId }: OpenedLink): string {
  if (authenticatorId === null) throw new Problem("enrolment_closed");
  return authenticatorId;
}

/** The URL that the page leads back to. Null if the link has none. */
export function returnFromLink(
  { returnUrl }: Pick<OpenedLink, "returnUrl">,
  result: "success" | "cancelled",
): string | null {
  return returnUrl === null ? null : returnTo(returnUrl, { result });
}
