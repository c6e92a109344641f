import type { Context } from "hono";
import type { Account } from "../../core/user/account";
import { textsOf } from "./language";

/** Says whether the e-mail address of an account is confirmed. */
export function ConfirmedTag({ c, account }: { c: Context; account: Account }) {
  const { email: t } = textsOf(c);
  return account.emailProven ? (
    <span class="tag good">{t.confirmed}</span>
  ) : (
    <span class="tag warn">{t.unconfirmed}</span>
  );
}
