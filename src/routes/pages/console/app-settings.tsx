/** The form of an app's settings. Only the app `accounts` has those of logins. */

import type { Context } from "hono";
import type { AppRecord } from "../../../core/app/apps";
import { ACCOUNTS_APP, ISSUER_BOUNDS, SETTINGS_BOUNDS } from "../../../core/policy";
import type { AppEnv } from "../../context";
import { Card } from "../card";
import { typedIn, type Fault } from "../form-submission";
import { Select } from "../form-choices";
import { Field, Form, TextArea } from "../form-fields";
import { textsOf } from "../language";
import { Shown } from "../shown";

interface Props {
  c: Context<AppEnv>;
  app: AppRecord;
  faults: Fault[];
}
type Parts = Props & { typed: (name: string) => string | undefined };

export async function SettingsForm(props: Props) {
  const { c, app, faults } = props;
  const { app: t } = textsOf(c).console;
  const typed = await typedIn(c);
  const unset = { minPasswordLength: null };
  const values = { appName: app.name, issuer: app.issuer, ...unset, ...app.settings };
  return (
    <Card id="settings" icon="settings" title={t.settings} state={t.settingsHint}>
      <Form>
        <Shown c={c} values={values} />
        <Field
          name="appName"
          label={t.name}
          faults={faults}
          value={typed("appName") ?? app.name}
          autocomplete="off"
          maxlength={ISSUER_BOUNDS.length}
          required
        />
        <Field
          name="issuer"
          label={t.issuer}
          hint={t.issuerUse}
          faults={faults}
          value={typed("issuer") ?? app.issuer}
          autocomplete="off"
          maxlength={ISSUER_BOUNDS.length}
          required
        />
        <Guessing {...props} typed={typed} />
        <Browsers {...props} typed={typed} />
        {app.id === ACCOUNTS_APP && <LogIns {...props} typed={typed} />}
        <button class="main">{t.save}</button>
      </Form>
    </Card>
  );
}

function Guessing({ c, app: { settings }, faults, typed }: Parts) {
  const { console: words, join } = textsOf(c);
  const { app: t } = words;
  const { failuresBeforeLock, strikeCap } = SETTINGS_BOUNDS;
  return (
    <>
      <Select
        name="window"
        label={t.window}
        hint={t.windowHint}
        faults={faults}
        value={typed("window") ?? String(settings.window)}
        options={["0", "1", "2"].map((steps) => [steps, steps])}
      />
      <Select
        name="requireProof"
        label={t.requireProof}
        hint={t.requireProofHint}
        faults={faults}
        value={typed("requireProof") ?? (settings.requireProof ? "yes" : "no")}
        options={Object.entries(t.requireProofChoices)}
      />
      <Field
        name="failuresBeforeLock"
        label={t.failuresBeforeLock}
        hint={t.between(failuresBeforeLock)}
        faults={faults}
        type="number"
        value={typed("failuresBeforeLock") ?? String(settings.failuresBeforeLock)}
        min={failuresBeforeLock.min}
        max={failuresBeforeLock.max}
        required
      />
      <Field
        name="strikeCap"
        label={t.strikeCap}
        hint={join({ first: t.strikeCapHint, second: t.between(strikeCap) })}
        faults={faults}
        type="number"
        value={typed("strikeCap") ?? String(settings.strikeCap)}
        min={strikeCap.min}
        max={strikeCap.max}
        required
      />
    </>
  );
}

function Browsers({ c, app, faults, typed }: Parts) {
  const { app: t } = textsOf(c).console;
  const { allowedOrigins, returnUrls } = app.settings;
  return (
    <>
      <TextArea
        name="allowedOrigins"
        label={t.allowedOrigins}
        hint={app.id === ACCOUNTS_APP ? t.accountsOriginsHint : t.allowedOriginsHint}
        faults={faults}
        value={typed("allowedOrigins") ?? allowedOrigins.join("\n")}
        rows={3}
      />
      <TextArea
        name="returnUrls"
        label={t.returnUrls}
        hint={t.returnUrlsHint}
        faults={faults}
        value={typed("returnUrls") ?? returnUrls.join("\n")}
        rows={3}
      />
    </>
  );
}

function LogIns({ c, app: { settings }, faults, typed }: Parts) {
  const { app: t } = textsOf(c).console;
  const { min, max } = SETTINGS_BOUNDS.minPasswordLength;
  return (
    <>
      <Select
        name="registration"
        label={t.registration}
        faults={faults}
        value={typed("registration") ?? settings.registration}
        options={Object.entries(t.registrations)}
      />
      <Select
        name="secondFactor"
        label={t.secondFactor}
        faults={faults}
        value={typed("secondFactor") ?? settings.secondFactor}
        options={Object.entries(t.secondFactors)}
      />
      <Field
        name="minPasswordLength"
        label={t.minPasswordLength}
        hint={`${t.between({ min, max })} ${t.minPasswordLengthHint}`}
        faults={faults}
        type="number"
        value={typed("minPasswordLength") ?? String(settings.minPasswordLength ?? "")}
        min={min}
        max={max}
      />
      <Select
        name="trustedDevices"
        label={t.trustedDevices}
        faults={faults}
        value={typed("trustedDevices") ?? (settings.trustedDevices ? "yes" : "no")}
        options={Object.entries(t.trustedDevicesChoices)}
      />
    </>
  );
}
