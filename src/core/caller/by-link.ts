/**
 * The one read of the page behind an enrolment link: link, app, user, authenticators and backup
 * codes in one query. A browser whose link has ended is thus shown nothing.
 */

import type { apps } from "../../db/app-schema";
import type { enrolmentLinks } from "../../db/page-schema";
import type { Named, Row } from "../../db/row";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import type { LinkCaller } from "./actor";
import { LINK_STANDS } from "./live";
import { CONFIRM_TRIES } from "../policy";
import {
  codeLengths,
  isActive,
  JOIN_AUTHENTICATORS,
  readRecord,
  RECORD_COLUMNS,
  type LoadedUser,
  type RecordRow,
} from "../user/record";

/**
 * What the browser has to do next: give a code of an active factor, ask for a secret, or confirm
 * it.
 */
export type LinkStep = "prove" | "enrol" | "confirm";

/** An enrolment link as seen by the browser that opened it. */
export interface OpenedLink {
  id: string;
  next: LinkStep;
  /** The authenticator that the link enrolled last, if it can still be confirmed. */
  authenticatorId: string | null;
  /** How many digits the codes of the active factors have. */
  codeLengths: number[];
  returnUrl: string | null;
  expiresAt: Date;
}

/** `brand` is as it is stored. */
export type LinkRecord = LoadedUser & { link: OpenedLink; brand: string };

const LOAD = statement(`
  SELECT ${RECORD_COLUMNS}, a.brand, l.external_id AS linkUserId, l.account_name AS accountName, l.return_url AS returnUrl,
    l.rebind_hash AS rebindHash, l.proven_epoch AS provenEpoch, l.authenticator_id AS enrolledId,
    l.expires_at AS linkExpiresAt
  FROM enrolment_links l JOIN apps a ON a.id = l.app_id
  LEFT JOIN users u ON u.app_id = l.app_id AND u.external_id = l.external_id ${JOIN_AUTHENTICATORS}
  WHERE l.id = :linkId AND l.browser_hash = :browserHash AND ${LINK_STANDS}
  ORDER BY t.rowid`);

type LinkRow = Row<typeof enrolmentLinks>;
type LoadedRow = RecordRow &
  Pick<Row<typeof apps>, "brand"> &
  Pick<LinkRow, "accountName" | "returnUrl" | "rebindHash" | "provenEpoch"> &
  Named<
    LinkRow,
    { linkUserId: "externalId"; enrolledId: "authenticatorId"; linkExpiresAt: "expiresAt" }
  >;

/**
 * Loads the user whom an enrolment link is for. Throws `link_ended`, whatever is wrong with the
 * link. Throws `second_factor_required` while a factor is active and none of its codes was given
 * through the link, unless the caller is about to give one.
 */
export async function loadByLink(deps: Deps, caller: LinkCaller): Promise<LinkRecord> {
  const { linkId, browserHash, proving = false } = caller;
  const values = { linkId, browserHash, now: deps.now.getTime() };
  const { results } = await LOAD(deps, values).all<LoadedRow>();
  const [row] = results;
  if (!row) throw new Problem("link_ended");
  const { linkUserId: externalId, accountName, rebindHash } = row;
  const record = { scopes: "", externalId, accountName, rebindHash, ...readRecord(row, results) };
  const link = readLink(linkId, row, record);
  if (link.next === "prove" && !proving) throw new Problem("second_factor_required");
  return { ...record, link, brand: row.brand };
}

function readLink(id: string, row: LoadedRow, { user, authenticators }: LoadedUser): OpenedLink {
  const active = authenticators.filter(isActive);
  const pending = authenticators.find(
    (one) => one.id === row.enrolledId && one.state === "pending" && one.tries < CONFIRM_TRIES,
  );
  const isProven = active.length === 0 || row.provenEpoch === user?.epoch;
  const toDo = pending ? "confirm" : "enrol";
  return {
    id,
    next: isProven ? toDo : "prove",
    authenticatorId: pending?.id ?? null,
    codeLengths: codeLengths(active),
    returnUrl: row.returnUrl,
    expiresAt: new Date(row.linkExpiresAt),
  };
}
