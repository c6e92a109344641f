/** What users are told by mail: what happened in their account, once per kind and hour, in their language. */

import { describe, expect, it } from "vitest";
import {
  as,
  auth,
  confirmOwn,
  enrolOwn,
  expectJson,
  logInWithCode,
  PASSWORD,
  protect,
  register,
  type Tokens,
} from "../account";
import { codeOf, elapse } from "../service";
import { everyMinute } from "../webhooks/receiver";
import { KINDS, scene, subjects } from "./happenings";
import { reader, receiveMail, EMAIL } from "./mailbox";

describe("a notice", () => {
  it.for(KINDS)("says %s", async ([subject, cause, words]) => {
    const given = await scene();
    await cause(given);
    const letter = given.mailbox.letters.find((one) => one.subject.endsWith(subject));
    expect(subjects(given.mailbox)).toContain(`Stepgate: ${subject}`);
    expect(letter?.to).toEqual([EMAIL]);
    expect(letter?.text).toContain(words);
    expect(letter?.html).toContain(words);
  });

  it("says where from and when, and how to say that it was somebody else, without a link that logs in", async () => {
    const { mailbox, tokens } = await scene();
    const userAgent = "Mozilla/5.0 (X11; Linux x86_64) Chrome/141.0";
    await as(tokens, "POST", "/backup-codes", {
      headers: { "user-agent": userAgent, "cf-connecting-ip": "203.0.113.7" },
    });
    const [letter] = mailbox.letters;
    expect(letter?.text).toMatch(/When: October 1, 2026 at \d+:\d\d [AP]M \(UTC\)/);
    expect(letter?.text).toContain("Device: Chrome on Linux\nIP address: 203.0.113.7");
    const links = [...(letter?.text.matchAll(/https?:\S+/g) ?? [])].map(([link]) => link);
    expect(links).toEqual(["https://2fa.test/account/activity"]);
  });

  it("is sent once per kind and hour", async () => {
    const { mailbox, person, tokens } = await scene();
    const told = () =>
      subjects(mailbox).filter((subject) => subject.endsWith("codes were created"));
    const rotate = (given: Tokens) => expectJson(as(given, "POST", "/backup-codes"), 200);
    await rotate(tokens);
    await rotate(tokens);
    expect(told()).toHaveLength(1);
    elapse(3500);
    const later = await logInWithCode(person);
    await rotate(later);
    expect(told()).toHaveLength(1);
    elapse(100);
    await rotate(later);
    expect(told()).toHaveLength(2);
  });

  it.for([
    ["de", "Neue Backup-Codes erstellt", "ltr"],
    ["fr", "nouveaux codes de secours créés", "ltr"],
    ["zh", "已生成新的备用码", "ltr"],
    ["ar", "تم إنشاء رموز احتياطية جديدة", "rtl"],
  ] as const)("is in the user's language: %s", async ([language, words, direction]) => {
    const { mailbox, tokens } = await scene({ language });
    await as(tokens, "POST", "/backup-codes");
    const [letter] = mailbox.letters;
    expect(letter?.subject).toContain(words);
    expect(letter?.html).toContain(`<html lang="${language}" dir="${direction}">`);
  });

  it.for([
    ["fr-CA,de;q=0.9", "fr"],
    ["it, zh-Hant;q=0.8, de;q=0.5", "zh"],
    ["de;q=0, en", "en"],
    ["it", null],
    ["", null],
  ] as const)(
    "is in the language that a browser asked for at registration: %s is %s",
    async ([accepted, language]) => {
      const headers = { "accept-language": accepted };
      const body = { email: EMAIL, password: PASSWORD };
      const made = auth("POST", "/register", { body, headers });
      const { user } = await expectJson<{ user: { language: string | null } }>(made, 201);
      expect(user.language).toBe(language);
    },
  );

  it("comes in another language once the user has chosen that", async () => {
    const { mailbox, tokens } = await scene();
    await as(tokens, "PATCH", "/me", { body: { language: "de" } });
    await as(tokens, "POST", "/backup-codes");
    expect(subjects(mailbox)).toEqual(["Stepgate: Neue Backup-Codes erstellt"]);
  });

  it("says nothing that somebody else may have typed", async () => {
    const markup = '<a href="https://evil.example">click</a>';
    const given = await scene({ name: "Call 0900", username: "evil-name" });
    const { id, phone } = await enrolOwn(given.tokens, { name: "evil phone" });
    await expectJson(confirmOwn(given.tokens, id, codeOf(phone)), 200);
    await as(given.tokens, "POST", "/backup-codes", { headers: { "user-agent": markup } });
    const sent = JSON.stringify(given.mailbox.letters);
    expect(sent).not.toMatch(/0900|evil|<a /);
  });

  it("is sent to nobody whose address is not proven", async () => {
    const mailbox = receiveMail();
    await reader(mailbox, "first@example.com");
    mailbox.letters.length = 0;
    await protect(await register(EMAIL));
    expect(mailbox.letters).toEqual([]);
  });

  it("is not sent to an address that is proven only afterwards", async () => {
    const mailbox = receiveMail();
    await reader(mailbox, "first@example.com");
    await protect(await register(EMAIL));
    mailbox.letters.length = 0;
    await everyMinute();
    expect(mailbox.letters).toEqual([]);
  });

  it("of another address goes to the one before, and of the next one nobody is told", async () => {
    const { mailbox, tokens } = await scene();
    await as(tokens, "PATCH", "/me", { body: { email: "ada@example.net" } });
    await as(tokens, "PATCH", "/me", { body: { email: "ada@example.org" } });
    expect(mailbox.letters.map(({ to }) => to)).toEqual([[EMAIL]]);
  });

  it("tells of a first sign-in nobody, and of a known network neither", async () => {
    const mailbox = receiveMail();
    const { password } = await reader(mailbox);
    mailbox.letters.length = 0;
    const here = { "cf-connecting-ip": "198.51.100.20" };
    const login = () => auth("POST", "/login", { body: { email: EMAIL, password }, headers: here });
    await login();
    expect(mailbox.letters).toHaveLength(1);
    elapse(3601);
    await login();
    expect(mailbox.letters).toHaveLength(1);
  });
});
