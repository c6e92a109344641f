/**
 * Sets up an authenticator app, on whichever page: the QR code, the key for people who cannot scan,
 * and the code.
 */

import type { Context } from "hono";
import type { Enrolment } from "../../core/authenticator/enrol";
import { labelOf, parametersOf } from "../../crypto/provisioning-uri";
import { MIN_PIXELS_PER_MODULE } from "../../crypto/qr-code";
import type { AppEnv } from "../context";
import type { Fault } from "./form-submission";
import { CodeField, Form } from "./form-fields";
import { textsOf } from "./language";

/** Free apps that are maintained and were tried with these QR codes, in no order of merit. */
const APPS = [
  "2FAS Auth",
  "Aegis Authenticator (Android)",
  "Apple Passwords",
  "Bitwarden Authenticator",
  "Ente Auth",
  "FreeOTP+",
  "Google Authenticator",
  "Microsoft Authenticator",
  "1Password",
];

export function AppList({ c }: { c: Context<AppEnv> }) {
  return (
    <details>
      <summary>{textsOf(c).setUp.apps}</summary>
      <ul>
        {APPS.map((app) => (
          <li>{app}</li>
        ))}
      </ul>
    </details>
  );
}

/** The page's content; its form sends `code` to the page itself. */
export function SetUp(props: { c: Context<AppEnv>; enrolment: Enrolment; faults: Fault[] }) {
  const { c, enrolment, faults } = props;
  const texts = textsOf(c);
  const t = texts.setUp;
  const { svg, modules } = enrolment.qr;
  const image = `data:image/svg+xml;base64,${btoa(svg)}`;
  const width = modules * MIN_PIXELS_PER_MODULE;
  return (
    <>
      <AppList c={c} />
      <h2>{t.scan}</h2>
      <div class="beside">
        <img class="qr" src={image} alt={t.qr} width={width} height={width} />
        <ByHand c={c} enrolment={enrolment} />
      </div>
      <h2>{t.enter}</h2>
      <Form>
        <input type="hidden" name="enrolment" value={enrolment.id} />
        <CodeField t={texts} faults={faults} lengths={[parametersOf(enrolment.uri).digits]} />
        <button class="main">{t.confirm}</button>
      </Form>
      <p class="hint">{t.expires}</p>
    </>
  );
}

function ByHand({ c, enrolment: { secret, uri } }: { c: Context<AppEnv>; enrolment: Enrolment }) {
  const { setUp: t, copy, copied } = textsOf(c);
  const { issuer, accountName } = labelOf(uri);
  const { digits, period } = parametersOf(uri);
  const groups = secret.match(/.{1,4}/g) ?? [];
  return (
    <div>
      <h3>{t.cannotScan}</h3>
      <dl>
        <dt>{t.issuer}</dt>
        <dd>{issuer}</dd>
        <dt>{t.accountName}</dt>
        <dd>{accountName}</dd>
        <dt>{t.key}</dt>
        <dd>
          <span class="key" id="key" data-text={secret}>
            {groups.join(" ")}
          </span>{" "}
          <button type="button" class="small" data-copy="key" data-done={copied} hidden>
            {copy}
          </button>
        </dd>
        <dt>{t.kind}</dt>
        <dd>{t.timeBased({ digits, seconds: period })}</dd>
      </dl>
      <p>
        <a href={uri}>{t.openApp}</a>
      </p>
    </div>
  );
}

/** Shows backup codes, which are shown once, to copy, keep or print. */
export function BackupCodes({ c, codes }: { c: Context<AppEnv>; codes: string[] }) {
  const { backupCodes: t, copy, copied } = textsOf(c);
  return (
    <>
      <p>{t.why}</p>
      <ol class="codes" id="codes" data-text={codes.join("\n")}>
        {codes.map((code) => (
          <li>{code}</li>
        ))}
      </ol>
      <p class="buttons">
        <button type="button" data-copy="codes" data-done={copied} hidden>
          {copy}
        </button>
        <button type="button" data-download="codes" data-file="backup-codes.txt" hidden>
          {t.download}
        </button>
        <button type="button" data-print hidden>
          {t.print}
        </button>
      </p>
    </>
  );
}
