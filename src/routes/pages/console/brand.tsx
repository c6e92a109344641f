/** How an app looks on the pages that its users see: its name, colour, help and logo, with a preview. */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { raw } from "hono/html";
import { getApp, updateApp, type AppRecord } from "../../../core/app/apps";
import { deleteLogo, putLogo } from "../../../core/app/logo";
import { AppChanges } from "../../admin/apps";
import type { AppEnv } from "../../context";
import { brandStyle } from "../brand";
import { Card } from "../card";
import { CodeField } from "../code-field";
import { form, submit, typedIn, type Fault } from "../form-submission";
import { describedBy, Field, FieldFault, Form } from "../form-fields";
import { Icon } from "../icons";
import { textsOf } from "../language";
import { allowStyle } from "../safety";
import { goTo, showConsole } from "./shared";
import { HOME } from "./paths";

const { shape } = AppChanges.shape.brand.unwrap();
/** An empty field takes back what was set. */
const orNone = <T extends z.ZodType>(schema: T) =>
  z.union([z.literal("").transform(() => null), schema]);
const BrandForm = z.object({
  displayName: orNone(shape.displayName.unwrap()),
  accentColor: orNone(shape.accentColor.unwrap()),
  supportUrl: orNone(shape.supportUrl.unwrap()),
});

async function brandPage(c: Context<AppEnv>, faults: Fault[] = []) {
  const app = await getApp(c.var.deps, c.req.param("id") ?? "");
  const { look: t } = textsOf(c).console;
  return showConsole(c, {
    title: t.title({ app: app.name }),
    faults,
    content: (
      <div class="halves">
        <div>
          <Words c={c} app={app} faults={faults} />
          <Logo c={c} app={app} faults={faults} />
          <p>
            <a href={`${HOME}/apps/${app.id}`}>{textsOf(c).console.key.back}</a>
          </p>
        </div>
        <Preview c={c} app={app} />
      </div>
    ),
  });
}

async function Words({ c, app, faults }: { c: Context<AppEnv>; app: AppRecord; faults: Fault[] }) {
  const { look: t, app: words } = textsOf(c).console;
  const typed = await typedIn(c);
  const field = (name: "displayName" | "accentColor" | "supportUrl") => ({
    name,
    label: t[name],
    faults,
    value: typed(name) ?? app.brand[name] ?? "",
    autocomplete: "off",
  });
  return (
    <Card id="words" icon="pencil" title={t.words} state={t.wordsWhy}>
      <Form action={`${HOME}/apps/${app.id}/brand`}>
        <Field {...field("displayName")} hint={t.displayNameHint} maxlength={64} />
        <Field {...field("accentColor")} hint={t.accentColorHint} placeholder="#0b57d0" />
        <Field {...field("supportUrl")} hint={t.supportUrlHint} maxlength={512} />
        <button class="main">{words.save}</button>
      </Form>
    </Card>
  );
}

function Logo({ c, app, faults }: { c: Context<AppEnv>; app: AppRecord; faults: Fault[] }) {
  const { look: t } = textsOf(c).console;
  const action = `${HOME}/apps/${app.id}/logo`;
  return (
    <Card id="logos" icon="apps" title={t.logo} state={t.logoWhy}>
      <form method="post" action={action} enctype="multipart/form-data">
        <div class="field">
          <label for="logo">{t.file}</label>
          <input
            id="logo"
            name="logo"
            type="file"
            accept="image/png,image/svg+xml"
            required
            {...describedBy({ name: "logo", hint: undefined, faults })}
          />
          <FieldFault name="logo" faults={faults} />
        </div>
        <button>{t.upload}</button>
      </form>
      {app.brand.logo && (
        <form method="post" action={`${action}/remove`}>
          <button class="danger small">
            <Icon name="trash" />
            {t.removeLogo}
          </button>
        </form>
      )}
    </Card>
  );
}

/** A page of a challenge, as it looks with this brand, in the scheme of the operator's browser. */
async function Preview({ c, app }: { c: Context<AppEnv>; app: AppRecord }) {
  const t = textsOf(c);
  const name = app.brand.displayName ?? app.issuer;
  const style = await brandStyle(app.brand, ".preview");
  if (style) allowStyle(c, style.source);
  return (
    <section aria-label={t.console.look.preview}>
      {style && <style>{raw(style.css)}</style>}
      <div class="preview card" inert>
        <p class="brand">
          {app.brand.logo && <img src={app.brand.logo.path} alt="" height="28" />}
          {name}
        </p>
        <p class="preview-title">{t.links.codeTitle}</p>
        <p>{t.links.asksForCode({ app: app.brand.displayName ?? app.name })}</p>
        <CodeField t={t} lengths={[6]} />
        <p>
          <span class="button main">{t.code.submit}</span>
        </p>
        {app.brand.supportUrl && <p class="hint">{t.support}</p>}
      </div>
    </section>
  );
}

/** The file of the form. Its type is what the browser says it is; the picture is vetted by that. */
async function readLogo(c: Context<AppEnv>) {
  const type = c.req.header("content-type") ?? "";
  const body = new Response(await c.req.arrayBuffer(), { headers: { "content-type": type } });
  const sent = await body.formData().catch(() => null);
  const file = sent?.get("logo");
  if (!(file instanceof File)) return { mediaType: "", bytes: new Uint8Array() };
  return { mediaType: file.type, bytes: new Uint8Array(await file.arrayBuffer()) };
}

export const brandPages = new Hono<AppEnv>()
  .get("/apps/:id/brand", (c) => brandPage(c))
  .post("/apps/:id/brand", form(BrandForm, brandPage), (c) =>
    submit(c, brandPage, async () => {
      const id = c.req.param("id");
      await updateApp(c.var.deps, id, { brand: c.req.valid("form") });
      return goTo(c, `/apps/${id}/brand`, "brand_saved");
    }),
  )
  .post("/apps/:id/logo", (c) => {
    const act = async () => {
      const id = c.req.param("id");
      await putLogo(c.var.deps, id, await readLogo(c));
      return goTo(c, `/apps/${id}/brand`, "brand_saved");
    };
    return submit(c, brandPage, act, "logo");
  })
  .post("/apps/:id/logo/remove", async (c) => {
    const id = c.req.param("id");
    await deleteLogo(c.var.deps, id);
    return goTo(c, `/apps/${id}/brand`, "brand_saved");
  });
